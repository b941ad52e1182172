"""Small networks and examples for the pose lab's checks, and what they should answer.

The networks are made of torch's own parts, where the student's code runs; the answers come from NumPy and SciPy.
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


class Watch(nn.Module):
    """Hands on what it gets; notes by its height whether torch records a graph of it, and whether it was a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.recorded: dict[int, bool] = {}
        self.saw_batch = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The same tensor."""
        self.recorded[x.shape[-2]] = x.requires_grad
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


def tiny_backbone(checks: Checks) -> Any:
    """A stem and two stages with BatchNorm, in eval mode. The stem and the second stage halve the size."""

    def block(channels_in: int, channels_out: int, stride: int) -> Any:
        convolution = checks.make(nn.Conv2d, channels_in, channels_out, 3, stride, padding=1)
        norm = checks.make(nn.BatchNorm2d, channels_out)
        return checks.make(nn.Sequential, convolution, norm, checks.make(nn.ReLU))

    checks.seed(0)
    first, second, third = BACKBONE_CHANNELS
    stem, stages = block(3, first, 2), [block(first, second, 1), block(second, third, 2)]
    backbone = checks.make(Backbone, stem, stages, BACKBONE_CHANNELS)
    backbone(1 + 2 * normal(4, 3, 20, 24, seed=50))  # BatchNorm learns a mean and a variance
    backbone.eval()
    return backbone


def features_of(
    checks: Checks, backbone: Any, image: torch.Tensor, num_stages: int
) -> torch.Tensor:
    """Features (channels, rows, columns) of an image after so many stages."""
    stages = [backbone.stages[i] for i in range(num_stages)]
    front = checks.make(Backbone, backbone.stem, stages, BACKBONE_CHANNELS[: num_stages + 1])
    front.eval()
    return torch.as_tensor(front(image[None])).detach()[0]


def draw_head(model: Any, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give a tracker's head weights and biases drawn here: with its own, all zero say, zeros would be the right logits."""
    weight = normal(*model.head.weight.shape, seed=seed) / 4
    bias = normal(len(weight), seed=seed + 1)
    model.head.load_state_dict({"weight": weight, "bias": bias}, strict=False)
    return to_numpy(weight), to_numpy(bias)


def answer_of_head(
    head: tuple[NDArray[Any], NDArray[Any]], features: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """What a tracker with this head should answer: features, correlated with its weights, at the image's size."""
    maps = to_numpy(features).astype(float)
    small = [
        sum(correlate2d(m, w, mode="same") for m, w in zip(maps, kernel, strict=True)) + bias
        for kernel, bias in zip(*head, strict=True)
    ]
    return torch.tensor(np.stack([_enlarge(logits, height, width) for logits in small]))


def _enlarge(small: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Bilinear interpolation, first down the columns and then along the rows; pixels are squares, and their centres count."""
    for size in (height, width):
        centres = (np.arange(size) + 0.5) * len(small) / size - 0.5
        columns = [np.interp(centres, np.arange(len(small)), column) for column in small.T]
        small = np.stack(columns)  # turned, so that the second round does the rows
    return small


def parabolas(tops_xy: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Maps of logits (num_keypoints, height, width) that fall off from their tops like a parabola in x and in y."""
    x, y = torch.arange(width), torch.arange(height)[:, None]
    return torch.stack(
        [1.5 - 0.4 * (x - left) ** 2 - 0.7 * (y - down) ** 2 for left, down in tops_xy]
    )
