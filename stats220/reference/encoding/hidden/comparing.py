"""Lab 6's hidden checks of what compares models."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.encoding.comparing import correlations, double, draw_trials, fit_sum
from stats220.checks.encoding.inputs import between, normal


@checked
def explained_correlation(explained_correlation: Any) -> Checks:
    """Whole counts of many trials."""
    checks = Checks("explained_correlation", hidden=True)

    with checks(
        1,
        "explains counts of many trials, with predictions good, bad and of the wrong sign",
        hint="Neuron by neuron and over time: a prediction's unit and mean do not matter, its sign does.",
    ):
        rng = checks.rng
        signal, _ = draw_trials(rng, 2, 25, 3)
        rates = torch.exp(signal / 2)
        trials = torch.from_numpy(rng.poisson(rates.double().numpy(), (9, 25, 3))).float()
        predictions = torch.stack([100 * rates[:, 0], 3 - signal[:, 1], signal[:, 2]], dim=1)
        # As far from the rates as they vary: no correlation comes near one.
        predictions += predictions.std(dim=0) * normal(rng, 25, 3)
        cc_norm, _ = checks.items(explained_correlation(predictions, trials), 2)
        expected = correlations(predictions, trials)[0]
        checks.close(cc_norm, expected, atol=5e-3, name="cc_norm")

    return checks


@checked
def data_efficiency(data_efficiency: Any) -> Checks:
    """Sizes that go down, and one only."""
    checks = Checks("data_efficiency", hidden=True)

    with checks(
        1,
        "takes sizes in any order, and one alone",
        hint="Each size gets a model of its own, of frames from the movie's first one on, whatever size came before it.",
    ):
        rng = checks.rng
        stimulus, counts = normal(rng, 30, 2, 1), normal(rng, 30, 2)
        for sizes in ((30, 3, 17), (11,)):
            scores = data_efficiency(fit_sum, double, stimulus, counts, sizes)
            scores = checks.items(scores, len(sizes), name="the list of scores")
            expected = [2 * float(stimulus[:n].sum() + 3 * counts[:n].sum()) for n in sizes]
            checks.close([float(score) for score in scores], expected, atol=1e-2, name="scores")

    return checks


@checked
def rescale_times(rescale_times: Any) -> Checks:
    """Several spikes in one bin, none in others."""
    checks = Checks("rescale_times", hidden=True)

    with checks(
        1,
        "places any number of spikes in any bin",
        hint="Bin by bin, each spike takes the next of the uniforms; the clock runs on through bins without spikes.",
    ):
        rng = checks.rng
        rates = between(rng, 0, 2, 30)
        counts = torch.from_numpy(rng.integers(0, 4, 30))
        counts[[0, 7, 8]] = torch.tensor([2, 0, 0])
        uniforms = between(rng, 0, 1, int(counts.sum()))
        clock = np.concatenate([[0.0], np.cumsum(rates.double().numpy())])
        places = iter(uniforms.tolist())
        times = [
            time
            for t, count in enumerate(counts.tolist())
            for time in sorted(
                float(np.interp(t + next(places), range(31), clock)) for _ in range(count)
            )
        ]
        expected = 1 - np.exp(-np.diff(times, prepend=0.0))
        rescaled = rescale_times(rates, counts, uniforms)
        checks.close(rescaled, expected, atol=2e-3, name="rescaled times")

    return checks
