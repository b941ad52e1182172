"""What comes of the known mistakes in lab 4's smaller images and wider masks; see ``slips``."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

SMOOTH: dict[str, dict[str, Any]] = {
    "bilinear, with antialiasing": {"mode": "bilinear", "antialias": True},
    "bicubic": {"mode": "bicubic"},
    "bicubic, with antialiasing": {"mode": "bicubic", "antialias": True},
}


def of_square(shape: tuple[int, int], row: int, column: int, size: int) -> dict[str, torch.Tensor]:
    """Of one mask in which a one at that place becomes a square."""
    down = torch.arange(shape[0])[:, None] - row
    right = torch.arange(shape[1]) - column
    reach = size // 2
    far, walk = torch.maximum(down.abs(), right.abs()), down.abs() + right.abs()
    ways = {
        "it reaches `size` pixels to each side": far <= size,
        "the one stays alone": far == 0,
        "it is 3 pixels wide, whatever is asked": far <= 1,
        "it is 21 pixels wide, whatever is asked": far <= 10,
        "it reaches one pixel less to each side": far <= reach - 1,
        "it reaches one pixel more to each side": far <= reach + 1,
        "it is a diamond, a disk or a cross": walk <= reach,
        "it is a disk: the corners are missing": down**2 + right**2 <= size**2 / 4,
        "the one in the center is 0": (far <= reach) & (far > 0),
        "only the outline of the square is set": far == reach,
        "it is widened several times over": far <= reach**2,
        "nothing is left of it": far < 0,
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
    means = {"the mean is taken, not the maximum": (far <= reach) / size**2}
    return {slip: mask.float()[None] for slip, mask in (ways | means).items()}


def of_border(
    shape: tuple[int, int], ones: list[tuple[int, int]], size: int
) -> dict[str, torch.Tensor]:
    """Of masks with a single one each, whose squares reach beyond the border."""
    height, width = shape
    reach = size // 2
    squares = {
        "squares are moved into the frame": [
            (min(max(row, reach), height - 1 - reach), min(max(column, reach), width - 1 - reach))
            for row, column in ones
        ],
        "squares lack their last row and column": ones,
        "a square that begins above or at the left of the frame is lost, for a slice counts a negative start from the end": ones,
        "what is beyond the border comes in again on the other side": ones,
    }
    found = {slip: torch.zeros(len(ones), height, width) for slip in squares}
    moved, short, sliced, wrapped = found
    for k, (row, column) in enumerate(squares[moved]):
        found[moved][k, row - reach : row + reach + 1, column - reach : column + reach + 1] = 1
    for k, (row, column) in enumerate(ones):
        top, left = max(row - reach, 0), max(column - reach, 0)
        found[short][k, top : row + reach, left : column + reach] = 1
        found[sliced][k, row - reach : row + reach + 1, column - reach : column + reach + 1] = 1
        rows = torch.arange(row - reach, row + reach + 1) % height
        columns = torch.arange(column - reach, column + reach + 1) % width
        found[wrapped][k, rows[:, None], columns] = 1
    each = torch.zeros(len(ones), height, width)
    for k, (row, column) in enumerate(ones):
        each[k, row, column] = 1
    right = F.max_pool2d(each, size, stride=1, padding=reach)
    across = F.max_pool3d(each[None], size, stride=1, padding=reach)[0]
    return found | {
        "each mask gets the ones of all masks": right.amax(0).expand_as(right),
        "a mask gets ones of the masks before and after it: key points are an axis, too": across,
        "squares that reach beyond the border are left out": torch.zeros_like(right),
    }


def of_image(image: torch.Tensor, factor: int) -> dict[str, torch.Tensor]:
    """Of an image that is averaged over squares."""
    size = [n // factor for n in image.shape[1:]]
    return {
        "the side of a square is 2, whatever is asked": F.avg_pool2d(image, 2),
        "one pixel stands for its square": image[:, ::factor, ::factor],
        "the pixels in the middle of a square count alone, as in interpolation": F.interpolate(
            image[None], size, mode="bilinear"
        )[0],
        "the last pixel stands for its square": image[
            :, factor - 1 :: factor, factor - 1 :: factor
        ],
        "the maximum is taken, as it is of masks": F.max_pool2d(image, factor),
        "a square is added up": factor**2 * F.avg_pool2d(image, factor),
        "squares overlap": F.avg_pool2d(image, factor, stride=1),
        "a sum is divided by `factor`, the side, and not by the number of pixels": factor
        * F.avg_pool2d(image, factor),
        "the colors are averaged, too": F.avg_pool2d(image, factor)
        .mean(dim=0, keepdim=True)
        .expand(len(image), -1, -1),
        "the median is taken": image.unfold(1, factor, factor)
        .unfold(2, factor, factor)
        .flatten(3)
        .median(dim=3)
        .values,
        "values below zero count as zero": F.avg_pool2d(image.clamp(min=0), factor),
        "the minimum is taken": -F.max_pool2d(-image, factor),
    } | {
        f"it is interpolated ({words}), which weighs pixels of other squares, too": F.interpolate(
            image[None], size, **way
        )[0]
        for words, way in SMOOTH.items()
    }


def of_trailing(
    maps: torch.Tensor, factor: int, *, largest: bool = False
) -> dict[str, torch.Tensor]:
    """Of maps (..., height, width) whose size is no multiple of the factor, averaged or, if asked, their maxima."""
    size = maps.shape[1] // factor, maps.shape[2] // factor
    first = [n % factor for n in maps.shape[1:]]
    pool = F.max_pool2d if largest else F.avg_pool2d
    stretched = F.adaptive_max_pool2d if largest else F.adaptive_avg_pool2d
    return {
        "rows and columns are dropped at the top and at the left, not at the end": pool(
            maps[:, first[0] :, first[1] :], factor
        ),
        "rows and columns that fill no square are shared out among the squares": stretched(
            maps, size
        ),
        "rows and columns are dropped at both sides": pool(
            maps[:, first[0] // 2 :, first[1] // 2 :], factor
        )[:, : size[0], : size[1]],
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
        "the pixel in the middle stands for its square, as in bilinear interpolation": masks[
            :, factor // 2 :: factor, factor // 2 :: factor
        ],
        "the last pixel stands for its square": masks[
            :, factor - 1 :: factor, factor - 1 :: factor
        ],
        "the ones of a square are added up": factor**2 * means,
        "the minimum is taken": -F.max_pool2d(-masks, factor),
    }
