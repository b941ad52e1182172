"""What comes of the known mistakes in lab 4's exercises, to name the one that a student's result is.

Each function returns a dict for ``looks_like=``: from the mistake, as the clause after "this is what comes out if", to its value.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.special import expit, log_expit, softmax

from stats220.arrays import to_numpy
from stats220.checks.pose.models import convolved

Layer = tuple[NDArray[Any], NDArray[Any]]  # weight and bias of a convolution


def of_upsampled(template: torch.Tensor, factor: int) -> dict[str, torch.Tensor]:
    """Of templates (num_keypoints, rows, columns) that hold average pooling."""
    squares = torch.tensor(np.kron(to_numpy(template), np.ones((1, factor, factor))))
    corner = squares * torch.tensor(
        np.kron(np.ones(template.shape[1:]), np.eye(1, factor**2).reshape(factor, factor))
    )
    return {
        "the squares are not divided by their number of pixels": squares,
        "the squares are divided by their side, not by their number of pixels": squares / factor,
        "the squares are divided twice": squares / factor**4,
        "the squares are multiplied by their number of pixels": squares * factor**2,
        "the squares are divided by 4, whatever the factor": squares / 4,
        "the squares are divided by twice the factor": squares / (2 * factor),
        "the squares are divided by the number of weights in a template": squares
        / template[0].numel(),
        "each template is scaled to the sum 1": squares / squares.sum(dim=(1, 2), keepdim=True),
        "the mean of each template is taken off": (squares - squares.mean(dim=(1, 2), keepdim=True))
        / factor**2,
        "the squares are divided by the root of the factor": squares / factor**0.5,
        "a weight stays in the middle of its square, and zeros fill the rest": squares
        * torch.tensor(
            np.kron(
                np.ones(template.shape[1:]),
                np.eye(1, factor**2, (factor + 1) * (factor // 2)).reshape(factor, factor),
            )
        ),
        "rows are repeated one by one, and the columns as a whole": template.repeat_interleave(
            factor, dim=1
        ).repeat(1, 1, factor)
        / factor**2,
        "columns are repeated one by one, and the rows as a whole": template.repeat_interleave(
            factor, dim=2
        ).repeat(1, factor, 1)
        / factor**2,
        "the copies of a weight lie in one row, and reshape cuts them anew": (
            template.repeat_interleave(factor**2, dim=2).reshape(squares.shape) / factor**2
        ),
        "the squares are shifted by half of their side": squares.roll(
            (factor // 2, factor // 2), (1, 2)
        )
        / factor**2,
        "the template is turned around": squares.flip(1, 2) / factor**2,
        "the template is repeated as a whole, not each weight by itself": template.repeat(
            1, factor, factor
        )
        / factor**2,
        "weights are interpolated, not repeated": F.interpolate(
            template[None], scale_factor=factor, mode="bilinear"
        )[0]
        / factor**2,
        "a weight stays in a corner of its square, and zeros fill the rest": corner,
        "a weight stays in a corner of its square, and is divided, too": corner / factor**2,
    } | {
        f"weights are interpolated ({words}), not repeated": F.interpolate(
            template[None], scale_factor=factor, **way
        )[0]
        / factor**2
        for words, way in ENLARGED.items()
    }


ENLARGED: dict[str, dict[str, Any]] = {
    "bilinear, corners aligned": {"mode": "bilinear", "align_corners": True},
    "bicubic": {"mode": "bicubic"},
}


def of_matching(
    template: Layer, image: torch.Tensor, expected: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """Of the logits of templates at full resolution."""
    colors = to_numpy(image).astype(float)
    mean, reach = colors.mean(axis=0), template[0].shape[-1] // 2
    grays = {
        "the colors are added up, not averaged": colors.sum(axis=0),
        "only red is looked at": colors[0],
        "only green is looked at": colors[1],
        "only blue is looked at": colors[2],
        "the largest of the three colors is taken, not their mean": colors.max(axis=0),
        "the colors are weighed by their luminance": np.tensordot(
            [0.299, 0.587, 0.114], colors, axes=1
        ),
        "the length of the three colors is taken, not their mean": np.linalg.norm(colors, axis=0),
        "the mean of the whole image is taken off": mean - mean.mean(),
        "the image is scaled to mean 0 and deviation 1": (mean - mean.mean()) / mean.std(ddof=1),
    }
    kernel, bias = template
    centered = kernel - kernel.mean(axis=(2, 3), keepdims=True)
    kernels = {
        "the templates are turned around: a sliding sum does not flip them": kernel[
            ..., ::-1, ::-1
        ],
        "rows and columns of the templates are exchanged": kernel.swapaxes(2, 3),
        "the mean of each template is taken off": centered,
        "each template is scaled to norm 1": kernel / lengths(kernel),
        "each template is shifted to mean 0 and scaled to norm 1": centered / lengths(centered),
        "the products are averaged over a template, not added up": kernel / kernel[0].size,
        "all key points have the template of the first": np.repeat(kernel[:1], len(kernel), axis=0),
    }
    inner = slice(reach, -reach)
    beyond: dict[str, Literal["wrap", "edge", "reflect"]] = {
        "beyond the border the other side of the image follows, not zeros": "wrap",
        "beyond the border its last pixels are repeated, where zeros belong": "edge",
        "beyond the border the image is mirrored, where zeros belong": "reflect",
    }
    return (
        {slip: convolved(template, gray[None]) for slip, gray in grays.items()}
        | {slip: convolved((other, bias), mean[None]) for slip, other in kernels.items()}
        | of_borders(template, mean)
        | {
            slip: convolved(template, np.pad(mean, reach, mode=way)[None])[:, inner, inner]
            for slip, way in beyond.items()
        }
        | {
            "a sigmoid makes probabilities of the logits": expit(expected),
            "a softmax over pixels makes probabilities of the logits": softmax(
                expected, axis=(1, 2)
            ),
            "a softmax over key points makes probabilities of the logits": softmax(
                expected, axis=0
            ),
            "it is the logarithm of the probabilities": log_expit(expected),
            "a tanh squashes the logits": np.tanh(expected),
            "it is the probabilities that are subtracted from 1": expit(-expected),
            "the sign is changed": -expected,
            "what is below zero is set to zero": np.maximum(expected, 0),
            "the biases are subtracted": expected - 2 * template[1][:, None, None],
            "the biases are left out": expected - template[1][:, None, None],
        }
    )


def lengths(kernel: NDArray[Any]) -> NDArray[Any]:
    """The norm of each template (key points, 1, side, side), to divide by."""
    squares: NDArray[Any] = (kernel**2).sum(axis=(1, 2, 3), keepdims=True)
    return squares**0.5


def of_borders(template: Layer, gray: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Of logits of a frame at full resolution that are stretched to its size from a map of another."""
    reach, shape = template[0].shape[-1] // 2, gray.shape
    kernel, bias = (torch.tensor(part) for part in template)
    pixels = torch.tensor(gray, dtype=kernel.dtype)[None, None]

    def stretched(border: int) -> NDArray[Any]:
        maps = F.conv2d(pixels, kernel, bias, padding=border)
        return to_numpy(F.interpolate(maps, shape)[0])

    turned = F.conv2d(F.interpolate(pixels, shape[::-1]), kernel, bias, padding=reach)
    small = (
        "the border of zeros is missing: the map is smaller after the convolution, and is stretched"
    )
    narrow = "the border of zeros is 1 pixel wide, less than half a kernel: the map is smaller, and is stretched"
    wide = "the border of zeros is wider than half a kernel: the map is larger after the convolution, and is shrunk"
    return {
        small: stretched(0),
        narrow: stretched(1),
        wide: stretched(2 * reach + 1),
        "height and width are exchanged where the frame is made smaller": to_numpy(
            F.interpolate(turned, shape)[0]
        ),
    }


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
    kernel, bias = (torch.tensor(part) for part in template)
    first_pixels = torch.tensor(pixels[None, None, ::2, ::2], dtype=kernel.dtype)
    wide = F.conv2d(first_pixels, kernel, bias, padding=kernel.shape[-1])
    square = np.ones((2, 2))
    largest = pixels.reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3))
    small["the largest pixel of each square is taken"] = convolved(template, largest[None])
    enlarged = {slip: np.kron(logits, square[None]) for slip, logits in small.items()}
    spread = np.kron(template[0], np.eye(1, 4).reshape(2, 2))[..., :-1, :-1]
    first = torch.tensor(pixels[::2, ::2])[None, None]
    smooth: dict[str, Any] = {"size": (height, width), "mode": "bilinear"}
    half = F.interpolate(torch.tensor(pixels)[None, None], scale_factor=0.5, mode="bilinear")[0]
    of_half = convolved(template, to_numpy(half))
    of_first = torch.tensor(convolved(template, to_numpy(first[0])))[None]
    return enlarged | {
        "the border of zeros is half a patch of the frame, not half a kernel: the map is larger, and is shrunk": (
            to_numpy(F.interpolate(wide, (height, width))[0])
        ),
        "nothing is made smaller": convolved(template, pixels[None]),
        "the small frame is brought back to full size first, and then convolved": convolved(
            template, np.kron(pixels[::2, ::2], square)[None]
        ),
        "the templates are spread out (dilation), and every pixel of the frame has a logit of its own": (
            convolved((spread, template[1]), pixels[None])
        ),
        "the mode is not used: both ways are bilinear": to_numpy(
            F.interpolate(torch.tensor(of_half)[None], **smooth)[0]
        ),
        "the way back to full size is bilinear, whatever the mode": to_numpy(
            F.interpolate(of_first, **smooth)[0]
        ),
    }


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
        "squares are averaged on the way to the smaller frame, whatever the mode": answer(
            {"mode": "area"}, plain
        ),
        "the way back to full size is bicubic": answer(plain, {"mode": "bicubic"}),
        "both ways are bicubic": answer({"mode": "bicubic"}, {"mode": "bicubic"}),
    }
