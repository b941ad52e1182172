"""Lab 6's checks of the coupled GLM, of its spikes, and of bits per spike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    Array,
    between,
    bits,
    check_poisson,
    draw_counts,
    filter_movie,
    last_bins,
    load,
    mistaken_bits,
    normal,
    rates_after_counts,
    simulated,
    softplus,
)

NUM_LAGS, NUM_COUPLING_LAGS = 6, 4


def draw_glm(
    checks: Checks, CoupledGLM: Any, num_neurons: int, **options: Any
) -> tuple[Any, dict[str, Array]]:
    """A model of 4 x 5 pixels whose parameters are drawn here."""
    rng = checks.rng
    model = CoupledGLM(num_neurons, 4, 5, NUM_LAGS, NUM_COUPLING_LAGS, **options)
    return model, load(
        model,
        spatial=normal(rng, num_neurons, 4, 5) / 3,
        temporal=normal(rng, num_neurons, NUM_LAGS) / 2,
        bias=normal(rng, num_neurons),
        coupling=normal(rng, num_neurons, num_neurons, NUM_COUPLING_LAGS),
    )


@checked
def CoupledGLM(CoupledGLM: Any) -> Checks:  # noqa: N802
    """Silence, steady firing, and a single spike in the dark."""
    checks = Checks("CoupledGLM", hidden_points=1)
    dark = torch.zeros(20, 4, 5)

    with checks(
        1,
        "is the LNP as long as nobody spikes",
        hint="What the stimulus does is what it does in the LNP: each neuron's own filters, lag 0 at the latest frame, plus the bias. drive "
        "is without the nonlinearity, the rate is with the one that the model was given.",
        remedy="drive is your LNP's forward pass up to, but without, self.nonlinearity; forward applies it to drive plus coupling.",
    ):
        model, p = draw_glm(checks, CoupledGLM, 3)
        movie = normal(checks.rng, 14, 4, 5)
        drive = filter_movie(movie, p["spatial"], p["temporal"]) + p["bias"]
        slips = {
            "the bias is left to the rate": drive - p["bias"],
            "the nonlinearity is in it already": softplus(drive),
        }
        checks.close(model.drive(movie), drive, atol=1e-2, name="drive", looks_like=slips)
        rates = model(stimulus=movie, spike_counts=torch.zeros(14, 3))
        checks.close(rates, softplus(drive), atol=1e-2, name="rates")
        model, _ = draw_glm(checks, CoupledGLM, 3, nonlinearity=torch.exp)
        load(model, **{name: torch.from_numpy(p[name]).float() for name in p})
        rates = model(movie, torch.zeros(14, 3))
        checks.close(rates, np.exp(drive), atol=1e-2, rtol=1e-3, name="rates with exp")

    with checks(
        2,
        "lets coupling[to, from] act from one neuron on another, and on itself",
        hint="When one neuron fires steadily, each neuron hears it with the sum of a filter, over all lags. Whose row and whose column is that? The "
        "diagonal belongs to it: a neuron hears itself. And the first rate has a history, too.",
        remedy="F.conv1d takes kernels (output channels, input channels, lags), that is (to, from, lags), turned around in time by flip(2).",
    ):
        model, p = draw_glm(checks, CoupledGLM, 3)
        for sender in range(3):
            counts = torch.zeros(20, 3)
            counts[:, sender] = 1
            filters, itself = p["coupling"][:, sender], np.eye(3)[sender]
            heard = filters.sum(axis=1)
            slips = {
                "coupling is read as [from, to]": p["coupling"][sender].sum(axis=1),
                "a neuron hears only itself": heard * itself,
                "a neuron does not hear itself": heard * (1 - itself),
                "the last weight is never used (a lag too few, or each one too late)": filters[
                    :, :-1
                ].sum(axis=1),
                "the first weight is never used": filters[:, 1:].sum(axis=1),
            }
            by_drive = {slip: softplus(p["bias"] + added) for slip, added in slips.items()}
            by_drive["what is heard is added to the rate"] = softplus(p["bias"]) + heard
            name = f"rates while neuron {sender} has fired steadily"
            checks.close(
                last_bins(model(dark, counts), 15, 3),
                np.tile(softplus(p["bias"] + heard), (15, 1)),
                atol=1e-2,
                name=name,
                looks_like={slip: np.tile(rates, (15, 1)) for slip, rates in by_drive.items()},
            )

    with checks(
        1,
        "lets a spike act from the next bin on, with its filter's first weight first",
        hint="The filter starts at lag 1: the bin after the spike gets coupling[..., 0], the one after that coupling[..., 1], for each spike that the bin "
        "held: here there are two in one.",
        remedy="conv1d's output s uses the counts of bins s to s + K - 1, and belongs to bin s + K: the first that you need is num_lags - 1 - K, and the "
        "last belongs to a bin after the end.",
    ):
        model, p = draw_glm(checks, CoupledGLM, 1)
        counts = torch.zeros(20, 1)
        when = int(checks.rng.integers(9, 13))
        counts[when] = 2
        weights, rates = p["coupling"][0, 0], model(dark, counts)

        def heard(begin: int, added: Array) -> Array:
            """Rates of all bins that get one, with this added to the drive from bin `begin` on."""
            drive = np.tile(p["bias"], (20, 1))
            drive[begin : begin + NUM_COUPLING_LAGS, 0] += added
            return softplus(drive[NUM_LAGS - 1 :])

        expected = heard(when + 1, 2 * weights)
        slips = {
            "every weight acts a bin too late": heard(when + 2, 2 * weights),
            "every weight acts a bin too early": heard(when, 2 * weights),
            "the last weight comes first": heard(when + 1, 2 * weights[::-1]),
            "two spikes of a bin count as one": heard(when + 1, weights),
        }
        checks.close(rates, expected, atol=1e-2, name="rates", looks_like=slips)

    with checks(
        1,
        "never sees the counts of the present bin, or of later ones, and leaves them as they are",
        hint="A rate that knows its own bin's count predicts it with ease, and predicts nothing. When the counts change from bin t on, no "
        "rate up to that of bin t may move, and later ones must.",
        remedy="Leave the last count out, [..., :-1], so that the latest count that bin t gets is that of bin t - 1.",
    ):
        model, _ = draw_glm(checks, CoupledGLM, 2)
        rng = checks.rng
        counts, when = draw_counts(rng, 20, 2), int(rng.integers(9, 13))
        shape = (20 - NUM_LAGS + 1, 2)
        before = checks.tensor(model(dark, counts), shape, None, name="rates")
        counts[when:] += 3
        change = checks.tensor(model(dark, counts), shape, None, name="rates") - before
        present = when - (NUM_LAGS - 1)  # its place among the rates
        checks.close(
            change[: present + 1], torch.zeros(present + 1, 2), atol=1e-4, name="change of rates"
        )
        checks.that(
            bool((change[present + 1 :].abs() > 1e-3).any()),
            "no later rate moves either: no spike is heard",
        )
        checks.unchanged(model, dark, counts)

    with checks(
        1,
        "lets all four parameters learn",
        hint="Coupling filters learn, too, unless .data, .detach(), .item() or NumPy cut them off from the rates.",
        remedy="Compute with self.coupling itself, and with torch alone.",
    ):
        model, _ = draw_glm(checks, CoupledGLM, 2)
        rng = checks.rng
        inputs = normal(rng, 15, 4, 5), draw_counts(rng, 15, 2) + 1
        names = ["spatial", "temporal", "bias", "coupling"]
        checks.learns(model, *inputs, parameters=names)

    return checks


@checked
def simulate_spikes(simulate_spikes: Any) -> Checks:
    """Whatever counts come back, the rates must follow from them; and the counts must scatter about the rates as Poisson's do."""
    checks = Checks("simulate_spikes", hidden_points=1)

    with checks(
        2,
        "feeds each trial's own spikes back: the rates are the model's on the counts that it returns",
        hint="The counts that were drawn in bin t, not their rates, change the rates from bin t + 1 on, by coupling[to, from, lag - 1]: with lag 1 for "
        "the latest, and as far back as there are bins. Each trial has its own past, and each bin its own drive.",
        remedy="To drive[t] add, for each k as far as there are bins, counts[:, t - 1 - k] times the matrix coupling[:, :, k], transposed.",
    ):
        rng = checks.rng
        # Below zero throughout, so that nothing runs away.
        drive, coupling = normal(rng, 24, 3) + 2, between(rng, -1.0, -0.1, 3, 3, 4)
        options = F.softplus, 1e6
        counts, rates = simulated(
            checks, simulate_spikes, drive, coupling, 5, seed=1, options=options
        )
        checks.that(
            bool((counts.sum(dim=(0, 1)) > 0).all()), "some neuron never spikes in any trial"
        )
        expected = rates_after_counts(drive, coupling, counts)
        checks.close(rates, expected, atol=1e-2, rtol=1e-3, name="rates")

    with checks(
        1,
        "draws whole counts from Poisson distributions with these rates",
        hint="A rate of 3 gives 3 spikes on average, sometimes 0 and sometimes 7: mean and variance are both the rate. Rounding and coin flips have "
        "another variance, and counts that are cut have another mean: max_rate holds rates alone.",
        remedy="torch.poisson of the bin's rates, with the generator.",
    ):
        drive = torch.tensor([-2.0, 0.5, 2.9]).expand(80, 3).contiguous()
        seed = int(checks.rng.integers(1000))
        counts, _ = simulated(checks, simulate_spikes, drive, torch.zeros(3, 3, 2), 60, seed=seed)
        rates = softplus(drive[0].double().numpy())
        whole = bool(((counts == counts.round()) & (counts >= 0)).all())
        checks.that(whole, "some counts are no whole numbers, or negative")
        for n, rate in enumerate(rates):
            check_poisson(checks, counts[..., n].flatten().numpy(), rate)

    with checks(
        1,
        "takes all chance from the generator: the same seed again gives the same spikes, another seed others; and leaves its inputs as they are",
        hint="A draw that is not handed the generator knows nothing of its seed. A seed that is set inside the function, torch's or the "
        "generator's, makes all simulations alike. Are two trials of one run alike?",
        remedy="Hand on generator=generator, and seed nothing.",
    ):
        drive, coupling = normal(checks.rng, 12, 2) + 1, torch.zeros(2, 2, 3)
        runs = [
            simulated(checks, simulate_spikes, drive, coupling, 3, seed=s)[0] for s in (3, 3, 4)
        ]
        checks.that(
            torch.equal(runs[0], runs[1]), "a generator with the same seed gave other spikes"
        )
        checks.that(
            not torch.equal(runs[0], runs[2]), "a generator with another seed gave the same spikes"
        )
        checks.that(not torch.equal(runs[0][0], runs[0][1]), "two trials have the same spikes")
        generator = checks.make(torch.Generator, device=checks.device)
        checks.unchanged(simulate_spikes, drive, coupling + 1, 2, generator)

    with checks(
        1,
        "holds rates at max_rate, before counts are drawn from them",
        hint="A cell that excites itself runs away. What is cut is the rate itself, neither what goes into the nonlinearity nor the counts; max_rate "
        "and the nonlinearity are those that are handed in. The rate that comes back is the one that the counts are drawn from.",
        remedy="nonlinearity(...).clamp(max=max_rate).",
    ):
        drive, coupling = between(checks.rng, -2, 9, 20, 2), torch.zeros(2, 2, 3)
        counts, rates = simulated(
            checks, simulate_spikes, drive, coupling, 20, seed=5, max_rate=1.5
        )
        expected = np.minimum(np.tile(softplus(drive.double().numpy()), (20, 1, 1)), 1.5)
        checks.close(rates, expected, atol=1e-2, name="rates where max_rate is 1.5")
        exp: dict[str, Any] = {"nonlinearity": torch.exp, "max_rate": 1.5}
        _, steep = simulated(checks, simulate_spikes, drive, coupling, 1, seed=5, **exp)
        name = "rates with exp"
        checks.close(steep[0], np.exp(drive.double()).clip(max=1.5), atol=1e-2, name=name)
        # 800 counts: the standard error of their mean is 0.04.
        found, most = float(counts.mean()), float(expected.mean()) + 0.3
        message = f"the mean count is {found:.2f}: the counts come from higher rates, of mean {most - 0.3:.2f} at most"
        checks.that(found < most, message)

    return checks


@checked
def bits_per_spike(bits_per_spike: Any) -> Checks:
    """Ratios of scipy's log probabilities."""
    checks = Checks("bits_per_spike", hidden_points=1)

    with checks(
        1,
        "is the log likelihood over that of the constant model, in bits, divided by the neuron's spikes",
        hint="Bits are logarithms to base 2. Each neuron's sum over bins is divided by its own number of spikes, not by the number of bins. A better "
        "model has more bits, a worse one less than 0: a high rate pays where spikes fall, and costs everywhere, so which sign has λ by itself?",
        remedy="Sum over bins what y log λ - λ is above the same of the constant model, divide by log 2 and by the sum of the neuron's counts.",
    ):
        rng = checks.rng
        rates, counts = between(rng, 0.1, 3, 50, 3), draw_counts(rng, 50, 3, mean=1.2)
        mean = counts.mean(dim=0)
        found, expected = bits_per_spike(rates, counts, mean), bits(rates, counts, mean)
        slips = mistaken_bits(rates, counts, mean)
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
        checks.close(
            bits_per_spike(expected_counts=rates, spike_counts=counts, mean_counts=mean),
            torch.zeros(4),
            atol=1e-3,
            name="bits per spike",
        )

    with checks(
        1,
        "counts a rate of 0 in a bin without spikes as a good prediction, gives NaN for a neuron without any, and leaves its inputs as they are",
        hint="Such a bin's log likelihood is -λ, and 0 at a rate of 0: no 0 · log 0, and no small number that makes all rates wrong. And what is "
        "there to be said per spike, where there is no spike at all?",
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
            math.isfinite(first) and math.isfinite(second), f"bits per spike are {first}, {second}"
        )
        expected = bits(rates, counts, mean)
        # The one over the other: the unit is another block's question.
        ratio, name = first / (second or math.nan), "bits of the first neuron / of the second"
        checks.close(ratio, expected[0] / expected[1], atol=1e-3, rtol=1e-3, name=name)
        counts[:, 1] = 0
        silent = checks.tensor(bits_per_spike(rates + 0.1, counts, mean), (2,), None)[1]
        message = f"a neuron without spikes has {silent:g} bits per spike, expected NaN"
        checks.that(bool(torch.isnan(silent)), message)

    return checks
