"""Lab 6's checks of what compares models: explained correlation, and the bonus exercises."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from scipy.stats import kstest

from stats220.checks import Checks, checked
from stats220.checks.encoding.comparing_slips import (
    mistaken_ceilings,
    mistaken_correlations,
    mistaken_rescaled,
    mistaken_scores,
    uniform,
)
from stats220.checks.encoding.inputs import (
    Array,
    Lazily,
    Shapes,
    between,
    check_float32,
    check_shape,
    demand_something_right,
    first_passed,
    normal,
)
from stats220.checks.encoding.sta_slips import mistaken_rates


def draw_trials(
    rng: np.random.Generator, num_trials: int, num_bins: int, num_neurons: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """A signal (num_bins, num_neurons), and trials with noise of their own around it, some of them higher throughout than others."""
    signal = normal(rng, num_bins, num_neurons)
    signal = (signal - signal.mean(dim=0)) / signal.std(dim=0)
    signal = signal * torch.tensor([1.5, 2.0, 3.0])[:num_neurons] + 1
    offsets = torch.linspace(-5, 5, num_trials)[:, None, None]
    return signal, signal + offsets + normal(rng, num_trials, num_bins, num_neurons)


def correlations(prediction: torch.Tensor, trials: torch.Tensor) -> tuple[Array, Array]:
    """CC_norm and CC_max by NumPy: signal power is the mean covariance of two different trials."""
    expected = []
    for n in range(prediction.shape[1]):
        mine = trials[..., n].double().numpy()
        covariances = np.cov(mine)
        power = covariances[~np.eye(len(mine), dtype=bool)].mean()
        ceiling = np.sqrt(power / mine.mean(axis=0).var(ddof=1))
        correlation = np.corrcoef(prediction[:, n].double().numpy(), mine.mean(axis=0))[0, 1]
        expected.append((correlation / ceiling, ceiling))
    cc_norm, cc_max = np.array(expected).T
    return cc_norm, cc_max


@checked
def explained_correlation(explained_correlation: Any) -> Checks:
    """Trials with a signal that is known, beside NumPy's covariances."""
    checks = Checks("explained_correlation", hidden_points=1)

    with checks(
        1,
        "gives each neuron's CC_max, from the signal that its trials share",
        hint="A sum over R trials has the signal R times, and so R² times its power, and each trial's noise once: what is left when "
        "the trials' own variances are subtracted?",
        remedy="Time is axis 1 of the trials, and axis 0 of their sum: trials.sum(dim=0).var(dim=0), less trials.var(dim=1) summed over trials.",
    ):
        signal, trials = draw_trials(checks.rng, 4, 14, 3)
        _, cc_max = checks.items(explained_correlation(prediction=signal, trials=trials), 2)
        expected = correlations(signal, trials)[1]
        slips = Lazily(checks, mistaken_ceilings, signal, trials)
        checks.close(cc_max, expected, atol=2e-3, name="cc_max", looks_like=slips)

    with checks(
        1,
        "gives each neuron's CC_norm, in whatever unit the prediction is, above one too",
        hint="It is the correlation over time with the average over trials, sign and all, divided by CC_max: is the correlation right,"
        " for a prediction that is the average itself?",
        remedy="Multiply the prediction and the average over trials, each less its mean over time; sum over time, and divide by n - 1, as torch's var does.",
    ):
        rng = checks.rng
        signal, trials = draw_trials(rng, 3, 12, 3)
        # For a prediction that is the average itself CC_norm is 1 / CC_max: above one.
        predictions = torch.stack(
            [trials.mean(dim=0)[:, 0], 0.02 * (signal + normal(rng, 12, 3))[:, 1], -signal[:, 2]],
            dim=1,
        )
        cc_norm, cc_max = checks.items(explained_correlation(predictions, trials), 2)
        expected, ceiling = correlations(predictions, trials)
        found = checks.tensor(cc_max, (3,), None, name="cc_max").double()
        powers = not np.allclose(found.numpy(), ceiling, rtol=0, atol=2e-3)
        slips = Lazily(checks, mistaken_correlations, predictions, trials, powers=powers)
        checks.close(cc_norm, expected, atol=5e-3, name="cc_norm", looks_like=slips)

    with checks(
        1,
        "gives NaN where the signal power is not positive",
        hint="Noise alone has a signal power that is as often below zero as above, and silence has none at all: what is the root of it"
        " to be?",
        remedy="torch.where(signal_power > 0, ..., torch.nan).",
    ):
        signal, trials = draw_trials(checks.rng, 2, 15, 3)
        trials[1, :, 0] = -0.5 * trials[0, :, 0]  # the covariance of the two is below zero
        trials[:, :, 1] = 0  # silence
        cc_norm, cc_max = checks.items(explained_correlation(signal, trials), 2)
        for name, value in (("cc_norm", cc_norm), ("cc_max", cc_max)):
            below, silent, good = checks.tensor(value, (3,), None, name=name).tolist()
            checks.that(
                not math.isnan(good),
                f"{name} of a neuron with a signal is NaN, beside others that have none",
                slip="a neuron without a signal spoils the others" if first_passed(checks) else "",
            )
            for value, which in ((below, "below 0"), (silent, "0, as it never spikes,")):
                message = (
                    f"{name} of a neuron whose signal power is {which} is {value:.3g}, expected NaN"
                )
                slip = "0 is returned in the place of NaN" if value == 0 else ""
                slip = slip or ("it is divided by a power of 0" if math.isinf(value) else "")
                checks.that(math.isnan(value), message, slip=slip)
        # Two trials that vary one after the other: their covariance is zero to the last bit (variances 9 + 16 = 25, of 17 bins).
        trials = torch.zeros(2, 17, 1)
        turns = torch.tensor([1.0, -1.0, 1.0, -1.0])
        trials[0, :4, 0], trials[1, 5:9, 0] = 6 * turns, 8 * turns
        both = checks.items(explained_correlation(normal(checks.rng, 17, 1), trials), 2)
        for name, value in zip(("cc_norm", "cc_max"), both, strict=True):
            value = checks.tensor(value, (1,), None, name=name)
            where = f"{name} is {float(value):.3g} where the signal power is 0, expected NaN"
            slip = "a signal power of 0 is let through: only those below 0 are NaN"
            slip = slip if first_passed(checks) else ""
            checks.that(bool(torch.isnan(value).all()), where, slip=slip)

    with checks(
        1,
        "leaves the prediction and the trials as they are",
        hint="`prediction -= ...` changes the tensor of whoever called: the next figure would show it without its mean.",
        remedy="centered = prediction - prediction.mean(dim=0) makes a new tensor.",
    ):
        signal, trials = draw_trials(checks.rng, 3, 10, 3)
        checks.unchanged(explained_correlation, signal, trials)
        demand_something_right(checks)

    return checks


@checked
def firing_rates_hz(firing_rates_hz: Any) -> Checks:
    """Counts whose mean is known."""
    checks = Checks("firing_rates_hz")

    with checks(
        1,
        "is the mean over trials, bin by bin and neuron by neuron",
        hint="Trials are the first axis, and bin_seconds is 1 here: what is the rate of a bin with one spike in every trial?",
        remedy="trials.float().mean(dim=0), divided by bin_seconds rather than by a fixed number.",
    ):
        counts = checks.rng.integers(0, 5, (6, 7, 3))
        rates = firing_rates_hz(torch.from_numpy(counts).float(), 1.0)
        slips = Lazily(checks, mistaken_rates, counts, 1.0)
        checks.close(rates, counts.mean(axis=0), atol=1e-3, name="rates", looks_like=slips)

    with checks(
        1,
        "is in spikes a second, in float32, of counts of any dtype, which stay as they are",
        hint="One spike in a bin of 10 ms is a rate of 100 Hz: is it, for counts that are whole numbers of one byte?",
        remedy="Divide by bin_seconds, after .float().",
        needs="is the mean over trials, bin by bin and neuron by neuron",
    ):
        counts = checks.rng.integers(90, 200, (4, 6, 2)).astype(np.uint8)  # their sum needs more
        rates = firing_rates_hz(trials=torch.from_numpy(counts), bin_seconds=0.01)
        expected, slips = counts.mean(axis=0) * 100, Lazily(checks, mistaken_rates, counts, 0.01)
        checks.close(rates, expected, atol=1e-2, rtol=1e-5, name="rates", looks_like=slips)
        checks.tensor(rates, (6, 2), None, name="rates")
        check_float32(checks, rates, name="rates")
        checks.unchanged(firing_rates_hz, torch.from_numpy(counts), 0.01)

    return checks


def fit_sum(stimulus: torch.Tensor, spike_counts: torch.Tensor) -> float:
    """A model that remembers one number of what it was given."""
    return float(stimulus.sum() + 3 * spike_counts.sum())


def double(model: float) -> float:
    """The score of such a model."""
    return 2 * model


@checked
def data_efficiency(data_efficiency: Any) -> Checks:
    """Models that only remember what they were given."""
    checks = Checks("data_efficiency", hidden_points=1)
    scored = "scores a model of the first frames alone, for each size in turn"

    with checks(
        1,
        scored,
        hint="Are these the movie's first frames, in a row, with the counts of the same bins, and of nothing else?",
        remedy="fit gets stimulus[:num_frames] and the counts of the same frames; evaluate gets the model.",
    ):
        rng = checks.rng
        stimulus, counts = normal(rng, 40, 1, 1), normal(rng, 40, 1)
        sizes = [12, 5, 40]
        expected = [2 * float((stimulus[:n] + 3 * counts[:n, None]).sum()) for n in sizes]
        if expected[1] > expected[0]:  # more data may well be worse
            stimulus, counts, expected = -stimulus, -counts, [-score for score in expected]
        scores = checks.items(data_efficiency(fit_sum, double, stimulus, counts, sizes), 3)
        slips = Lazily(checks, mistaken_scores, stimulus, counts, sizes)
        found = [float(score) for score in scores]
        checks.close(found, expected, atol=1e-3, name="scores", looks_like=slips)

    with checks(
        1,
        "takes its arguments by name, and leaves the movie and the counts as they are",
        hint="The largest set holds all others: what is written into the first frames is there for each size that comes later.",
        remedy="A slice is a view of the caller's own tensor: write nothing into it.",
        needs=scored,
    ):
        stimulus, counts = normal(checks.rng, 9, 1, 1), normal(checks.rng, 9, 1)
        given = {"fit": fit_sum, "evaluate": double, "stimulus": stimulus, "spike_counts": counts}
        checks.items(data_efficiency(**given, sizes=[4, 9]), 2)
        checks.unchanged(data_efficiency, *given.values(), [4, 9])

    return checks


@checked
def rescale_times(rescale_times: Any) -> Checks:
    """Spikes whose times on the clock can be counted out."""
    checks = Checks("rescale_times", hidden_points=1)

    with checks(
        2,
        "turns intervals on the clock of the expected count into 1 - exp(-interval)",
        hint="The clock stands at 0 where the first bin begins, and runs by λ in a bin: what does it say at the first spike?",
        remedy="cumsum gives what the clock says at the end of each bin; a spike comes (1 - u) times the bin's λ before that.",
    ):
        rng = checks.rng
        rates, uniforms = between(rng, 0.1, 1.5, 7), between(rng, 0.1, 0.9, 3)
        counts = torch.tensor([0, 1, 0, 0, 1, 1, 0])
        ends, places = np.cumsum(rates.double().numpy()), uniforms.double().numpy()
        end, length = ends[[1, 4, 5]], rates.double().numpy()[[1, 4, 5]]
        expected = uniform(end - (1 - places) * length)
        found, slips = (
            rescale_times(rates, counts, uniforms),
            Lazily(checks, mistaken_rescaled, rates, counts, uniforms),
        )
        checks.close(found, expected, atol=1e-3, name="rescaled times", looks_like=slips)

    with checks(
        1,
        "puts the spikes of one bin in the order of their uniforms, and leaves its inputs as they are",
        hint="Three spikes of one bin have three places in it, the smallest number first. An interval is never negative.",
        remedy="torch.sort the times; those of different bins are in order already.",
    ):
        rates, counts = torch.tensor([1.0, 2.0, 4.0, 1.0]), torch.tensor([0, 2, 3, 0])
        uniforms = torch.tensor([0.75, 0.25, 0.5, 0.75, 0.25])
        expected = 1 - np.exp(-np.diff([0.0, 1.5, 2.5, 4.0, 5.0, 6.0]))
        found = rescale_times(expected_counts=rates, spike_counts=counts, uniforms=uniforms)
        fewer: Shapes = {(2,): "a bin gets one spike, however many fell in it"}
        check_shape(checks, found, (5,), fewer, name="rescaled times")
        slips = Lazily(checks, mistaken_rescaled, rates, counts, uniforms)
        checks.close(found, expected, atol=1e-3, name="rescaled times", looks_like=slips)
        checks.unchanged(rescale_times, rates, counts, uniforms)

    with checks(
        1,
        "makes the spikes of a true model uniform",
        hint="Kolmogorov and Smirnov compare the share of values below each number with that number. Are they between 0 and 1?",
        remedy="One less exp(-interval).",
    ):
        rng = checks.rng
        rates = between(rng, 0.0, 2.0, 2000)
        counts = torch.from_numpy(rng.poisson(rates.double().numpy()))
        uniforms = between(rng, 0, 1, int(counts.sum()))
        rescaled = rescale_times(rates, counts, uniforms)
        found = checks.tensor(rescaled, (len(uniforms),), None, name="rescaled times").double()
        distance = kstest(found.numpy(), "uniform").statistic
        # 1.36 / sqrt(n) is passed by chance once in twenty times, twice that once in a million.
        checks.that(
            distance < 2.72 / np.sqrt(len(uniforms)),
            f"the largest difference of shares is {distance:.2f}",
        )

    return checks
