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
    }
    return {slip: torch.tensor(np.moveaxis(frame, -1, 0)) for slip, frame in frames.items()}


def of_rounded(coordinates: NDArray[Any], count: int) -> dict[str, torch.Tensor]:
    """Of masks with ones on the diagonal, in so many rows and columns, at the nearest pixels."""
    ways = {
        "fractions are cut off": np.trunc(coordinates),
        "halves go to the even pixel": np.round(coordinates),
        "halves go down": np.ceil(coordinates - 0.5),
        "fractions go up": np.ceil(coordinates),
        "the point has to be between 0 and the size, and not its nearest pixel": np.where(
            (coordinates >= 0) & (coordinates < count), np.floor(coordinates + 0.5), -1
        ),
    }
    found = {slip: torch.zeros(len(coordinates), count, count) for slip in ways}
    for slip, pixels in ways.items():
        for k, pixel in enumerate(pixels.astype(int)):
            if 0 <= pixel < count:
                found[slip][k, pixel, pixel] = 1
    return found


def of_outside(keypoints_xy: NDArray[Any], count: int) -> dict[str, torch.Tensor]:
    """Of masks of so many rows and columns, for key points of which some are outside or not labeled."""
    pixels = np.floor(keypoints_xy + 0.5)
    inside = (pixels >= 0) & (pixels < count)
    ways = {
        "a point outside goes to the border": np.clip(pixels, 0, count - 1),
        "a point just beyond the last row or column goes into it: is the size itself one of the pixels": np.where(
            pixels == count, count - 1, pixels
        ),
        "NaN becomes 0": np.where(np.isnan(pixels), 0, pixels),
        "a negative pixel counts from the other end": np.where(
            (pixels < 0) & (pixels >= -count), pixels + count, np.where(inside, pixels, np.nan)
        ),
        "a point outside comes in again on the other side": pixels % count,
    }
    found = {slip: torch.zeros(len(pixels), count, count) for slip in ways}
    for slip, places in ways.items():
        for k, (column, row) in enumerate(places):
            if np.isfinite(column + row) and 0 <= row < count and 0 <= column < count:
                found[slip][k, int(row), int(column)] = 1
    return found


def of_square(shape: tuple[int, int], row: int, column: int, size: int) -> dict[str, torch.Tensor]:
    """Of one mask in which a one at that place becomes a square."""
    down = torch.arange(shape[0])[:, None] - row
    right = torch.arange(shape[1]) - column
    reach = size // 2
    far, walk = torch.maximum(down.abs(), right.abs()), down.abs() + right.abs()
    ways = {
        "it reaches `size` pixels to each side": far <= size,
        "it reaches one pixel less to each side": far <= reach - 1,
        "it reaches one pixel more to each side": far <= reach + 1,
        "it is a diamond, a disk or a cross": walk <= reach,
        "it begins at the one, which is not in its center": (
            (down >= 0) & (right >= 0) & (far < size)
        ),
        "it ends at the one, which is not in its center": (
            (down <= 0) & (right <= 0) & (far < size)
        ),
        "it lacks its last row and column": (
            (down >= -reach) & (right >= -reach) & (down < reach) & (right < reach)
        ),
        "the squares lie on a fixed grid, and none has the one in its center": (
            ((down + row) // size == row // size) & ((right + column) // size == column // size)
        ),
        "it is wide, and not tall": (down == 0) & (right.abs() <= reach),
        "it is tall, and not wide": (right == 0) & (down.abs() <= reach),
    }
    return {slip: mask.float()[None] for slip, mask in ways.items()}


def of_image(image: torch.Tensor, factor: int) -> dict[str, torch.Tensor]:
    """Of an image that is averaged over squares."""
    size = [n // factor for n in image.shape[1:]]
    return {
        "the side of a square is 2, whatever is asked": F.avg_pool2d(image, 2),
        "one pixel stands for its square": image[:, ::factor, ::factor],
        "it is interpolated, which looks at few pixels of a square": F.interpolate(
            image[None], size, mode="bilinear"
        )[0],
        "the maximum is taken, as it is of masks": F.max_pool2d(image, factor),
        "a square is added up": factor**2 * F.avg_pool2d(image, factor),
        "squares overlap": F.avg_pool2d(image, factor, stride=1),
    }


def of_masks(masks: torch.Tensor, factor: int) -> dict[str, torch.Tensor]:
    """Of masks of which the maximum over squares is taken."""
    means = F.avg_pool2d(masks, factor)
    return {
        "the side of a square is 2, whatever is asked": F.max_pool2d(masks, 2),
        "one pixel stands for its square": masks[:, ::factor, ::factor],
        "the mean is taken, as it is of the image": means,
        "a mask has a one where most of a square are ones": (means > 0.5).float(),
        "squares overlap": F.max_pool2d(masks, factor, stride=1),
    }
