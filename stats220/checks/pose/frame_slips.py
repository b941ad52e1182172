"""What comes of the known mistakes in lab 4's frames and masks; see ``slips``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from stats220.data.backbones import IMAGENET_MEAN, IMAGENET_STD


def of_normalized(image: NDArray[Any]) -> dict[str, torch.Tensor]:
    """Of a frame (height, width, 3), normalized."""
    mean, std, ones = np.array(IMAGENET_MEAN), np.array(IMAGENET_STD), image / 255
    frames = {
        "the largest value is taken to be 256, not 255": (image / 256 - mean) / std,
        "nothing brings 0 to 255 to the scale of the means": (image - mean) / std,
        "the means are not subtracted": ones / std,
        "nothing is divided by the standard deviations": ones - mean,
        "it is only scaled to 0 to 1": ones,
        "it is divided by variances, not by standard deviations": (ones - mean) / std**2,
        "means and deviations are those of blue, green, red": (ones - mean[::-1]) / std[::-1],
        "the means are added": (ones + mean) / std,
        "all colors have one mean and one deviation": (ones - mean.mean()) / std.mean(),
        "it is multiplied by the standard deviations": (ones - mean) * std,
        "it goes from -1 to 1, by a mean and deviation of one half": 2 * ones - 1,
        "it is scaled to -1 to 1 first, and the means are those of a scale from 0 to 1": (
            2 * ones - 1 - mean
        )
        / std,
        "the means, on a scale from 0 to 1, are subtracted before 0 to 255 is divided by 255": (
            (image - mean) / std / 255
        ),
        "it is divided by the standard deviations first, and the means are subtracted after that": (
            ones / std - mean
        ),
        "means and standard deviations are exchanged": (ones - std) / mean,
        "the values are subtracted from the means": (mean - ones) / std,
        "it is divided by the roots of the standard deviations": (ones - mean) / std**0.5,
        "it is divided by 255 twice": (ones / 255 - mean) / std,
        "all colors have the mean and deviation of red": (ones - mean[0]) / std[0],
    } | _in_whole_numbers(image)
    return {slip: torch.tensor(np.moveaxis(frame, -1, 0)) for slip, frame in frames.items()}


def of_other_grays(image: NDArray[Any]) -> dict[str, torch.Tensor]:
    """Of one more frame, after another whose values lie between its means and a deviation above them was right."""
    right = (image / 255 - IMAGENET_MEAN) / IMAGENET_STD
    frames = {
        "what is below zero is set to zero": right.clip(0),
        "the result is clipped to 0 to 1": right.clip(0, 1),
        "the sign is taken off": abs(right),
    } | _in_whole_numbers(image)
    return {slip: torch.tensor(np.moveaxis(frame, -1, 0)) for slip, frame in frames.items()}


def _in_whole_numbers(image: NDArray[Any]) -> dict[str, NDArray[Any]]:
    mean, std = np.array(IMAGENET_MEAN), np.array(IMAGENET_STD)
    cut, rounded = (way(255 * mean).astype(np.uint8) for way in (np.floor, np.round))
    return {
        "whole numbers are divided by whole numbers, so that all but white is 0": (
            image // 255 - mean
        )
        / std,
        "the means are subtracted in uint8, which knows no negative numbers": (image - cut)
        / 255
        / std,
        "the means are rounded and subtracted in uint8, which knows no negative numbers": (
            image - rounded
        )
        / 255
        / std,
    }


def of_own_frame(image: NDArray[Any]) -> dict[str, torch.Tensor]:
    """Of a frame (height, width, 3) that is scaled by what is in it."""
    pixels = torch.tensor(image).permute(2, 0, 1).double()
    mean, std = (
        torch.tensor(IMAGENET_MEAN)[:, None, None],
        torch.tensor(IMAGENET_STD)[:, None, None],
    )
    ones = pixels / 255
    low, high = (way(pixels, dim=(1, 2), keepdim=True) for way in (torch.amin, torch.amax))
    spread = high.max() - low.min()
    return {
        "it is divided by the largest value of this frame, not by 255": (pixels / high.max() - mean)
        / std,
        "each color is divided by its largest value in this frame, not by 255": (
            pixels / high - mean
        )
        / std,
        "the smallest and the largest value of this frame become 0 and 1": (
            (pixels - low.min()) / spread - mean
        )
        / std,
        "the smallest and the largest value of each color in this frame become 0 and 1": (
            (pixels - low) / (high - low) - mean
        )
        / std,
        "mean and deviation are those of this frame, not those given": (
            ones - ones.mean(dim=(1, 2), keepdim=True)
        )
        / ones.std(dim=(1, 2), keepdim=True),
        "one mean and deviation, those of all values of this frame, are taken": (ones - ones.mean())
        / ones.std(),
        "the mean that is subtracted is that of this frame": (
            ones - ones.mean(dim=(1, 2), keepdim=True)
        )
        / std,
        "the colors are averaged": (ones.mean(dim=0) - mean) / std,
    }


def of_place(
    channel: int, row: int, column: int, height: int, width: int
) -> dict[str, list[tuple[int, int, int]]]:
    """Of where a value of a frame (height, width, 3) is afterwards, in (3, height, width)."""
    number = (row * width + column) * 3 + channel
    cut = number // (height * width), number % (height * width) // width, number % width
    return {
        "the numbers are kept in their order and cut into rows anew, as reshape and view do": [cut],
        "the colors come as blue, green, red": [(2 - channel, row, column)],
        "the frame is upside down": [(channel, height - 1 - row, column)],
        "left and right are exchanged": [(channel, row, width - 1 - column)],
        "the colors are mixed": [(c, row, column) for c in range(3)],
    }


def of_marked(keypoints_xy: NDArray[Any], height: int, width: int) -> dict[str, torch.Tensor]:
    """Of masks for key points at whole numbers inside of the frame."""
    x, y = keypoints_xy.T
    last = np.array([width - 1, height - 1])
    first_left_out = np.where((x == 0) | (y == 0), -1, x)
    last_left_out = np.where((keypoints_xy == last).any(axis=1), -1, x)
    right = _masks(x, y, height, width)
    return {
        "x is taken for the row, and y for the column": _masks(y, x, height, width),
        "rows are counted from below: y is how far down": right.flip(1),
        "columns are counted from the right: x is how far to the right": right.flip(2),
        "a point in the first row or column is left out": _masks(first_left_out, y, height, width),
        "a point in the last row or column is left out": _masks(last_left_out, y, height, width),
        "a point in the first or the last row or column is left out": _masks(
            np.minimum(first_left_out, last_left_out), y, height, width
        ),
        "x is held against the height, and y against the width": _masks(
            np.where((x < height) & (y < width), x, -1), y, height, width
        ),
        "it is one pixel too far to the left and up": _masks(x - 1, y - 1, height, width),
        "it is one pixel too far to the right and down": _masks(x + 1, y + 1, height, width),
        "each mask gets the ones of all key points": right.amax(dim=0).expand_as(right),
        "a key point is a square of 3 × 3 pixels": F.max_pool2d(right, 3, stride=1, padding=1),
        "ones and zeros are exchanged": 1 - right,
    }


def _masks(x: NDArray[Any], y: NDArray[Any], height: int, width: int) -> torch.Tensor:
    """A mask with a single one for each key point whose column and row are in the frame."""
    rows, columns = np.arange(height) == y[:, None], np.arange(width) == x[:, None]
    return torch.as_tensor(rows[:, :, None] & columns[:, None, :]).float()


def of_rounded(coordinates: NDArray[Any], count: int) -> dict[str, torch.Tensor]:
    """Of masks with ones on the diagonal, in so many rows and columns, at the nearest pixels."""
    ways = {
        "fractions are cut off": np.trunc(coordinates),
        "halves go to the even pixel": np.round(coordinates),
        "halves go down": np.ceil(coordinates - 0.5),
        "fractions go up": np.ceil(coordinates),
        "the point itself, and not its nearest pixel, has to be from 0 to the size": np.where(
            (coordinates >= 0) & (coordinates < count), np.floor(coordinates + 0.5), -1
        ),
        "a point at -0.5, the border of pixel 0, is left out": np.where(
            coordinates > -0.5, np.floor(coordinates + 0.5), -1
        ),
        "every pixel is one too far": np.floor(coordinates) + 1,
        "a point of a negative coordinate is taken to the other side of 0": np.floor(
            abs(coordinates) + 0.5
        ),
    }
    return {slip: _masks(pixels, pixels, count, count) for slip, pixels in ways.items()}


def of_outside(keypoints_xy: NDArray[Any], count: int) -> dict[str, torch.Tensor]:
    """Of masks of so many rows and columns, for key points of which some are outside or not labeled."""
    pixels = np.floor(keypoints_xy + 0.5)
    ways = {
        "a point outside goes to the border": np.clip(pixels, 0, count - 1),
        "a point just beyond the last row or column goes into it: is the size itself one of the pixels": np.where(
            pixels == count, count - 1, pixels
        ),
        "NaN becomes 0": np.where(np.isnan(pixels), 0, pixels),
        "a negative pixel counts from the other end": _wrapped(pixels, count, [0, 1]),
        "a point outside comes in again on the other side": pixels % count,
        "a point just beyond the first row or column goes into it: x + 0.5 is cut toward zero": (
            np.trunc(keypoints_xy + 0.5)
        ),
        "a row that is negative counts from the other end": _wrapped(pixels, count, [1]),
        "a column that is negative counts from the other end": _wrapped(pixels, count, [0]),
        "all points after one that is not labeled are left out": np.full_like(pixels, np.nan),
    }
    return {slip: _masks(places[:, 0], places[:, 1], count, count) for slip, places in ways.items()}


def _wrapped(pixels: NDArray[Any], count: int, axes: list[int]) -> NDArray[Any]:
    """Pixels of which those below 0 along these axes count from the other end, as an array's index does."""
    wrapped = pixels.copy()
    below = (wrapped < 0) & (wrapped >= -count)
    for axis in axes:
        wrapped[below[:, axis], axis] += count
    return wrapped
