"""Lab 6's checks of the convolutional network."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.signal import correlate

from stats220.checks import Checks, checked, forms
from stats220.checks.encoding.cnn_slips import mistaken_answers, mistaken_inputs
from stats220.checks.encoding.inputs import (
    Array,
    Lazily,
    Shapes,
    between,
    check_shape,
    last_bins,
    load,
    normal,
    softplus,
)
from stats220.checks.encoding.lnp_slips import mistaken_shapes

NUM_LAGS, NUM_NEURONS = 6, 2
SIZES = {
    "num_filters": 3,
    "num_subunits": 4,
    "filter_size": 3,
    "subunit_size": 2,
}  # as in the signature
HEIGHT, WIDTH = 7, 9
LOST = 3  # rows and columns: 3 - 1 by the filters and 2 - 1 by the subunits


def draw_cnn(
    checks: Checks, RetinaCNN: Any, width: int = WIDTH, **given: torch.Tensor
) -> tuple[Any, dict[str, Array]]:
    """A small network with parameters drawn here, but for those that are given."""
    rng = checks.rng
    model = RetinaCNN(NUM_NEURONS, HEIGHT, width, NUM_LAGS, *SIZES.values())
    num_inputs = 4 * (HEIGHT - LOST) * (width - LOST)
    drawn = {
        "spatial": normal(rng, 3, 3, 3) / 2,
        "temporal": normal(rng, 3, NUM_LAGS) / 2,
        "filter_bias": normal(rng, 3),
        "subunits__weight": normal(rng, 4, 3, 2, 2) / 2,
        "subunits__bias": normal(rng, 4) / 2,
        "readout__weight": normal(rng, NUM_NEURONS, num_inputs) / 8,
        "readout__bias": torch.full((NUM_NEURONS,), 8.0),  # there softplus is the number itself
    }
    return model, load(model, **drawn | given)


def draw_positive(checks: Checks, RetinaCNN: Any, width: int) -> tuple[Any, dict[str, Array]]:
    """The same with positive filters and subunits and without their biases: linear, for a movie of positive pixels."""
    rng = checks.rng
    return draw_cnn(
        checks,
        RetinaCNN,
        width,
        spatial=normal(rng, 3, 3, 3).abs() / 8,
        temporal=normal(rng, 3, NUM_LAGS).abs() / 8,
        filter_bias=torch.zeros(3),
        subunits__weight=normal(rng, 4, 3, 2, 2).abs() / 4,
        subunits__bias=torch.zeros(4),
        readout__weight=normal(rng, NUM_NEURONS, 4 * (HEIGHT - LOST) * (width - LOST)) / 4,
        readout__bias=torch.full((NUM_NEURONS,), 14.0),
    )


def answer(movie: torch.Tensor, p: dict[str, Array]) -> Array:
    """What the network should say, by SciPy's correlation with whole filters, outer products of space and time."""
    frames = movie.double().numpy()
    first = [
        correlate(frames, np.multiply.outer(v[::-1], u), mode="valid") + bias
        for u, v, bias in zip(p["spatial"], p["temporal"], p["filter_bias"], strict=True)
    ]
    maps = np.maximum(np.stack(first, axis=1), 0)  # (num_bins, num_filters, rows, columns)
    second = [
        correlate(maps, weight[None], mode="valid")[:, 0] + bias
        for weight, bias in zip(p["subunits__weight"], p["subunits__bias"], strict=True)
    ]
    subunits = np.maximum(np.stack(second, axis=1), 0).reshape(len(maps), -1)
    return softplus(subunits @ p["readout__weight"].T + p["readout__bias"])


@checked
def RetinaCNN(RetinaCNN: Any) -> Checks:  # noqa: N802
    """Each layer by itself, as far as one can see it through the others."""
    checks = Checks("RetinaCNN", hidden_points=1)

    with checks(
        1,
        "has subunits and a read-out of the right sizes, and one rate per neuron for each complete window",
        hint="A layer without padding has size - 1 fewer rows and columns: 16 × 16 pixels leave 7 × 7 places after sizes 6 and 5. How "
        "many are left of 7 rows and 9 columns after sizes 3 and 2?",
        remedy="The convolution goes from num_filters to num_subunits channels, with kernels of subunit_size. height - filter_size - subunit_size + 2 "
        "rows are left, and columns likewise; times num_subunits.",
    ):
        model = RetinaCNN(5, 16, 16, 10)
        kernels: Shapes = {
            (16, 8, 6, 6): "subunits have the size of the filters, filter_size",
            (8, 16, 5, 5): "the convolution goes from num_subunits to num_filters channels",
            (16, 1, 5, 5): "each subunit sees one filter's map, not all of them",
            (8, 8, 5, 5): "there are as many subunits as filters",
        }
        check_shape(checks, model.subunits.weight, (16, 8, 5, 5), kernels, name="subunits.weight")
        checks.that(
            forms.is_numeric(model.subunits.bias),
            "subunits.bias is not there",
            slip="the subunits are made without a bias",
        )
        checks.shape(model.subunits.bias, (16,), name="subunits.bias")
        inputs: Shapes = {
            (5, num): slip for num, slip in mistaken_inputs(16, 16, 8, 16, 6, 5).items()
        }
        readout = model.readout.weight
        check_shape(checks, readout, (5, 16 * 7 * 7), inputs, name="readout.weight")
        shapes = mistaken_shapes(12, 10, 5)
        rates = model(normal(checks.rng, 12, 16, 16))
        check_shape(checks, rates, (3, 5), shapes, name="rates")
        model = RetinaCNN(NUM_NEURONS, HEIGHT, WIDTH, NUM_LAGS, **SIZES)
        checks.shape(model.subunits.weight, (4, 3, 2, 2), name="subunits.weight")
        num_inputs = 4 * (HEIGHT - LOST) * (WIDTH - LOST)
        wrong = mistaken_inputs(HEIGHT, WIDTH, 3, 4, 3, 2)
        inputs = {(NUM_NEURONS, num): slip for num, slip in wrong.items()}
        readout = model.readout.weight
        check_shape(checks, readout, (NUM_NEURONS, num_inputs), inputs, name="readout.weight")
        rates = model(normal(checks.rng, 9, HEIGHT, WIDTH))
        checks.shape(rates, (9 - NUM_LAGS + 1, NUM_NEURONS), name="rates")

    with checks(
        1,
        "sees space through both layers, and reads every place by itself, in a movie that stands still",
        hint="Nothing moves and all is above zero here, so that each layer is a weighted sum: of pixels, of lags, of filters, of "
        "places. Which of them gets the weights in another order?",
        remedy="F.conv2d with stimulus[:, None] as a batch of frames and self.spatial[:, None] as kernels; then self.subunits; then flatten(1) and the "
        "read-out.",
    ):
        model, p = draw_positive(checks, RetinaCNN, WIDTH)
        frame = normal(checks.rng, 1, HEIGHT, WIDTH).abs()
        movie = frame.expand(NUM_LAGS + 2, HEIGHT, WIDTH).contiguous()
        rates = last_bins(model(movie), 1, NUM_NEURONS)
        expected, slips = answer(movie, p)[-1:], Lazily(checks, mistaken_answers, movie, p, 1)
        name = "rates of the last bin"
        checks.close(rates, expected, atol=2e-2, name=name, looks_like=slips)

    with checks(
        1,
        "sees time: after a flash, each filter follows its own temporal filter from lag 0 on",
        hint="After a flash, each place of a map follows its filter's own temporal filter, first weight first: is every place by "
        "itself?",
        remedy="Depthwise, groups=num_filters, with self.temporal.flip(1): conv2d with frames as rows and places as columns, or conv1d place by place.",
    ):
        model, p = draw_positive(checks, RetinaCNN, HEIGHT)
        rng = checks.rng
        movie = torch.zeros(18, HEIGHT, HEIGHT)
        movie[int(rng.integers(6, 9)), 2:5, 1:5] = 4 * normal(rng, 3, 4).abs()
        rates, expected = last_bins(model(movie), 13, NUM_NEURONS), answer(movie, p)
        slips = Lazily(checks, mistaken_answers, movie, p, 13)
        checks.close(rates, expected, atol=2e-2, name="rates", looks_like=slips)

    with checks(
        1,
        "rectifies both layers, after their biases",
        hint="Here one filter and one subunit are below zero once their biases are added: what of them goes on?",
        remedy="F.relu twice: of filtered plus the biases as [:, None, None], and of what self.subunits makes of it.",
    ):
        # One filter and one subunit below zero, by so little that a leak shuts nothing behind it, and a read-out of one sign: what leaks through counts at every place.
        rng = checks.rng
        # The others' biases are above zero: were all subunits shut, no leak in front of them would show.
        filter_bias, subunits_bias = normal(rng, 3), between(rng, 1, 2, 4)
        filter_bias[0], subunits_bias[3] = -8.0, -4.0
        subunits_weight = normal(rng, 4, 3, 2, 2) / 2
        subunits_weight[:, 0] = between(rng, 0.03, 0.06, 4, 2, 2)
        model, p = draw_cnn(
            checks,
            RetinaCNN,
            HEIGHT,
            filter_bias=filter_bias,
            subunits__weight=subunits_weight,
            subunits__bias=subunits_bias,
            readout__weight=between(rng, 0.05, 0.15, NUM_NEURONS, 4 * (HEIGHT - LOST) ** 2),
        )
        movie = (
            normal(checks.rng, 1, HEIGHT, HEIGHT).expand(NUM_LAGS + 2, HEIGHT, HEIGHT).contiguous()
        )
        rates, expected = last_bins(model(movie), 1, NUM_NEURONS), answer(movie, p)[-1:]
        slips = Lazily(checks, mistaken_answers, movie, p, 1)
        name = "rates of the last bin"
        checks.close(rates, expected, atol=2e-2, name=name, looks_like=slips)

    with checks(
        1,
        "ends in softplus: rates of the read-out's bias where its weights are zero; and leaves the movie as it is",
        hint="An expected count must be above zero, and its gradient too: a cell whose rectifier is shut at the end would never learn to fire.",
        remedy="F.softplus of what the read-out gives.",
    ):
        rng = checks.rng
        bias = between(rng, 0.5, 2, NUM_NEURONS) * torch.from_numpy(
            rng.permuted(np.array([-1, 1], np.float32))
        )
        num_inputs = 4 * (HEIGHT - LOST) ** 2
        model, p = draw_cnn(
            checks,
            RetinaCNN,
            HEIGHT,
            readout__weight=torch.zeros(NUM_NEURONS, num_inputs),
            readout__bias=bias,
        )
        movie = normal(rng, NUM_LAGS + 2, HEIGHT, HEIGHT)
        rates = last_bins(checks.unchanged(model, movie), 1, NUM_NEURONS)
        expected, slips = (
            softplus(p["readout__bias"])[None],
            Lazily(checks, mistaken_answers, movie, p, 1),
        )
        name = "rates of the last bin"
        checks.close(rates, expected, atol=1e-2, name=name, looks_like=slips)

    with checks(
        1,
        "lets every parameter learn",
        hint="A parameter that is not used does not learn, and neither does one behind .data, .detach(), .item(), no_grad or NumPy.",
        remedy="Compute with the parameters themselves, and with torch alone.",
    ):
        # Positive everywhere, so that no rectifier has its corner near.
        model, p = draw_positive(checks, RetinaCNN, HEIGHT)
        movie = normal(checks.rng, 9, HEIGHT, HEIGHT).abs()
        checks.learns(model, movie, parameters=[name.replace("__", ".") for name in p])

    return checks
