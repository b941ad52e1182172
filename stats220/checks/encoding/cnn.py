"""Lab 6's checks of the convolutional network."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.signal import correlate

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import Array, load, normal, softplus

NUM_LAGS = 6
SIZES = {"num_filters": 3, "num_subunits": 4, "filter_size": 3, "subunit_size": 2}
HEIGHT, WIDTH, NUM_NEURONS = 7, 9, 2
ROWS, COLUMNS = HEIGHT - 3, WIDTH - 3  # of subunits: 3 - 1 and 2 - 1 are lost


def draw_cnn(
    checks: Checks, RetinaCNN: Any, **parameters: torch.Tensor
) -> tuple[Any, dict[str, Array]]:
    """A small network with parameters drawn here, but for those that are given."""
    rng = checks.rng
    model = RetinaCNN(NUM_NEURONS, HEIGHT, WIDTH, NUM_LAGS, **SIZES)
    drawn = {
        "spatial": normal(rng, 3, 3, 3) / 2,
        "temporal": normal(rng, 3, NUM_LAGS) / 2,
        "filter_bias": normal(rng, 3),
        "subunits__weight": normal(rng, 4, 3, 2, 2) / 2,
        "subunits__bias": normal(rng, 4) / 2,
        "readout__weight": normal(rng, NUM_NEURONS, 4 * ROWS * COLUMNS) / 8,
        "readout__bias": normal(rng, NUM_NEURONS),
    }
    return model, load(model, **drawn | parameters)


def answer(
    movie: torch.Tensor, p: dict[str, Array], rectify: Any = lambda x: np.maximum(x, 0)
) -> Array:
    """What the network should say, by SciPy's correlation with whole filters, outer products of space and time."""
    frames = movie.double().numpy()
    first = [
        correlate(frames, np.multiply.outer(v[::-1], u), mode="valid") + bias
        for u, v, bias in zip(p["spatial"], p["temporal"], p["filter_bias"], strict=True)
    ]
    maps = rectify(np.stack(first, axis=1))  # (num_bins, num_filters, rows, columns)
    second = [
        correlate(maps, weight[None], mode="valid")[:, 0] + bias
        for weight, bias in zip(p["subunits__weight"], p["subunits__bias"], strict=True)
    ]
    subunits = rectify(np.stack(second, axis=1)).reshape(len(maps), -1)
    return softplus(subunits @ p["readout__weight"].T + p["readout__bias"])


@checked
def RetinaCNN(RetinaCNN: Any) -> Checks:  # noqa: N802
    """Each layer by itself, as far as one can see it through the others."""
    checks = Checks("RetinaCNN", hidden_points=1)

    with checks(
        1,
        "has subunits and a read-out of the right sizes, and a rate a neuron for each complete window",
        hint="A layer without padding has size - 1 fewer rows and columns: after both, (16 - 6 - 4) squared places of 16 × 16 pixels with "
        "sizes 7 and 5. The read-out sees every subunit at every place.",
        remedy="nn.Conv2d(num_filters, num_subunits, subunit_size), and num_subunits * (height - filter_size - subunit_size + 2) * (width - "
        "filter_size - subunit_size + 2) inputs.",
    ):
        model = RetinaCNN(5, 16, 16, 10)
        checks.shape(model.subunits.weight, (16, 8, 5, 5), name="subunits.weight")
        checks.shape(model.subunits.bias, (16,), name="subunits.bias")
        checks.shape(model.readout.weight, (5, 16 * 6 * 6), name="readout.weight")
        checks.shape(model(normal(checks.rng, 12, 16, 16)), (3, 5), name="rates")
        model = RetinaCNN(NUM_NEURONS, HEIGHT, WIDTH, NUM_LAGS, **SIZES)
        checks.shape(model.subunits.weight, (4, 3, 2, 2), name="subunits.weight")
        inputs = 4 * ROWS * COLUMNS
        checks.shape(model.readout.weight, (NUM_NEURONS, inputs), name="readout.weight")
        rates = model(normal(checks.rng, 9, HEIGHT, WIDTH))
        checks.shape(rates, (9 - NUM_LAGS + 1, NUM_NEURONS), name="rates")

    with checks(
        1,
        "sees space through both layers, and reads every place by itself, in a movie that stands still",
        hint="Large biases keep both rectifiers open here, so all is linear. Is every filter slid over the frame, without padding? Are places "
        "kept apart up to the read-out, and in the order channels, rows, columns?",
        remedy="F.conv2d(stimulus[:, None], self.spatial[:, None]); then self.subunits; then self.readout(second.flatten(1)).",
    ):
        opened = {"filter_bias": torch.full((3,), 30.0), "subunits__bias": torch.full((4,), 300.0)}
        model, p = draw_cnn(checks, RetinaCNN, **opened)
        frame = normal(checks.rng, 1, HEIGHT, WIDTH)
        movie = frame.expand(NUM_LAGS + 1, HEIGHT, WIDTH).contiguous()
        # The sum over such biases would drown the rest: a read-out whose weights add up to zero.
        weight = normal(checks.rng, NUM_NEURONS, 4, ROWS, COLUMNS) / 8
        weight -= weight.mean(dim=(2, 3), keepdim=True)
        p |= load(model, readout__weight=weight.flatten(1))
        checks.close(model(movie), answer(movie, p, lambda x: x), atol=3e-2, name="rates")

    with checks(
        1,
        "sees time: after a flash, each filter follows its own temporal filter from lag 0 on",
        hint="The filter's first weight belongs to the latest frame. torch's convolutions run forward in time. Does each filter have a temporal "
        "filter of its own, and does every place see only itself?",
        remedy="Depthwise, groups=num_filters, with self.temporal.flip(1): conv2d with frames as rows and places as columns, or conv1d place by place.",
    ):
        model, p = draw_cnn(checks, RetinaCNN, filter_bias=torch.full((3,), 30.0))
        rng = checks.rng
        p |= load(model, subunits__weight=normal(rng, 4, 3, 2, 2).abs() / 8)  # all rectifiers open
        movie = torch.zeros(18, HEIGHT, WIDTH)
        movie[int(rng.integers(6, 9)), 2:5, 3:7] = 2 * normal(rng, 3, 4)
        checks.close(model(movie), answer(movie, p), atol=3e-2, name="rates")

    with checks(
        1,
        "rectifies both layers, after their biases",
        hint="Without a rectifier in between, two layers are one linear map. What is below zero after a layer's bias was added does not go "
        "on, in the first layer and in the second.",
        remedy="first = F.relu(filtered + self.filter_bias[:, None, None]), second = F.relu(self.subunits(first)).",
        needs="sees space through both layers, and reads every place by itself, in a movie that stands still",
    ):
        model, p = draw_cnn(checks, RetinaCNN)
        movie = normal(checks.rng, 1, HEIGHT, WIDTH).expand(NUM_LAGS, HEIGHT, WIDTH).contiguous()
        checks.close(model(movie), answer(movie, p), atol=2e-2, name="rates")

    with checks(
        1,
        "ends in softplus: rates of the read-out's bias where its weights are zero",
        hint="An expected count must be above zero, and its gradient too: a cell whose rectifier is shut at the end would never learn to fire.",
        remedy="F.softplus(self.readout(second.flatten(1))).",
    ):
        bias = torch.tensor([-2.0, 1.5])
        readout = torch.zeros(NUM_NEURONS, 4 * ROWS * COLUMNS)
        model, p = draw_cnn(checks, RetinaCNN, readout__weight=readout, readout__bias=bias)
        expected = np.tile(softplus(p["readout__bias"]), (3, 1))
        movie = normal(checks.rng, NUM_LAGS + 2, HEIGHT, WIDTH)
        checks.close(model(movie), expected, atol=1e-2, name="rates")

    with checks(
        1,
        "lets every parameter learn",
        hint="A parameter that went through .data, .detach(), .item() or NumPy has no gradient.",
        remedy="Compute with the parameters themselves, and with torch alone.",
    ):
        model, p = draw_cnn(checks, RetinaCNN)
        movie = normal(checks.rng, 12, HEIGHT, WIDTH)
        gradients = checks.gradients(model, movie, parameters=model)
        for name in (key.replace("__", ".") for key in p):
            learns = name in gradients and bool((torch.as_tensor(gradients[name]).abs() > 0).any())
            checks.that(learns, f"no gradient reaches {name}")

    return checks
