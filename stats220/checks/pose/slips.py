"""What comes of the known mistakes in lab 4's exercises, to name the one that a student's result is.

Each function returns a dict for ``looks_like=``: from the mistake, as the clause after "this is what comes out if", to its value.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.special import expit

from stats220.arrays import to_numpy
from stats220.checks.pose.models import bilinear, convolved

Layer = tuple[NDArray[Any], NDArray[Any]]  # weight and bias of a convolution


def of_places(tops: torch.Tensor, logits: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of tops between the pixels of a map that is as large as the frame, as (x, y)."""
    pixels = tops.round()
    shift = tops - pixels
    last = torch.tensor([logits.shape[2] - 1, logits.shape[1] - 1])
    at_border = ((pixels == 0) | (pixels == last)).any(dim=1, keepdim=True)
    return {
        "it is the pixel of the largest logit: nothing is shifted": pixels,
        "it is shifted the wrong way": pixels - shift,
        "it is shifted twice as far as the top is": pixels + 2 * shift,
        "it is shifted twice as far as the top is, up to half a pixel": pixels
        + (2 * shift).clamp(-0.5, 0.5),
        "it is shifted half as far as the top is": pixels + shift / 2,
        "the shifts of x and of y are exchanged": pixels + shift.flip(1),
        "only x is shifted": pixels + shift * torch.tensor([1, 0]),
        "only y is shifted": pixels + shift * torch.tensor([0, 1]),
        "at a border neither x nor y is shifted": torch.where(at_border, pixels, tops),
        "the parabola goes through probabilities, not through logits": _fitted(
            expit(to_numpy(logits).astype(float)), pixels
        ),
    }


def _fitted(maps: NDArray[Any], pixels: torch.Tensor) -> torch.Tensor:
    """The tops of parabolas that NumPy fits through these pixels (x, y) of the maps and their neighbors, if there are both."""
    tops = pixels.double().clone()
    for k, (x, y) in enumerate(pixels.int().tolist()):
        for axis, (line, i) in enumerate(((maps[k, y], x), (maps[k, :, x], y))):
            if 0 < i < len(line) - 1:
                a, b, _ = np.polyfit([-1, 0, 1], line[i - 1 : i + 2], 2)
                tops[k, axis] = i - b / (2 * a)
    return tops


def of_scaled(tops: torch.Tensor, scale: float) -> dict[str, torch.Tensor]:
    """Of tops that are brought to the frame."""
    pixels = tops.round()
    return {
        "a pixel's number is scaled, not its center": tops * scale,
        "half a pixel is added, and none taken off again": (tops + 0.5) * scale,
        "half a pixel is taken off first, and added afterwards": (tops - 0.5) * scale + 0.5,
        "the shift between the pixels is not scaled": (pixels + 0.5) * scale - 0.5 + tops - pixels,
        "the shift between the pixels is left out": (pixels + 0.5) * scale - 0.5,
        "nothing is scaled, or 1.5 is cut to a whole number": tops,
        "the map is taken to be larger than the frame: divided by the scale": (tops + 0.5) / scale
        - 0.5,
    }


def of_loss(logits: torch.Tensor, targets: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of the mean negative log likelihood of moderate logits."""
    bce, m = F.binary_cross_entropy_with_logits, logits.clamp(min=0)
    right, normalizer = bce(logits, targets), F.softplus(logits)
    return {
        "it is the sum, not the mean": right * logits.numel(),
        "the mean is over key points alone": right * logits[0].numel(),
        "the mean is over pixels alone, and summed over key points": right * len(logits),
        "the logarithm is that to base 2": right / math.log(2),
        "it is the log likelihood: without the minus": -right,
        "a and -a, or 1 and 0, are exchanged": bce(-logits, targets),
        "logits and targets are exchanged": bce(targets, logits),
        "y·a is added": (normalizer + targets * logits).mean(),
        "y·a is missing": normalizer.mean(),
        "m is not put back": (normalizer - m - targets * logits).mean(),
        "the 1 stays 1 when m is taken out of the sum": (
            m + torch.log1p(torch.exp(logits - m)) - targets * logits
        ).mean(),
        "ones and zeros have the same weight in all, however many there are of each": (
            F.softplus(-logits[targets == 1]).mean() + F.softplus(logits[targets == 0]).mean()
        )
        / 2,
        "a logit is squashed by the sigmoid, and then taken for a logit again": bce(
            torch.sigmoid(logits), targets
        ),
    }


def of_upsampled(template: torch.Tensor, factor: int) -> dict[str, torch.Tensor]:
    """Of templates (num_keypoints, rows, columns) that hold average pooling."""
    squares = torch.tensor(np.kron(to_numpy(template), np.ones((1, factor, factor))))
    return {
        "the squares are not divided by their number of pixels": squares,
        "the squares are divided by their side, not by their number of pixels": squares / factor,
        "the squares are divided twice": squares / factor**4,
        "the template is turned around": squares.flip(1, 2) / factor**2,
        "the template is repeated as a whole, not each weight by itself": template.repeat(
            1, factor, factor
        )
        / factor**2,
        "weights are interpolated, not repeated": F.interpolate(
            template[None], scale_factor=factor, mode="bilinear"
        )[0]
        / factor**2,
        "a weight stays in a corner of its square, and zeros fill the rest": squares
        * torch.tensor(
            np.kron(np.ones(template.shape[1:]), np.eye(1, factor**2).reshape(factor, factor))
        ),
    }


def of_matching(
    template: Layer, image: torch.Tensor, expected: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """Of the logits of templates at full resolution."""
    colors = to_numpy(image).astype(float)
    grays = {
        "the colors are added up, not averaged": colors.sum(axis=0),
        "only red is looked at": colors[0],
        "only green is looked at": colors[1],
        "only blue is looked at": colors[2],
        "the largest of the three colors is taken, not their mean": colors.max(axis=0),
        "the colors are weighed by their luminance": np.tensordot(
            [0.299, 0.587, 0.114], colors, axes=1
        ),
    }
    reach = template[0].shape[-1] // 2
    mean, inner = colors.mean(axis=0), slice(reach, -reach)
    beyond: dict[str, Literal["wrap", "edge", "reflect"]] = {
        "beyond the border the other side of the image follows, not zeros": "wrap",
        "beyond the border its last pixels are repeated, where zeros belong": "edge",
        "beyond the border the image is mirrored, where zeros belong": "reflect",
    }
    return (
        {slip: convolved(template, gray[None]) for slip, gray in grays.items()}
        | {
            slip: convolved(template, np.pad(mean, reach, mode=way)[None])[:, inner, inner]
            for slip, way in beyond.items()
        }
        | {
            "a sigmoid makes probabilities of the logits": expit(expected),
            "what is below zero is set to zero": np.maximum(expected, 0),
            "the biases are left out": expected - template[1][:, None, None],
        }
    )


def of_smaller(template: Layer, gray: torch.Tensor) -> dict[str, NDArray[Any]]:
    """Of the logits of templates for a frame made half as large, by nearest interpolation."""
    pixels = to_numpy(gray).astype(float)
    height, width = pixels.shape
    means = pixels.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    small = {
        "squares of pixels are averaged, not represented by one": convolved(template, means[None]),
        "the convolution comes first, and what it gives is made smaller": convolved(
            template, pixels[None]
        )[:, ::2, ::2],
        "it is the last pixel of each square that is taken": convolved(
            template, pixels[None, 1::2, 1::2]
        ),
    }
    enlarged = {slip: np.kron(logits, np.ones((1, 2, 2))) for slip, logits in small.items()}
    return enlarged | {"nothing is made smaller": convolved(template, pixels[None])}


def of_modes(template: Layer, gray: torch.Tensor, factor: int) -> dict[str, NDArray[Any]]:
    """Of the logits of templates for a frame that is to be made smaller, and back, by bilinear interpolation."""
    size = tuple(gray.shape)
    smaller = [n // factor for n in size]

    def answer(down: dict[str, Any], up: dict[str, Any]) -> NDArray[Any]:
        small = F.interpolate(gray.double()[None, None], smaller, **down)[0]
        logits = torch.tensor(convolved(template, to_numpy(small)))
        return to_numpy(F.interpolate(logits[None], size, **up)[0])

    plain, nearest = {"mode": "bilinear"}, {"mode": "nearest"}
    aligned, smooth = plain | {"align_corners": True}, plain | {"antialias": True}
    return {
        "the mode is not used: both ways are nearest": answer(nearest, nearest),
        "the way back to full size is nearest, whatever the mode": answer(plain, nearest),
        "the way to the smaller frame is nearest, whatever the mode": answer(nearest, plain),
        "corners are aligned both ways": answer(aligned, aligned),
        "corners are aligned on the way back": answer(plain, aligned),
        "corners are aligned on the way to the smaller frame": answer(aligned, plain),
        "antialiasing is set": answer(smooth, plain),
    }


def of_head(head: Layer, features: torch.Tensor, expected: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of the logits of a head on features (channels, rows, columns), at the image's size."""
    height, width = expected.shape[1:]
    large = np.stack([bilinear(feature, height, width) for feature in to_numpy(features)])
    reach = head[0].shape[-1] // 2
    rows, columns = (slice(reach, n - reach) for n in features.shape[1:])
    inner = convolved(head, to_numpy(features).astype(float))[:, rows, columns]
    return {
        "features are interpolated to the image's size, and the head is applied to these": torch.tensor(
            convolved(head, large)
        ),
        "the head has no border of zeros, so that its map is smaller, and stretched": torch.tensor(
            np.stack([bilinear(logits, height, width) for logits in inner])
        ),
        "a sigmoid makes probabilities of the logits": torch.sigmoid(expected),
        "what is below zero is set to zero": expected.clamp(min=0),
    }


def of_enlarged(
    head: Layer, features: torch.Tensor, expected: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Of the logits of a head, which are to be interpolated to the image's size, bilinearly."""
    size = tuple(expected.shape[1:])
    logits = torch.tensor(convolved(head, to_numpy(features).astype(float)))[None]
    ways: dict[str, dict[str, Any]] = {
        "they are enlarged by the nearest pixel": {"mode": "nearest"},
        "corners are aligned": {"mode": "bilinear", "align_corners": True},
        "they are enlarged by cubic splines": {"mode": "bicubic"},
    }
    return {slip: F.interpolate(logits, size, **way)[0] for slip, way in ways.items()}
