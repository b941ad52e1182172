"""Small networks and examples for the pose lab's checks, and what they should answer.

The networks are made of torch's own parts, where the student's code runs. Their weights are drawn here and sent there, and what
they should answer is computed here: by a twin of the network, or with NumPy and SciPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import correlate2d
from torch import nn

from stats220.arrays import to_numpy
from stats220.checks import Checks
from stats220.checks.inputs import normal
from stats220.data.backbones import Backbone

BACKBONE_CHANNELS = (4, 6, 5)  # of the stem and of two stages
MAX_SIDE = 15  # of a kernel that a check computes with


class Watch(nn.Module):
    """Hands on what it gets; notes by its height whether torch records a graph of it, its first pixel, and whether it was a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.recorded: dict[int, bool] = {}
        self.first_pixels: list[tuple[int, float]] = []
        self.saw_batch = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The same tensor."""
        self.recorded[x.shape[-2]] = x.requires_grad
        self.first_pixels.append((x.shape[-2], float(x.detach().flatten()[0])))
        self.saw_batch = self.saw_batch or x.ndim > 3
        return x


def example(pixel: float, target: float, side: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """An image of one channel and side × side equal pixels, and its targets."""
    return torch.full((1, side, side), pixel), torch.full((1, side, side), target)


def one_weight(checks: Checks, weight: float) -> Any:
    """A network that multiplies each pixel by its one weight."""
    model = checks.make(nn.Conv2d, 1, 1, 1, bias=False)
    model.load_state_dict({"weight": torch.full((1, 1, 1, 1), weight)})
    return model


def weight_of(model: Any) -> float:
    """The weight of such a network."""
    return float(torch.as_tensor(model.weight).detach())


def recorded(checks: Checks, history: Any, name: str) -> list[Any]:
    """One list of what `train` returns."""
    checks.record(history, "TrainingHistory")
    return list(getattr(history, name))


def tiny_backbone(checks: Checks) -> tuple[Any, Backbone]:
    """A stem and two stages with BatchNorm, in eval mode, where the student's code runs; and its twin here.

    The stem and the second stage halve the size. All weights and statistics are drawn from `checks.rng`.
    """
    twin = _draw(_backbone(lambda cls, *args: cls(*args)), checks.rng)
    theirs = _backbone(checks.make)
    theirs.load_state_dict(dict(twin.state_dict()))
    theirs.eval()
    return theirs, twin


def _backbone(make: Any) -> Any:
    def block(channels_in: int, channels_out: int, stride: int) -> Any:
        convolution = make(nn.Conv2d, channels_in, channels_out, 3, stride, 1)
        return make(nn.Sequential, convolution, make(nn.BatchNorm2d, channels_out), make(nn.ReLU))

    first, second, third = BACKBONE_CHANNELS
    stages = [block(first, second, 1), block(second, third, 2)]
    return make(Backbone, block(3, first, 2), stages, BACKBONE_CHANNELS)


def _draw(backbone: Backbone, rng: np.random.Generator) -> Backbone:
    """Weights that leave a third or so of the features at zero, and BatchNorms far from mean 0 and variance 1."""
    state = backbone.state_dict()
    for name, value in state.items():
        if name.endswith("running_var"):
            state[name] = torch.tensor(rng.uniform(0.5, 2.0, len(value)), dtype=torch.float32)
        elif value.ndim == 1:  # biases; BatchNorm's weights and running means
            state[name] = 0.5 + 0.3 * normal(len(value), rng=rng)
        elif value.ndim == 4:
            state[name] = normal(*value.shape, rng=rng) / value[0].numel() ** 0.5
    backbone.load_state_dict(state)
    return backbone.eval()


def features_of(backbone: Backbone, image: torch.Tensor, num_stages: int) -> torch.Tensor:
    """Features (channels, rows, columns) of an image after so many stages of a network that is here."""
    with torch.no_grad():
        features: torch.Tensor = backbone.stem(image[None])
        for stage in backbone.stages[:num_stages]:
            features = stage(features)
    return features[0]


def draw_layer(
    checks: Checks, layer: Any, channels: tuple[int, int], name: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give a convolution weights and biases drawn here: with its own, all zero say, zeros would be the right logits.

    Its shape is looked at first, before anything is made of it. The kernel may have another side than was asked for, and the
    bias may be missing: that is told by another check.
    """
    shape = tuple(int(n) for n in layer.weight.shape)
    checks.that(
        len(shape) == 4 and shape[:2] == channels and shape[2] == shape[3] <= MAX_SIDE,
        f"{name}.weight has shape {shape}, expected {channels} and a small square kernel",
    )
    weight = normal(*shape, rng=checks.rng) / 4
    bias = normal(shape[0], rng=checks.rng)
    if layer.bias is None:
        bias = torch.zeros_like(bias)
    layer.load_state_dict({"weight": weight, "bias": bias}, strict=False)
    return to_numpy(weight), to_numpy(bias)


def has_bias(checks: Checks, layer: Any, count: int, name: str) -> None:
    """Fail unless a convolution has so many biases."""
    checks.that(layer.bias is not None, f"{name} has no bias")
    checks.shape(layer.bias, (count,), name=f"{name}.bias")


def passed(checks: Checks, what: str) -> bool:
    """Whether an earlier block that begins so passed: where it did not, another need not tell the same once more."""
    return any(
        result.what.startswith(what) and result.status == "passed" for result in checks.results
    )


def convolved(head: tuple[NDArray[Any], NDArray[Any]], maps: NDArray[Any]) -> NDArray[Any]:
    """What a convolution that keeps the size makes of maps (channels, rows, columns)."""
    return np.stack(
        [
            sum(correlate2d(m, w, mode="same") for m, w in zip(maps, kernel, strict=True)) + bias
            for kernel, bias in zip(*head, strict=True)
        ]
    )


def answer_of_head(
    head: tuple[NDArray[Any], NDArray[Any]], features: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """What a tracker with this head should answer: features, correlated with its weights, at the image's size."""
    small = convolved(head, to_numpy(features).astype(float))
    return torch.tensor(np.stack([bilinear(logits, height, width) for logits in small]))


def bilinear(image: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Bilinear interpolation, first down the columns and then along the rows; pixels are squares, and their centers count."""
    for size in (height, width):
        centers = (np.arange(size) + 0.5) * len(image) / size - 0.5
        columns = [np.interp(centers, np.arange(len(image)), column) for column in image.T]
        image = np.stack(columns)  # turned, so that the second round does the rows
    return image


def corners(maps: Any) -> torch.Tensor:
    """The four corner pixels of maps (num_keypoints, height, width).

    However maps are enlarged, nearest or bilinear, their corners stay what they were.
    """
    return torch.as_tensor(maps).detach()[:, [0, 0, -1, -1], [0, -1, 0, -1]]


def parabolas(
    tops_xy: torch.Tensor,
    height: int,
    width: int,
    *,
    top: float = 1.5,
    bend: tuple[float, float] = (0.4, 0.7),
) -> torch.Tensor:
    """Maps of logits (num_keypoints, height, width) that fall off from their tops like a parabola in x and in y."""
    x, y = torch.arange(width), torch.arange(height)[:, None]
    return torch.stack(
        [top - bend[0] * (x - left) ** 2 - bend[1] * (y - down) ** 2 for left, down in tops_xy]
    )
