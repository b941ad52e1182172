"""Lab 6's checks of the LNP model."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    Array,
    Lazily,
    between,
    check_shape,
    last_bins,
    load,
    normal,
    softplus,
)
from stats220.checks.encoding.lnp_slips import (
    mistaken_lnp,
    mistaken_shapes,
)


@checked
def LNP(LNP: Any) -> Checks:  # noqa: N802
    """Movies that show one thing each: one that stands still, one that flashes, one that is dark."""
    checks = Checks("LNP", hidden_points=1)
    num_neurons, height, width, num_lags = 3, 4, 5, 6

    def draw(positive: bool = False, **others: Any) -> tuple[Any, dict[str, Array]]:
        """A model with parameters drawn here."""
        model, rng = LNP(num_neurons, height, width, num_lags, **others), checks.rng
        filters = normal(rng, num_neurons, height, width), normal(rng, num_neurons, num_lags)
        u, v = (w.abs() + 0.1 if positive else w for w in filters)
        return model, load(model, spatial=u / 3, temporal=v / 2, bias=torch.zeros(num_neurons))

    with checks(
        1,
        "gives one rate per neuron to every bin whose window is complete: num_frames - num_lags + 1 bins",
        hint="Frames come first, neurons last. Nothing is padded: the first bin that has num_lags frames behind it is bin num_lags - 1.",
        remedy="conv1d without padding gives num_frames - num_lags + 1 values; .T brings the neurons to the end.",
    ):
        for num_frames in (11, 6):
            model = LNP(num_neurons, height, width, num_lags)
            rates = model(normal(checks.rng, num_frames, height, width))
            num_bins = num_frames - num_lags + 1
            shapes = mistaken_shapes(num_frames, num_lags, num_neurons)
            check_shape(checks, rates, (num_bins, num_neurons), shapes, name="rates")

    with checks(
        1,
        "sees space: each neuron through its own filter, in a movie that stands still",
        hint="Where nothing moves, a neuron's drive is the sum of its temporal weights, times the frame weighted by its own spatial "
        "filter: is it, for a frame with one pixel?",
        remedy='An einsum of the stimulus as it is, "thw,nhw->tn".',
    ):
        # All is well above zero, where softplus is the number itself.
        model, p = draw(positive=True)
        frame = 1 + normal(checks.rng, 1, height, width).abs()
        seen = np.tensordot(frame.double().numpy(), p["spatial"], axes=([1, 2], [1, 2]))
        expected = softplus(seen * p["temporal"].sum(axis=1))
        movie = frame.expand(num_lags + 3, height, width).contiguous()
        rates = last_bins(model(movie), 1, num_neurons)
        name, slips = "rates of the last bin", Lazily(checks, mistaken_lnp, movie, p, num_bins=1)
        checks.close(rates, expected, atol=1e-2, rtol=2e-3, name=name, looks_like=slips)

    with checks(
        2,
        "sees time: after a flash at one pixel, the rate follows the temporal filter from lag 0 on",
        hint="After a flash the drive follows each neuron's own temporal filter, its first weight in the flash's own bin: which weight"
        " is in the bin that is named above?",
        remedy="F.conv1d with groups=num_neurons, neurons as channels, and self.temporal.flip(1)[:, None] as kernels.",
    ):
        model, p = draw()
        rng = checks.rng
        for _ in range(2):
            row, column, when = rng.integers(height), rng.integers(width), rng.integers(7, 10)
            movie = torch.zeros(20, height, width)
            movie[when, row, column] = 4
            expected = np.zeros((20, num_neurons))
            weights = p["spatial"][:, row, column]
            expected[when : when + num_lags] = 4 * (weights[:, None] * p["temporal"]).T
            rates = last_bins(model(movie), 15, num_neurons)
            checks.close(
                rates,
                softplus(expected[5:]),
                atol=1e-2,
                name="rates from bin 5 on",
                looks_like=Lazily(checks, mistaken_lnp, movie, p),
            )

    with checks(
        1,
        "applies the nonlinearity that it is given to filters plus bias, and leaves the movie as it is",
        hint="In the dark only the bias is left: what is f(bias), for the f that the model was given?",
        remedy="Add self.bias to what was filtered, and give the sum to self.nonlinearity.",
    ):
        dark = torch.zeros(num_lags, height, width)
        for nonlinearity, by_numpy in ((F.softplus, softplus), (torch.exp, np.exp)):
            model, p = draw(nonlinearity=nonlinearity)
            # Of both signs, so that a rectifier is not the number itself.
            signs = torch.from_numpy(checks.rng.permuted(np.array([-1, 1, 1], np.float32)))
            p |= load(model, bias=signs * between(checks.rng, 0.4, 1.8, num_neurons))
            rates = last_bins(model(dark), 1, num_neurons)
            slips = Lazily(checks, mistaken_lnp, dark, p, by_numpy)
            expected = by_numpy(p["bias"])[None]
            checks.close(rates, expected, atol=1e-2, name="rates in the dark", looks_like=slips)
        checks.unchanged(model, dark)

    with checks(
        1,
        "lets all three parameters learn",
        hint="What is learned from a filter that went through .data, .detach(), .item() or NumPy? Nothing flows back through these.",
        remedy="Compute with self.spatial, self.temporal and self.bias themselves, and with torch alone.",
    ):
        model, _ = draw()
        movie = normal(checks.rng, 12, height, width)
        checks.learns(model, movie, parameters=["spatial", "temporal", "bias"])

    return checks
