"""Lab 6's checks of the spikes that a coupled GLM makes, and of bits per spike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from stats220.checks import Checks, checked
from stats220.checks.encoding.glm_slips import mistaken_bits, mistaken_caps, mistaken_runs
from stats220.checks.encoding.inputs import (
    Lazily,
    between,
    bits,
    check_poisson,
    draw_counts,
    normal,
    rates_after_counts,
    simulated,
    softplus,
)

MOST = 1e6  # a rate that nothing reaches but a runaway


@checked
def simulate_spikes(simulate_spikes: Any) -> Checks:
    """Whatever counts come back, the rates must follow from them; and the counts must scatter about the rates as Poisson's do."""
    checks = Checks("simulate_spikes", hidden_points=1)

    with checks(
        2,
        "feeds each trial's own spikes back: the rates are the model's on the counts that it returns",
        hint="Given the counts that came back, what is the rate of a trial's bin 1? It can only have changed by that trial's counts in"
        " bin 0, through coupling[to, from, 0].",
        remedy="To drive[t] add, for each k as far as there are bins, counts[:, t - 1 - k] times the matrix coupling[:, :, k], transposed.",
    ):
        rng = checks.rng
        # Below zero throughout, so that nothing runs away.
        drive, coupling = normal(rng, 24, 3) + 2, between(rng, -1.0, -0.1, 3, 3, 4)
        counts, rates = simulated(
            checks, simulate_spikes, drive, coupling, 5, seed=1, options=(F.softplus, MOST)
        )
        checks.that(
            bool((counts.sum(dim=(0, 1)) > 0).all()), "some neuron never spikes in any trial"
        )
        whole = bool((counts == counts.round()).all())
        swapped = not whole and bool((rates == rates.round()).all())
        message = "counts are no whole numbers, and rates are"
        checks.that(not swapped, message, slip="rates come first, and counts second")
        expected = rates_after_counts(drive, coupling, counts)
        slips = Lazily(checks, mistaken_runs, drive, coupling, counts, MOST)
        # Before bin 0 nobody has spiked.
        begin = Lazily(checks, lambda: {slip: value[:, 0] for slip, value in slips.items()})
        name = "rates of bin 0"
        checks.close(rates[:, 0], expected[:, 0], atol=1e-2, rtol=1e-3, name=name, looks_like=begin)
        name = "rates (right in bin 0, before which nobody has spiked)"
        checks.close(rates, expected, atol=1e-2, rtol=1e-3, name=name, looks_like=slips)

    with checks(
        1,
        "draws whole counts from Poisson distributions with these rates",
        hint="A rate of 3 gives 3 spikes on average, sometimes 0 and sometimes 7: of a Poisson distribution, mean and variance are "
        "both the rate.",
        remedy="torch.poisson of the bin's rates, with the generator.",
    ):
        drive = torch.tensor([-2.0, 0.5, 2.9]).expand(80, 3).contiguous()
        seed = int(checks.rng.integers(1000))
        counts, _rates = simulated(
            checks, simulate_spikes, drive, torch.zeros(3, 3, 2), 60, seed=seed
        )
        rates = softplus(drive[0].double().numpy())
        whole = bool(((counts == counts.round()) & (counts >= 0)).all())
        whole_rates = bool((counts == _rates).all())
        checks.that(
            not whole_rates,
            "counts are the rates",
            slip="nothing is drawn: rates are returned as counts",
        )
        checks.that(whole, "some counts are no whole numbers, or negative")
        most, nearest = counts.amax(dim=(0, 1)), torch.from_numpy(rates).round()
        message = f"the largest count at rates of 0.13, 0.97 and 2.95 is {most[0]:g}, {most[1]:g} and {most[2]:g}"
        constant = bool((counts == nearest).all())
        checks.that(not constant, message, slip="rates are rounded, and nothing is drawn")
        coin = bool((most <= 1).all())
        checks.that(not coin, message, slip="a bin gets one spike or none, as a coin falls")
        cut = float(most[2]) == 5
        checks.that(not cut, message, slip="counts are cut at max_rate: it holds for rates alone")
        for n, rate in enumerate(rates):
            check_poisson(checks, counts[..., n].flatten().numpy(), rate)

    with checks(
        1,
        "takes all chance from the generator: the same seed again gives the same spikes, another seed others; and leaves its inputs as they are",
        hint="A draw that is not handed the generator knows nothing of its seed.",
        remedy="Hand on generator=generator, and seed nothing.",
    ):
        drive, coupling = normal(checks.rng, 12, 2) + 1, torch.zeros(2, 2, 3)
        runs = [
            simulated(checks, simulate_spikes, drive, coupling, 3, seed=s)[0] for s in (3, 3, 4)
        ]
        checks.that(
            torch.equal(runs[0], runs[1]),
            "a generator with the same seed gave other spikes",
            slip="counts are drawn from other chance than the generator's",
        )
        checks.that(
            not torch.equal(runs[0], runs[2]),
            "a generator with another seed gave the same spikes",
            slip=""
            if checks.slips
            else "a seed is set within the function, or nothing is left to chance",
        )
        checks.that(
            not torch.equal(runs[0][0], runs[0][1]),
            "two trials have the same spikes",
            slip="one draw serves all trials",
        )
        generator = checks.make(torch.Generator, device=checks.device)
        checks.unchanged(simulate_spikes, drive, coupling + 1, 2, generator)

    with checks(
        1,
        "holds rates at max_rate, before counts are drawn from them",
        hint="What is cut is the rate, and the counts are drawn from what is left of it: what comes out for a rate of 9?",
        remedy="nonlinearity(...).clamp(max=max_rate).",
    ):
        drive, coupling = between(checks.rng, -2, 9, 20, 2), torch.zeros(2, 2, 3)
        counts, rates = simulated(
            checks, simulate_spikes, drive, coupling, 20, seed=5, max_rate=1.5
        )
        expected = np.minimum(np.tile(softplus(drive.double().numpy()), (20, 1, 1)), 1.5)
        slips = Lazily(checks, mistaken_caps, drive, softplus, 1.5)
        every = Lazily(checks, lambda: {slip: np.tile(v, (20, 1, 1)) for slip, v in slips.items()})
        name = "rates where max_rate is 1.5"
        checks.close(rates, expected, atol=1e-2, name=name, looks_like=every)
        exp: dict[str, Any] = {"nonlinearity": torch.exp, "max_rate": 1.5}
        _, steep = simulated(checks, simulate_spikes, drive, coupling, 1, seed=5, **exp)
        name, slips = "rates with exp", Lazily(checks, mistaken_caps, drive, np.exp, 1.5)
        held = np.exp(drive.double()).clip(max=1.5)
        checks.close(steep[0], held, atol=1e-2, name=name, looks_like=slips)
        # 800 counts: the standard error of their mean is 0.04.
        found, most = float(counts.mean()), float(expected.mean()) + 0.3
        message = f"the mean count is {found:.2f}: the counts come from higher rates, of mean {most - 0.3:.2f} at most"
        drawn = checks.results[1].status == "passed"  # from Poisson distributions
        slip = "counts are drawn before the rates are cut" if drawn else ""
        checks.that(found < most, message, slip=slip)

    return checks


@checked
def bits_per_spike(bits_per_spike: Any) -> Checks:
    """Ratios of scipy's log probabilities."""
    checks = Checks("bits_per_spike", hidden_points=1)

    with checks(
        1,
        "is the log likelihood over that of the constant model, in bits, divided by the neuron's spikes",
        hint="How many bits more has one bin's count under the model than under the constant one? Their sum over bins is divided by "
        "the neuron's own spikes.",
        remedy="Sum over bins what y log λ - λ is above the same of the constant model, divide by log 2 and by the sum of the neuron's counts.",
    ):
        rng = checks.rng
        rates, counts = between(rng, 0.1, 3, 50, 3), draw_counts(rng, 50, 3, mean=1.2)
        mean = counts.mean(dim=0)
        found, expected = bits_per_spike(rates, counts, mean), bits(rates, counts, mean)
        slips = Lazily(checks, mistaken_bits, rates, counts, mean)
        name = "bits per spike"
        checks.close(found, expected, atol=1e-3, rtol=1e-3, name=name, looks_like=slips)

    with checks(
        1,
        "gives 0 to the constant model of the training data, whatever the counts",
        hint="What is compared with was learned in training, as the model was: mean_counts, not the mean of the counts at hand.",
        remedy="The constant model's log likelihood is spike_counts * torch.log(mean_counts) - mean_counts.",
    ):
        rng = checks.rng
        counts, mean = draw_counts(rng, 30, 4, mean=1.5) + 1, between(rng, 0.1, 3, 4)
        rates = mean.expand(30, 4).contiguous()
        found, slips = (
            bits_per_spike(expected_counts=rates, spike_counts=counts, mean_counts=mean),
            Lazily(checks, mistaken_bits, rates, counts, mean),
        )
        checks.close(found, torch.zeros(4), atol=1e-3, name="bits per spike", looks_like=slips)

    with checks(
        1,
        "counts a rate of 0 in a bin without spikes as a good prediction, gives NaN for a neuron without any, and leaves its inputs as they are",
        hint="Without a spike, a bin's log likelihood is -λ, at a rate of 0 as well: what do such bins add?",
        remedy="Before the logarithm is taken, put 1 in the place of λ / mean where no spike fell; at the end torch.nan where a neuron's spikes add up to 0.",
    ):
        rng = checks.rng
        counts = draw_counts(rng, 40, 1, mean=0.5)
        counts[0] = 1
        counts = torch.cat([counts, counts.flip(0)], dim=1)  # as many spikes in both
        rates = counts * between(rng, 0.5, 2, 40, 2)
        mean = counts.mean(dim=0)
        found = checks.unchanged(bits_per_spike, rates, counts, mean)
        first, second = checks.tensor(found, (2,), None, name="bits per spike").tolist()
        checks.that(
            math.isfinite(first) and math.isfinite(second),
            f"bits per spike are {first}, {second}",
            slip="0 · log 0 is computed as it stands",
        )
        checks.that(
            first != 0 or second != 0,
            "bits per spike are 0, 0",
            slip="the NaN of a bin with a rate of 0 is replaced too late, and the whole neuron gets 0",
        )
        expected = bits(rates, counts, mean)
        # The one over the other: the unit is another block's question.
        ratio, name = first / (second or math.nan), "bits of the first neuron / of the second"
        checks.close(ratio, expected[0] / expected[1], atol=1e-3, rtol=1e-3, name=name)
        counts[:, 1] = 0
        silent = checks.tensor(bits_per_spike(rates + 0.1, counts, mean), (2,), None)[1]
        message = f"a neuron without spikes has {silent:g} bits per spike, expected NaN"
        slip = (
            "the sum of a neuron without spikes is divided by 0 as it stands"
            if torch.isinf(silent)
            else ""
        )
        slip = slip or ("a neuron without spikes gets 0, not NaN" if silent == 0 else "")
        checks.that(bool(torch.isnan(silent)), message, slip=slip)

    return checks
