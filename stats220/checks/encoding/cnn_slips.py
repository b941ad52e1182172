"""Known mistakes in the convolutional network, and what they give in place of what is expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from scipy.signal import correlate, lfilter
from scipy.special import expit

from stats220.checks.encoding.inputs import Array, softplus

Function = Callable[[Array], Array]
REVERSED = (
    "temporal filters are turned around in time: their last weight belongs to the latest frame"
)


def rectified(x: Array) -> Array:
    """Zero where it is below zero."""
    return np.maximum(x, 0)


def as_it_is(x: Array) -> Array:
    """The same."""
    return x


def leaky(x: Array) -> Array:
    """Torch's leaky rectifier."""
    return np.where(x > 0, x, 0.01 * x)


def network(
    movie: torch.Tensor,
    p: Mapping[str, Array],
    *,
    see: Function = as_it_is,
    mix: Function = as_it_is,
    before: Function = as_it_is,
    first: Function = rectified,
    second: Function = rectified,
    arrange: Function = as_it_is,
    last: Function = softplus,
) -> Array:
    """What the network says, one layer after the other; the functions are where it can go wrong.

    Parameters
    ----------
    see, mix
        Of maps (num_frames, num_filters, rows, columns), before time is filtered.
    before
        Of the filtered maps, before their biases are added.
    first, second, last
        The nonlinearities.
    arrange
        Of the subunits (num_bins, num_subunits, rows, columns), before they are read out.
    """
    frames = movie.double().numpy()
    maps = np.stack([correlate(frames, u[None], mode="valid") for u in p["spatial"]], axis=1)
    maps = mix(see(maps))
    over_time = [
        lfilter(v, [1.0], maps[:, k], axis=0)[len(v) - 1 :] for k, v in enumerate(p["temporal"])
    ]
    maps = first(before(np.stack(over_time, axis=1)) + p["filter_bias"][:, None, None])
    subunits = [
        correlate(maps, weight[None], mode="valid")[:, 0] + bias
        for weight, bias in zip(p["subunits__weight"], p["subunits__bias"], strict=True)
    ]
    flat = arrange(second(np.stack(subunits, axis=1))).reshape(len(maps), -1)
    return last(flat @ p["readout__weight"].T + p["readout__bias"])


def mistaken_inputs(
    height: int,
    width: int,
    num_filters: int,
    num_subunits: int,
    filter_size: int,
    subunit_size: int,
) -> dict[int, str]:
    """Other numbers of inputs of the read-out than the right one, and the mistake that each shows."""
    lost = filter_size + subunit_size - 2

    def num(fewer: int, types: int = num_subunits) -> int:
        return types * (height - fewer) * (width - fewer)

    right = num(lost)
    numbers = {
        num(lost, num_filters): "filters are counted, not subunits",
        num(lost, 1): "places are counted, and not the types of subunits at each",
        num_subunits: "types of subunits are counted, and not the places",
        num(0): "no row and column is lost, as if both layers were padded",
        num(filter_size - 1): "what the first layer loses is counted, not what the second does",
        num(subunit_size - 1): "what the second layer loses is counted, not what the first does",
        num(lost + 2): "each layer loses size rows and columns, not size - 1",
        num(lost + 1): "a row and a column too few are counted",
        num(lost - 1): "a row and a column too many are counted",
        num(2 * lost): "size - 1 rows are lost on either side, not together",
        num_subunits * (height - lost) ** 2: "columns are taken to be as many as rows",
        num_subunits * (width - lost) ** 2: "rows are taken to be as many as columns",
        num_subunits * (height + width - 2 * lost): "rows and columns are added, not multiplied",
    }  # fmt: skip
    return {number: slip for number, slip in numbers.items() if number != right}


def mistaken_answers(movie: torch.Tensor, p: dict[str, Array], num_bins: int) -> dict[str, Array]:
    """Rates of the last `num_bins` bins, each with one mistake."""
    u, v, b = p["spatial"], p["temporal"], p["filter_bias"]
    w, c, readout = p["subunits__weight"], p["subunits__bias"], p["readout__weight"]
    bias = b[:, None, None]

    def later(maps: Array) -> Array:
        return np.concatenate([0 * maps[:1], maps[:-1]])

    def earlier(maps: Array) -> Array:
        return np.concatenate([maps[1:], 0 * maps[:1]])

    def added(maps: Array) -> Array:
        return np.repeat(maps.sum(axis=1, keepdims=True), maps.shape[1], axis=1)

    def averaged(subunits: Array) -> Array:
        mean = subunits.mean(axis=(2, 3), keepdims=True)
        return np.broadcast_to(mean, subunits.shape)

    def with_movie(change: Function) -> torch.Tensor:
        return torch.from_numpy(change(movie.double().numpy()))

    def first_of(x: Array) -> Array:
        return np.repeat(x[:1], len(x), axis=0)

    changed: dict[str, dict[str, Array]] = {
        REVERSED: {"temporal": v[:, ::-1]},
        "spatial filters are turned around": {"spatial": u[:, ::-1, ::-1]},
        "spatial filters are turned around, and temporal ones as well": {"spatial": u[:, ::-1, ::-1], "temporal": v[:, ::-1]},
        "spatial filters are upside down": {"spatial": u[:, ::-1]},
        "spatial filters have left and right exchanged": {"spatial": u[:, :, ::-1]},
        "spatial filters have rows and columns exchanged": {"spatial": u.transpose(0, 2, 1)},
        "the subunits' filters are turned around": {"subunits__weight": w[:, :, ::-1, ::-1]},
        "all filters have the first one's temporal filter": {"temporal": first_of(v)},
        "all filters have the mean of all temporal filters": {"temporal": np.repeat(v.mean(axis=0, keepdims=True), len(v), axis=0)},
        "all filters have the first one's spatial filter": {"spatial": first_of(u)},
        "temporal filters come in the reverse order of filters: they are turned around along another axis than time": {"temporal": v[::-1]},
        "pixels are averaged, not added up": {"spatial": u / u[0].size},
        "lags are averaged, not added up": {"temporal": v / v.shape[1]},
        "filter_bias is left out": {"filter_bias": 0 * b},
        "filter_bias is subtracted, as a threshold is": {"filter_bias": -b},
        "filter_bias is added twice": {"filter_bias": 2 * b},
        "filter_bias is added before time is filtered: it goes through the temporal filter": {"filter_bias": b * v.sum(axis=1)},
        "filter_bias is added before time is filtered, and again after it": {"filter_bias": b * (1 + v.sum(axis=1))},
        "filter_bias is added in each lag, once per frame of the window": {"filter_bias": b * v.shape[1]},
        "the subunits' biases are left out": {"subunits__bias": 0 * c},
        "the subunits' biases are added twice": {"subunits__bias": 2 * c},
        "the read-out's bias is left out": {"readout__bias": 0 * p["readout__bias"]},
        "the read-out's bias is added twice": {"readout__bias": 2 * p["readout__bias"]},
    }  # fmt: skip
    hooked: dict[str, dict[str, Function]] = {
        "every weight of the temporal filters acts a bin too late": {"see": later},
        "every weight of the temporal filters acts a bin too early": {"see": earlier},
        "filters are added up before time is filtered": {"mix": added},
        "filters are added up once time is filtered": {"before": added},
        "maps are rectified before time is filtered, and again after it": {"see": rectified},
        "maps are rectified before time is filtered, and not after it": {"see": rectified, "first": as_it_is},
        "maps with filter_bias are rectified before time is filtered": {"see": lambda x: rectified(x + bias), "before": lambda x: x - bias, "first": as_it_is},
        "maps with filter_bias are rectified before time is filtered, and once more after it": {"see": lambda x: rectified(x + bias), "before": lambda x: x - bias},
        "the first layer is rectified before its bias is added": {"before": rectified, "first": as_it_is},
        "the first layer is rectified before its bias is added, and after it": {"before": rectified},
        "the first layer is not rectified": {"first": as_it_is},
        "the second layer is not rectified": {"second": as_it_is},
        "neither layer is rectified": {"first": as_it_is, "second": as_it_is},
        "the second layer is rectified before its bias is added": {"second": lambda x: rectified(x - c[:, None, None]) + c[:, None, None]},
        "the first layer is softplus, not a rectifier": {"first": softplus},
        "the second layer is softplus, not a rectifier": {"second": softplus},
        "both layers are softplus, not rectifiers": {"first": softplus, "second": softplus},
        "the first layer's sign is taken the other way: what is above zero is cut": {"first": lambda x: np.minimum(x, 0)},
        "absolute values stand in the place of the rectifiers": {"first": abs, "second": abs},
        "the first layer takes absolute values, and does not rectify": {"first": abs},
        "the rectifiers are leaky": {"first": leaky, "second": leaky},
        "both layers are tanh, not rectifiers": {"first": np.tanh, "second": np.tanh},
        "both layers are sigmoids, not rectifiers": {"first": expit, "second": expit},
        "the first layer is a sigmoid, not a rectifier": {"first": expit},
        "both layers are squared, not rectified": {"first": np.square, "second": np.square},
        "the order for the read-out is rows, columns, channels": {"arrange": lambda x: x.transpose(0, 2, 3, 1)},
        "the order for the read-out is channels, columns, rows": {"arrange": lambda x: x.swapaxes(2, 3)},
        "the order for the read-out is columns, rows, channels": {"arrange": lambda x: x.transpose(0, 3, 2, 1)},
        "subunits are averaged over places": {"arrange": averaged},
        "no softplus follows the read-out": {"last": as_it_is},
        "the rates are rectified, not softplus": {"last": rectified},
        "exp follows the read-out, not softplus": {"last": np.exp},
        "a sigmoid follows the read-out, not softplus": {"last": expit},
        "softplus is applied twice at the end": {"last": lambda x: softplus(softplus(x))},
        "the read-out is rectified before softplus": {"last": lambda x: softplus(rectified(x))},
        "rates are in Hz, for bins of 10 ms": {"last": lambda x: softplus(x) / 0.01},
    }  # fmt: skip
    moved: dict[str, Function] = {
        "each frame's mean is subtracted": lambda x: x - x.mean(axis=(1, 2), keepdims=True),
        "the movie's mean is subtracted": lambda x: x - x.mean(),
        "the movie is divided by its standard deviation": lambda x: x / x.std(),
        "the movie is standardized": lambda x: (x - x.mean()) / x.std(),
    }
    changed["all neurons get the first one's read-out"] = {"readout__weight": first_of(readout)}
    rates = {slip: network(movie, p | other) for slip, other in changed.items()}
    rates |= {slip: network(movie, p, **hooks) for slip, hooks in hooked.items()}
    rates |= {slip: network(with_movie(change), p) for slip, change in moved.items()}
    return {slip: value[-num_bins:] for slip, value in rates.items()}
