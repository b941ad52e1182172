"""Lab 6's hidden checks of runs, and of bits per spike."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    between,
    bits,
    draw_counts,
    filter_counts,
    normal,
    simulated,
)


@checked
def simulate_spikes(simulate_spikes: Any) -> Checks:
    """More lags than bins, and another nonlinearity."""
    checks = Checks("simulate_spikes", hidden=True)

    with checks(
        1,
        "feeds spikes back through a filter longer than the run, with exp in place of softplus",
        hint="As many bins as there are before bin t are heard, the latest with lag 1; the nonlinearity is the one that was handed in.",
    ):
        rng = checks.rng
        drive, coupling = normal(rng, 9, 4) / 2 + 1, between(rng, -0.8, -0.1, 4, 4, 12)
        options = torch.exp, 1000.0
        counts, rates = simulated(
            checks, simulate_spikes, drive, coupling, 6, seed=7, options=options
        )
        heard = [filter_counts(trial, coupling.double().numpy()) for trial in counts]
        expected = np.exp(drive.double().numpy() + np.stack(heard))
        checks.close(rates, expected, atol=1e-2, rtol=1e-2, name="rates")
        # Some 200 counts: their sum is within six standard errors of that of their rates.
        off = abs(float((counts - rates).sum())) / np.sqrt(float(rates.sum()))
        checks.that(off < 6, "the counts are not drawn from the rates")

    return checks


@checked
def bits_per_spike(bits_per_spike: Any) -> Checks:
    """A good model, a bad one, and a silent bin."""
    checks = Checks("bits_per_spike", hidden=True)

    with checks(
        1,
        "tells a good model from one that is worse than the constant rate, neuron by neuron",
        hint="More is better, and a bad model has less than 0 bits. Neurons with many spikes must not count for others.",
    ):
        rng = checks.rng
        counts = draw_counts(rng, 60, 3) * torch.tensor([1.0, 2.0, 0.0])
        counts[:, 2] = (torch.arange(60) % 20 == 3).float()
        mean = between(rng, 0.2, 1.5, 3)
        rates = torch.stack([counts[:, 0] + 0.05, between(rng, 0.01, 0.1, 60), counts[:, 2]], dim=1)
        expected = bits(rates, counts, mean)
        found = bits_per_spike(rates, counts, mean)
        checks.close(found, expected, atol=1e-3, rtol=1e-3, name="bits per spike")

    return checks
