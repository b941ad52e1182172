"""Lab 6's checks of what compares models: explained correlation, and the bonus exercises."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.stats import kstest

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    Array,
    between,
    demand_something_right,
    normal,
)


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
        hint="All variances are over time, neuron by neuron. A sum over trials has the signal R times, so R² times its power: what is left "
        "once the trials' own variances are subtracted is R (R - 1) times the signal power. CC_max is a root.",
        remedy="Time is axis 1 of the trials, and axis 0 of their sum: trials.sum(dim=0).var(dim=0), less trials.var(dim=1) summed over trials.",
    ):
        signal, trials = draw_trials(checks.rng, 4, 14, 3)
        _, cc_max = checks.items(explained_correlation(prediction=signal, trials=trials), 2)
        expected = correlations(signal, trials)[1]
        slips = {
            "the trials' own variances are not subtracted": np.full(3, np.sqrt(4 / 3)),
            "R² stands in the place of R (R - 1)": expected * np.sqrt(3 / 4),
            "no root is taken": expected**2,
        }
        checks.close(cc_max, expected, atol=2e-3, name="cc_max", looks_like=slips)

    with checks(
        1,
        "gives each neuron's CC_norm, in whatever unit the prediction is, above one too",
        hint="It is the correlation with the average over trials, sign and all, divided by CC_max. Covariance and variances are about each neuron's "
        "own means over time, with the same divisor in all of them, n - 1 or n. It estimates a correlation, and may be above one.",
        remedy="Multiply the prediction and the average over trials, each less its mean over time; sum over time, and divide by n - 1, as torch's var does.",
    ):
        rng = checks.rng
        signal, trials = draw_trials(rng, 3, 12, 3)
        # For a prediction that is the average itself CC_norm is 1 / CC_max: above one.
        predictions = torch.stack(
            [trials.mean(dim=0)[:, 0], 0.02 * (signal + normal(rng, 12, 3))[:, 1], -signal[:, 2]],
            dim=1,
        )
        cc_norm, _ = checks.items(explained_correlation(predictions, trials), 2)
        expected, ceiling = correlations(predictions, trials)
        slips = {
            "it is multiplied by CC_max": expected * ceiling**2,
            "it is not divided by CC_max": expected * ceiling,
            "n is the divisor in one place and n - 1 in another": expected * 11 / 12,
            "what is above one is cut off": np.minimum(expected, 1),
            "the sign is lost": abs(expected),
        }
        checks.close(cc_norm, expected, atol=5e-3, name="cc_norm", looks_like=slips)

    with checks(
        1,
        "gives NaN where the signal power is not positive",
        hint="Noise alone has a signal power that is as often below zero as above, and silence has none at all. Neither 0 nor infinity is a "
        "correlation, and a neuron without a signal must not spoil the others.",
        remedy="torch.where(signal_power > 0, ..., torch.nan).",
    ):
        signal, trials = draw_trials(checks.rng, 2, 15, 3)
        trials[1, :, 0] = -0.5 * trials[0, :, 0]  # the covariance of the two is below zero
        trials[:, :, 1] = 0  # silence
        cc_norm, cc_max = checks.items(explained_correlation(signal, trials), 2)
        for name, found in (("cc_norm", cc_norm), ("cc_max", cc_max)):
            is_nan = torch.isnan(checks.tensor(found, (3,), None, name=name)).tolist()
            checks.equal(is_nan, [True, True, False], name=f"torch.isnan({name})")
        # Two trials that vary one after the other: their covariance is zero to the last bit (variances 9 + 16 = 25, of 17 bins).
        trials = torch.zeros(2, 17, 1)
        turns = torch.tensor([1.0, -1.0, 1.0, -1.0])
        trials[0, :4, 0], trials[1, 5:9, 0] = 6 * turns, 8 * turns
        found = checks.items(explained_correlation(normal(checks.rng, 17, 1), trials), 2)
        for name, value in zip(("cc_norm", "cc_max"), found, strict=True):
            value = checks.tensor(value, (1,), None, name=name)
            where = f"{name} is {float(value):.3g} where the signal power is 0, expected NaN"
            checks.that(bool(torch.isnan(value).all()), where)

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
        hint="Trials are the first axis. What is left is one value per bin and neuron. Here bin_seconds is 1, so that a rate is the mean "
        "count itself.",
        remedy="trials.float().mean(dim=0), divided by bin_seconds rather than by a fixed number.",
    ):
        counts = checks.rng.integers(0, 5, (6, 7, 3))
        rates = firing_rates_hz(torch.from_numpy(counts).float(), 1.0)
        checks.close(rates, counts.mean(axis=0), atol=1e-3, name="rates")

    with checks(
        1,
        "is in spikes a second, in float32, of counts of any dtype, which stay as they are",
        hint="One spike in a bin of 10 ms is a rate of 100 Hz. torch takes no mean of whole numbers, and a sum of bytes has to fit "
        "into its type.",
        remedy="Divide by bin_seconds, after .float().",
        needs="is the mean over trials, bin by bin and neuron by neuron",
    ):
        counts = checks.rng.integers(90, 200, (4, 6, 2)).astype(np.uint8)  # their sum needs more
        rates = firing_rates_hz(trials=torch.from_numpy(counts), bin_seconds=0.01)
        checks.close(rates, counts.mean(axis=0) * 100, atol=1e-2, rtol=1e-5, name="rates")
        checks.tensor(rates, (6, 2), name="rates")
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
        hint="Filters need frames in a row, from the movie's first one on and not at random, and each size is fitted anew, in the order in which they "
        "are given. Does fit get as many bins of counts as frames? The model is what fit returns, and its score what evaluate returns.",
        remedy="fit gets stimulus[:num_frames] and the counts of the same frames; evaluate gets the model.",
    ):
        rng = checks.rng
        stimulus, counts = normal(rng, 40, 1, 1), normal(rng, 40, 1)
        sizes = [12, 5, 40]
        scores = checks.items(data_efficiency(fit_sum, double, stimulus, counts, sizes), 3)
        expected = [2 * float((stimulus[:n] + 3 * counts[:n, None]).sum()) for n in sizes]
        checks.close([float(score) for score in scores], expected, atol=1e-3, name="scores")

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


def uniform(times: Array) -> Array:
    """Of intervals on the clock, which begins at 0."""
    return 1 - np.exp(-np.diff(times, prepend=0.0))


@checked
def rescale_times(rescale_times: Any) -> Checks:
    """Spikes whose times on the clock can be counted out."""
    checks = Checks("rescale_times", hidden_points=1)

    with checks(
        2,
        "turns intervals on the clock of the expected count into 1 - exp(-interval)",
        hint="The clock stands at 0 where the first bin begins, runs by λ in a bin, and by half of λ up to its middle. From that beginning to the "
        "first spike is an interval, too. A short interval gives a number near 0, and a long one a number near 1.",
        remedy="cumsum gives what the clock says at the end of each bin; a spike comes (1 - u) times the bin's λ before that.",
    ):
        rng = checks.rng
        rates, uniforms = between(rng, 0.1, 1.5, 7), between(rng, 0.1, 0.9, 3)
        counts = torch.tensor([0, 1, 0, 0, 1, 1, 0])
        ends, places = np.cumsum(rates.double().numpy()), uniforms.double().numpy()
        end, length = ends[[1, 4, 5]], rates.double().numpy()[[1, 4, 5]]
        times = end - (1 - places) * length
        slips = {
            "the clock is taken at a bin's end for that at its beginning": end + places * length,
            "spikes stand at the ends of their bins": end,
            "spikes stand where their bins begin": end - length,
            "uniforms of different bins are sorted together": end - (1 - np.sort(places)) * length,
            "the clock starts with the bin of the first spike": times - ends[0],
        }
        rescaled = {slip: uniform(those) for slip, those in slips.items()}
        rescaled["intervals are returned as they are"] = np.diff(times, prepend=0.0)
        rescaled["it is exp(-interval)"] = 1 - uniform(times)
        found, name = rescale_times(rates, counts, uniforms), "rescaled times"
        checks.close(found, uniform(times), atol=1e-3, name=name, looks_like=rescaled)

    with checks(
        1,
        "puts the spikes of one bin in the order of their uniforms, and leaves its inputs as they are",
        hint="Three spikes of one bin have three places in it. An interval is never negative.",
        remedy="torch.sort the times; those of different bins are in order already.",
    ):
        rates, counts = torch.tensor([1.0, 2.0, 4.0, 1.0]), torch.tensor([0, 2, 3, 0])
        uniforms = torch.tensor([0.75, 0.25, 0.5, 0.75, 0.25])
        expected = 1 - np.exp(-np.diff([0.0, 1.5, 2.5, 4.0, 5.0, 6.0]))
        found = rescale_times(expected_counts=rates, spike_counts=counts, uniforms=uniforms)
        checks.close(found, expected, atol=1e-3, name="rescaled times")
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
