"""Known mistakes in explained correlation and in the bonus exercises, and what they give in place of what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from stats220.checks.encoding.inputs import Array

NOT_SUBTRACTED = "noise counts as signal: the trials' own variances are not subtracted"
WITH_ITSELF = "noise counts as signal: the variance of the average over trials, or each trial's covariance with itself, is in the signal power"


def parts(prediction: torch.Tensor, trials: torch.Tensor) -> dict[str, Array]:
    """Variances over time (divisor n - 1), and the covariance of the prediction with the average over trials."""
    x, y = prediction.double().numpy(), trials.double().numpy()
    mean = y.mean(axis=0)
    products = (x - x.mean(axis=0)) * (mean - mean.mean(axis=0))
    own, total = y.var(axis=1, ddof=1), y.sum(axis=0).var(axis=0, ddof=1)
    pairs = len(y) * (len(y) - 1)
    return {
        "x": x.var(axis=0, ddof=1),
        "mean": mean.var(axis=0, ddof=1),
        "total": total,
        "own": own.sum(axis=0),
        "power": (total - own.sum(axis=0)) / pairs,
        "covariance": products.sum(axis=0) / (len(x) - 1),
    }


def mistaken_powers(prediction: torch.Tensor, trials: torch.Tensor) -> dict[str, Array]:
    """Signal powers, each with one mistake."""
    q, r = parts(prediction, trials), len(trials)
    pairs, difference = r * (r - 1), q["total"] - q["own"]
    y, mixed = trials.double().numpy(), (len(prediction) - 1) / len(prediction)
    return {
        WITH_ITSELF: q["mean"],
        NOT_SUBTRACTED: q["total"] / pairs,
        "R² stands in the place of R (R - 1)": difference / r**2,
        "n is the divisor of the trials' own variances, and n - 1 that of their sum's": (
            q["total"] - mixed * q["own"]
        )
        / pairs,
        "n is the divisor of the sum's variance, and n - 1 that of the trials' own": (
            mixed * q["total"] - q["own"]
        )
        / pairs,
        "R - 1 stands in the place of R (R - 1)": difference / (r - 1),
        "R stands in the place of R (R - 1)": difference / r,
        "R (R + 1) stands in the place of R (R - 1)": difference / (r * (r + 1)),
        "R (R - 1) / 2 stands in the place of R (R - 1)": 2 * difference / pairs,
        "it is not divided by R (R - 1)": difference,
        "the trials' variances are averaged, not added up": (q["total"] - q["own"] / r) / pairs,
        "the variance of the average stands in the place of that of the sum": (q["mean"] - q["own"])
        / pairs,
        "the noise is subtracted R times": (q["total"] - r * q["own"]) / pairs,
        "the trials' variances stand alone": q["own"] / r,
        "the noise power stands in the place of the signal power": q["own"] / r - q["power"],
        "the noise power is divided by R, and not subtracted": q["mean"] + q["own"] / r**2,
        "standard deviations stand in the place of variances": (
            np.sqrt(q["total"]) - y.std(axis=1, ddof=1).sum(axis=0)
        )
        / pairs,
        "the noise is measured across trials, bin by bin, so that their levels count": q["mean"]
        - y.var(axis=0, ddof=1).mean(axis=0) / r,
        "all neurons get one signal power, their mean": np.full(len(q["power"]), q["power"].mean()),
        "mean squares stand in the place of variances: no mean over time is taken off": (
            (y.sum(axis=0) ** 2).mean(axis=0) - (y**2).mean(axis=1).sum(axis=0)
        )
        / pairs,
    }


def mistaken_ceilings(prediction: torch.Tensor, trials: torch.Tensor) -> dict[str, Array]:
    """CC_max, each with one mistake."""
    q, r = parts(prediction, trials), len(trials)
    right = np.sqrt(q["power"] / q["mean"])
    with np.errstate(all="ignore"):
        norm = q["covariance"] / np.sqrt(q["x"] * q["power"])
        own = {
            "no root is taken of SP / Var(average)": right**2,
            "CC_max is turned over: Var(average) / SP": 1 / right,
            "CC_max is turned over, and no root taken": 1 / right**2,
            "SP is divided by the variance of the sum, not of the average": right / r,
            "SP is divided by the standard deviation, not the variance": np.sqrt(q["power"] / np.sqrt(q["mean"])),
            "SP is divided by the mean variance of a trial, not by that of the average": np.sqrt(q["power"] * r / q["own"]),
            "SP is not divided by the variance of the average": np.sqrt(q["power"]),
            "the signal power itself is returned": q["power"],
            "SP is divided by the prediction's variance": np.sqrt(q["power"] / q["x"]),
            "CC_max and CC_norm are returned in the other order": norm,
            "the correlation with the average is returned as CC_max": norm * right,
            "divisors n and n - 1 are mixed": right * np.sqrt((len(prediction) - 1) / len(prediction)),
            "divisors n - 1 and n are mixed": right * np.sqrt(len(prediction) / (len(prediction) - 1)),
        }  # fmt: skip
        powers = {
            slip: np.sqrt(power / q["mean"])
            for slip, power in mistaken_powers(prediction, trials).items()
        }
    return powers | own


def mistaken_correlations(
    prediction: torch.Tensor, trials: torch.Tensor, *, powers: bool
) -> dict[str, Array]:
    """CC_norm, each with one mistake; where CC_max is wrong, the mistake may be in the signal `powers`."""
    q, r, n = parts(prediction, trials), len(trials), len(prediction)
    x, y = prediction.double().numpy(), trials.double().numpy()
    mean = y.mean(axis=0)
    with np.errstate(all="ignore"):
        right = q["covariance"] / np.sqrt(q["x"] * q["power"])
        ceiling = np.sqrt(q["power"] / q["mean"])
        slips = {
            slip: q["covariance"] / np.sqrt(q["x"] * power)
            for slip, power in mistaken_powers(prediction, trials).items()
        }
        if not powers:
            slips = {"it is not divided by CC_max": right * ceiling}
        slips |= {
            "it is multiplied by CC_max": right * ceiling**2,
            "it is divided by CC_max twice": right / ceiling,
            "n is the divisor in one place and n - 1 in another": right * (n - 1) / n,
            "n - 1 is the divisor in one place and n in another": right * n / (n - 1),
            "what is above one is cut off": np.minimum(right, 1),
            "what is above one or below minus one is cut off": right.clip(-1, 1),
            "the sign is lost": abs(right),
            "what is below zero is set to zero": np.maximum(right, 0),
            "what is below zero is set to zero, and what is above one cut off": right.clip(0, 1),
            "it is squared": right**2,
            "no mean is taken off in the covariance": (x * mean).sum(axis=0) / (n - 1) / np.sqrt(q["x"] * q["power"]),
            "n is the divisor of the prediction's variance alone": right * np.sqrt(n / (n - 1)),
            "products are added up over time, and not divided": right * (n - 1),
            "the covariance is with the sum over trials, not with their average": right * r,
            "the covariance is with the first trial, not with the average": _covariance(x, y[0]) / np.sqrt(q["x"] * q["power"]),
            "no root is taken of Var(prediction) SP": q["covariance"] / (q["x"] * q["power"]),
            "no root is taken of SP": q["covariance"] / (np.sqrt(q["x"]) * q["power"]),
            "no root is taken of the prediction's variance": q["covariance"] / (q["x"] * np.sqrt(q["power"])),
            "the prediction's variance is left out": q["covariance"] / np.sqrt(q["power"]),
            "the signal power is left out": q["covariance"] / np.sqrt(q["x"]),
            "the covariance is not divided": q["covariance"],
            "the variance of the average is in the root, too": right / np.sqrt(q["mean"]),
            "all neurons get one number, their mean": np.full(len(right), right.mean()),
            "CC_max and CC_norm are returned in the other order": ceiling,
        }  # fmt: skip
    return slips


def _covariance(x: Array, y: Array) -> Array:
    centered: Array = (x - x.mean(axis=0)) * (y - y.mean(axis=0))
    total: Array = centered.sum(axis=0) / (len(x) - 1)
    return total


def mistaken_scores(
    stimulus: torch.Tensor, counts: torch.Tensor, sizes: Sequence[int]
) -> dict[str, Any]:
    """Twice the sum of what a model was given, frames plus three times counts: the scores, each with one mistake."""
    x, y = (a.flatten(1).sum(dim=1).double().numpy() for a in (stimulus, counts))
    both, num = x + 3 * y, len(x)
    frames = [slice(n) for n in sizes]
    right = [2 * both[s].sum() for s in frames]
    borders = [0, *sizes]
    return {
        "the best score so far is kept": np.maximum.accumulate(right),
        "sizes are sorted first": sorted(right, key=lambda s: sizes[right.index(s)]),
        "every model gets all frames": [2 * both.sum()] * len(right),
        "every model gets as many frames as the largest size": [right[int(np.argmax(sizes))]] * len(right),
        "one model is fitted, for the first size": [right[0]] * len(right),
        "one model is fitted, for the last size": [right[-1]] * len(right),
        "models get the last frames, not the first": [2 * both[num - n :].sum() for n in sizes],
        "all counts are given with the first frames": [2 * (x[s].sum() + 3 * y.sum()) for s in frames],
        "all frames are given with the first counts": [2 * (x.sum() + 3 * y[s].sum()) for s in frames],
        "each model gets the frames after those of the one before": [2 * both[a : a + n].sum() for a, n in zip(np.cumsum([0, *sizes[:-1]]), sizes, strict=True)],
        "each model gets only what comes after the size before": [2 * both[a:b].sum() for a, b in zip(borders, sizes, strict=False)],
        "the model is not evaluated": [s / 2 for s in right],
        "the score is evaluated once more": [2 * s for s in right],
        "a frame too few is given": [2 * both[: n - 1].sum() for n in sizes],
        "a frame too many is given": [2 * both[: n + 1].sum() for n in sizes],
        "frame 0 is left out": [2 * both[1:n].sum() for n in sizes],
        "the first frame is left out, and one more at the end taken": [2 * both[1 : n + 1].sum() for n in sizes],
        "frames are taken at equal distances, not in a row": [2 * both[:: max(1, num // n)][:n].sum() for n in sizes],
        "frames are spread over the whole movie, not taken from its beginning": [2 * both[np.linspace(0, num - 1, n).astype(int)].sum() for n in sizes],
        "every so many-th frame is taken": [2 * both[::n].sum() for n in sizes],
        "scores are added up from size to size": np.cumsum(right),
        "the mean of all scores so far is taken": np.cumsum(right) / np.arange(1, len(right) + 1),
        "scores are divided by the number of frames": [s / n for s, n in zip(right, sizes, strict=True)],
        "scores come in the reverse order": right[::-1],
        "only the last score is returned": [right[-1]],
        "the sizes are returned with the scores": [[n, s] for n, s in zip(sizes, right, strict=True)],
        "the sign of the scores is changed": [-s for s in right],
    }  # fmt: skip


def uniform(times: Array) -> Array:
    """Of intervals on the clock, which begins at 0."""
    return 1 - np.exp(-np.diff(times, prepend=0.0))


def mistaken_rescaled(
    rates: torch.Tensor, counts: torch.Tensor, uniforms: torch.Tensor
) -> dict[str, Array]:
    """Rescaled times, each with one mistake."""
    λ, places = rates.double().numpy(), uniforms.double().numpy()
    bins = np.repeat(np.arange(len(λ)), counts.numpy())
    ends = np.cumsum(λ)
    begin, end, length = (ends - λ)[bins], ends[bins], λ[bins]
    in_turn = begin + places * length
    times = np.sort(in_turn)
    τ = np.diff(times, prepend=0.0)
    bare = np.concatenate([np.sort(places[bins == b]) for b in np.unique(bins)])
    order = np.concatenate([np.sort(places[bins == b])[::-1] for b in np.unique(bins)])
    occupied = np.cumsum(np.where(counts.numpy() > 0, λ, 0)) - λ
    with np.errstate(all="ignore"):
        clocks = {
            "the clock is taken at a bin's end for that at its beginning": np.sort(end + places * length),
            "spikes stand at the ends of their bins": end,
            "spikes stand where their bins begin": begin,
            "spikes stand in the middle of their bins": (begin + end) / 2,
            "uniforms are not multiplied by the bin's λ": begin + bare,
            "uniforms are not multiplied by the bin's λ, and not sorted": begin + places,
            "uniforms count from the bin's end": np.sort(end - places * length),
            "uniforms count from the bin's end, and are not sorted": end - places * length,
            "uniforms of different bins are sorted together": begin + np.sort(places) * length,
            "spikes of one bin come in the order of `uniforms`, not in that of time": in_turn,
            "spikes of one bin come with the largest number first": begin + order * length,
            "the clock starts with the bin of the first spike": times - ends[max(0, bins[0] - 1)] * (bins[0] > 0),
            "the clock stands still in bins without spikes": np.sort(occupied[bins] + places * length),
            "the clock runs by 1 in each bin, whatever the rate": np.sort(bins + places),
            "the clock runs by the rate of the bin before": np.sort(np.concatenate([[0], ends])[:-1][bins] - np.concatenate([[0], λ])[:-1][bins] + places * length),
            "the clock runs backward from the end": np.sort(ends[-1] - in_turn),
        }  # fmt: skip
        slips = {slip: uniform(those) for slip, those in clocks.items()}
        slips |= {
            "intervals are returned as they are": τ,
            "it is exp(-interval)": np.exp(-τ),
            "it is exp(interval)": np.exp(τ),
            "it is 1 - exp(interval)": 1 - np.exp(τ),
            "it is exp(-interval) - 1": np.exp(-τ) - 1,
            "times on the clock are returned, not intervals": times,
            "1 - exp(-time) of the times on the clock is taken, not of their intervals": 1 - np.exp(-times),
            "the interval before the first spike is left out": uniform(times)[1:],
            "the interval before the first spike is taken to be 0": uniform(times - times[0]),
            "intervals are divided by their mean": 1 - np.exp(-τ / τ.mean()),
            "an interval is multiplied by the rate of its last bin": 1 - np.exp(-np.diff(bins + places, prepend=0.0) * length),
            "intervals are sorted": np.sort(uniform(times)),
            "intervals are taken from each spike to the next": np.append(uniform(times)[1:], 1.0),
            "the logarithm of the intervals is taken": np.log(τ),
        }  # fmt: skip
    return slips
