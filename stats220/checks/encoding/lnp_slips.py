"""Known mistakes in the LNP model, its loss and its penalty, and what they give in place of what is expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.signal import lfilter
from scipy.special import expit, gammaln, xlogy

from stats220.checks.encoding.inputs import Array, softplus

Function = Callable[[Array], Array]
TIME = {
    "the temporal filter is turned around in time: its last weight belongs to the latest frame": 0,
    "every weight of the temporal filter acts a bin too late": 1,
    "every weight of the temporal filter acts a bin too early": -1,
}


def mistaken_losses(rates: torch.Tensor, counts: torch.Tensor) -> dict[str, Any]:
    """Mean negative log likelihoods, each with one mistake."""
    λ, y = rates.double().numpy(), counts.double().numpy()
    reward, factorials = np.asarray(xlogy(y, λ)), np.asarray(gammaln(y + 1))
    right, spiked = λ - reward + factorials, y > 0
    with np.errstate(all="ignore"):
        slips = {
            "it is the sum over bins and neurons, not the mean": right.sum(),
            "neurons are added up, and only bins averaged": right.sum(axis=1).mean(),
            "bins are added up, and only neurons averaged": right.sum(axis=0).mean(),
            "each neuron keeps a loss of its own": right.mean(axis=0),
            "each bin keeps a loss of its own": right.mean(axis=1),
            "no mean is taken": right,
            "y log λ is added, not subtracted": (λ + reward + factorials).mean(),
            "its sign is that of a log likelihood, not of a loss": -right.mean(),
            "λ is subtracted, not added": (-λ - reward + factorials).mean(),
            "λ by itself is left out": (factorials - reward).mean(),
            "y log λ is left out, or the logarithm is that of the count": (λ + factorials).mean(),
            "log λ is not multiplied by the count": (λ - np.log(λ) + factorials).mean(),
            "the logarithm of the rate is to base 2": (λ - reward / np.log(2) + factorials).mean(),
            "the logarithm of the rate is to base 10": (λ - reward / np.log(10) + factorials).mean(),
            "the whole loss is in bits, not in nats": right.mean() / np.log(2),
            "y λ stands in the place of y log λ": (λ - y * λ + factorials).mean(),
            "λ is taken for the logarithm of a rate": (np.exp(λ) - y * λ + factorials).mean(),
            "1 is added to the rate in the logarithm": (λ - xlogy(y, 1 + λ) + factorials).mean(),
            "bins without a spike are left out of the mean": right[spiked].mean(),
            "bins without a spike cost nothing": (right * spiked).mean(),
            "y log λ is averaged over the bins with spikes alone": λ.mean() - (reward - factorials)[spiked].mean(),
            "y log λ is divided by the number of spikes, not of bins": λ.mean() - (reward - factorials).sum() / y.sum(),
            "it is the squared error": ((λ - y) ** 2).mean(),
            "it is the cross entropy of one spike or none": -(reward + xlogy(1 - y, 1 - λ)).mean(),
            "log Γ(y) is taken for log y!": np.asarray(gammaln(y)).mean() + (λ - reward).mean(),
        }  # fmt: skip
    return slips


def mistaken_factorials(count: int) -> dict[str, float]:
    """The loss of so many spikes at a rate of 1, with a mistake in log y!."""
    y, log = float(count), float(gammaln(count + 1))
    with np.errstate(all="ignore"):
        stirling = y * np.log(y) - y
        slips: dict[str, float] = {
            "log y! is left out": 1,
            "log Γ(y) is taken for log y!": 1 + float(gammaln(y)),
            "Stirling's formula stands in the place of log y!": 1
            + stirling
            + np.log(2 * np.pi * y) / 2,
            "y log y - y stands in the place of log y!": 1 + stirling,
            "log y is taken for log y!": 1 + np.log(y),
            "y! is added, not its logarithm": 1 + np.exp(log),
            "log y! is subtracted": 1 - log,
            "log y! is multiplied by y": 1 + y * log,
            "log (y + 1)! is taken for log y!": 1 + float(gammaln(y + 2)),
            "log y! is to base 2": 1 + log / np.log(2),
            "log y! is to base 10": 1 + log / np.log(10),
            "log y! is halved": 1 + log / 2,
        }
    return slips


def mistaken_single(count: int) -> dict[str, Any]:
    """The loss of so many spikes at a rate of 1, with any of these mistakes."""
    one = torch.ones(1, 1)
    return mistaken_factorials(count) | mistaken_losses(one, count * one)


def mistaken_penalties(weights: dict[str, Array], alpha: float) -> dict[str, float]:
    """Ridge penalties of two layers, each with one mistake."""
    squares = [float(np.square(w).sum()) for w in weights.values()]
    total, num = sum(squares), [w.size for w in weights.values()]
    half = alpha / 2
    slips = {
        "the half is left out": alpha * total,
        "alpha is squared": half * alpha * total,
        "the norm stands in the place of its square": half * np.sqrt(total),
        "each layer's norm is added, not its square": half * np.sqrt(squares).sum(),
        "absolute values are added": half * sum(abs(w).sum() for w in weights.values()),
        "the mean of the squares is taken": half * total / sum(num),
        "each layer's mean square is added": half * sum(s / n for s, n in zip(squares, num, strict=True)),
        "the penalty is divided by the number of layers": half * total / len(num),
        "alpha is not used": total / 2,
        "neither alpha nor the half is used": total,
        "it is divided by alpha, not multiplied": total / (2 * alpha),
        "the half is squared with alpha": half**2 * total,
        "the root of the penalty is taken": np.sqrt(half * total),
        "its sign is that of a log prior: it is subtracted": -half * total,
        "weights are added up before they are squared": half * sum(w.sum() ** 2 for w in weights.values()),
        "all weights are added up before they are squared": half * sum(w.sum() for w in weights.values()) ** 2,
        "weights are added up, not their squares": half * sum(w.sum() for w in weights.values()),
        "no weight is penalized: 0 comes out": 0.0,
    }  # fmt: skip
    ends = {"first": 0, "last": -1}
    for end, i in ends.items():
        slips[f"only the {end} layer counts"] = half * squares[i]
        slips[f"only the {end} layer counts, without the half"] = alpha * squares[i]
    norms = alpha * np.sqrt(total), alpha * np.sqrt(squares).sum()
    slips["the norm stands in the place of its square, without the half"] = norms[0]
    slips["each layer's norm is added, not its square, without the half"] = norms[1]
    slips["the mean of the squares is taken, without the half"] = alpha * total / sum(num)
    slips["absolute values are added, without the half"] = slips["absolute values are added"] * 2
    return slips


def mistaken_shapes(num_frames: int, num_lags: int, num_neurons: int) -> dict[tuple[int, ...], str]:
    """Rates of other shapes than (num_frames - num_lags + 1, num_neurons), and the mistake that each shows."""
    bins = num_frames - num_lags + 1
    batch = "the batch of one that torch asks for is left in front"
    more = range(bins + 1, num_frames + 3 * num_lags)
    shapes: dict[tuple[int, ...], str] = {
        (n, num_neurons): "the movie is padded: more bins get a rate than have a complete window"
        for n in more
    }
    others: dict[tuple[int, ...], str] = {
        (num_neurons, bins): "neurons come first, and bins last",
        (1, bins, num_neurons): batch,
        (1, num_neurons, bins): batch,
        (bins, 1): "all neurons are added up",
        (bins,): "all neurons are added up",
        (bins, num_neurons, num_neurons): "each neuron gets what every neuron's filter gives",
        (bins - 1, num_neurons): "a bin is missing: num_frames - num_lags have a rate",
    }
    return {
        shape: slip for shape, slip in (shapes | others).items() if shape != (bins, num_neurons)
    }


def over_time(seen: Array, temporal: Array) -> Array:
    """Each neuron's temporal filter over what it saw, with blank frames before the movie: (num_frames, num_neurons)."""
    return np.stack([lfilter(v, [1.0], s) for v, s in zip(temporal, seen.T, strict=True)], axis=1)


def shifted(seen: Array, late: int) -> Array:
    """The same a frame later, or with -1 a frame earlier, and a blank one at the end that is left."""
    moved = np.zeros_like(seen)
    if late > 0:
        moved[late:] = seen[:-late]
    else:
        moved[:late] = seen[-late:]
    return moved


def mistaken_drives(movie: torch.Tensor, p: dict[str, Array]) -> dict[str, Array]:
    """Filtered movie plus bias in the bins whose window is complete, each with one mistake."""
    x, u, v, bias = movie.double().numpy(), p["spatial"], p["temporal"], p["bias"]
    last = v.shape[1] - 1

    def see(x: Array, u: Array) -> Array:
        return np.tensordot(x, u, axes=([1, 2], [1, 2]))

    seen, (reversed_, late, early) = see(x, u), TIME
    num_neurons, num_pixels = len(u), u[0].size
    everybody = np.tile(seen.sum(axis=1, keepdims=True), (1, num_neurons))
    each_mean = x.mean(axis=(1, 2), keepdims=True)
    slips = {
        reversed_: over_time(seen, v[:, ::-1]),
        late: over_time(shifted(seen, 1), v),
        early: over_time(shifted(seen, -1), v),
        "the spatial filter is turned around": over_time(see(x, u[:, ::-1, ::-1]), v),
        "the spatial filter is upside down": over_time(see(x, u[:, ::-1]), v),
        "the spatial filter's left and right are exchanged": over_time(see(x, u[:, :, ::-1]), v),
        "the spatial filter is turned around, and the temporal filter as well": over_time(see(x, u[:, ::-1, ::-1]), v[:, ::-1]),
        "every neuron has the first one's temporal filter": over_time(seen, np.tile(v[:1], (num_neurons, 1))),
        "every neuron has the first one's spatial filter": over_time(see(x, np.tile(u[:1], (num_neurons, 1, 1))), v),
        "every neuron has the mean of all temporal filters": over_time(seen, np.tile(v.mean(axis=0), (num_neurons, 1))),
        "every neuron has the sum of all temporal filters": over_time(seen, np.tile(v.sum(axis=0), (num_neurons, 1))),
        "every neuron has the mean of all spatial filters": over_time(see(x, np.tile(u.mean(axis=0), (num_neurons, 1, 1))), v),
        "temporal filters come in the reverse order of neurons: they are turned around along another axis than time": over_time(seen, v[::-1]),
        "each temporal filter runs over what all neurons see together": over_time(everybody, v),
        "all neurons are added up": np.tile(over_time(seen, v).sum(axis=1, keepdims=True), (1, num_neurons)),
        "weights in time are not used: frames are added up": over_time(seen, np.ones_like(v)),
        "weights in space are not used: pixels are added up": over_time(see(x, np.ones_like(u)), v),
        "pixels are averaged, not added up": over_time(seen / num_pixels, v),
        "lags are averaged, not added up": over_time(seen, v / (last + 1)),
        "pixels and lags are averaged, not added up": over_time(seen / num_pixels, v / (last + 1)),
        "each frame's mean is subtracted": over_time(see(x - each_mean, u), v),
        "the movie's mean is subtracted": over_time(see(x - x.mean(), u), v),
        "the spatial filter is scaled to a length of 1": over_time(see(x, u / np.sqrt((u**2).sum(axis=(1, 2), keepdims=True))), v),
        "the temporal filter is scaled to a length of 1": over_time(seen, v / np.linalg.norm(v, axis=1, keepdims=True)),
        "what the spatial filter sees is rectified": over_time(np.maximum(seen, 0), v),
        "the temporal filter's last weight is not used": over_time(seen, v * (np.arange(last + 1) < last)),
        "the temporal filter's first weight is not used": over_time(seen, v * (np.arange(last + 1) > 0)),
        "the bias goes through the temporal filter": over_time(seen + bias, v) - bias,
        "the bias is left out": over_time(seen, v) - bias,
        "the bias is subtracted": over_time(seen, v) - 2 * bias,
        "the bias is added twice": over_time(seen, v) + bias,
    }  # fmt: skip
    drives = {slip: value[last:] + bias for slip, value in slips.items()}
    shifts = "bins before the first complete window get a rate, and the last ones none"
    drives[shifts] = over_time(seen, v)[: len(x) - last] + bias
    return drives


def mistaken_nonlinearities(drive: Array, bias: Array, nonlinearity: Function) -> dict[str, Array]:
    """What comes out of the drive, with one mistake in what is done to it."""
    with np.errstate(all="ignore"):
        rates = nonlinearity(drive)
        slips = {
            "softplus is taken, whatever nonlinearity the model is given": softplus(drive),
            "exp is taken, whatever nonlinearity the model is given": np.exp(drive),
            "no nonlinearity is applied": drive,
            "the nonlinearity is a rectifier": np.maximum(drive, 0),
            "the nonlinearity is a sigmoid": expit(drive),
            "the nonlinearity is applied twice": nonlinearity(rates),
            "the bias is added after the nonlinearity": nonlinearity(drive - bias) + bias,
            "the bias is added within the nonlinearity, and once more after it": rates + bias,
            "rates are in Hz, for bins of 10 ms": rates / 0.01,
            "rates are multiplied by bins of 10 ms": rates * 0.01,
        }
    return slips


def mistaken_lnp(
    movie: torch.Tensor, p: dict[str, Array], nonlinearity: Function = softplus, num_bins: int = 0
) -> dict[str, Array]:
    """Rates of an LNP in the bins whose window is complete, or in the last `num_bins` of these, each with one mistake."""
    seen = np.tensordot(movie.double().numpy(), p["spatial"], axes=([1, 2], [1, 2]))
    last = p["temporal"].shape[1] - 1
    drive = over_time(seen, p["temporal"])[last:] + p["bias"]
    with np.errstate(all="ignore"):
        between = over_time(nonlinearity(seen), p["temporal"])[last:] + p["bias"]
        slips = {
            slip: nonlinearity(value) for slip, value in mistaken_drives(movie, p).items()
        } | mistaken_nonlinearities(drive, p["bias"], nonlinearity)
        slips |= {
            "the nonlinearity is applied to what the spatial filter sees, and again at the end": nonlinearity(between),
            "the nonlinearity is applied before the temporal filter, and not at the end": between,
        }  # fmt: skip
    return {slip: value[-num_bins:] for slip, value in slips.items()}
