"""What comes of the known mistakes in lab 4's exercises, to name the one that a student's result is.

Each function returns a dict for ``looks_like=``: from the mistake, as the clause after "this is what comes out if", to its value.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.special import expit

from stats220.arrays import to_numpy
from stats220.checks.pose.models import bilinear, convolved

Layer = tuple[NDArray[Any], NDArray[Any]]  # weight and bias of a convolution


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
