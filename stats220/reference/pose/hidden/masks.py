"""Lab 4's hidden checks of masks and frames of another size."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy import ndimage

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.inputs import image_and_masks


@checked
def downsample(downsample: Any) -> Checks:
    """Random frames and masks, with rows and columns left over."""
    checks = Checks("downsample", hidden=True)

    with checks(
        1,
        "averages and takes maxima over the right squares of random frames",
        hint="Which rows and columns of the frame are in square (i, j)? Squares do not overlap, and begin at the upper left.",
    ):
        for factor, rows, columns in [(1, 5, 6), (2, 7, 5), (5, 2, 3)]:
            height, width = rows * factor + factor // 2, columns * factor + factor - 1
            image = normal(3, height, width, rng=checks.rng)
            masks = (normal(4, height, width, rng=checks.rng) > 1).float()
            squares, mask_squares = (
                to_numpy(maps[:, : rows * factor, : columns * factor]).reshape(
                    len(maps), rows, factor, columns, factor
                )
                for maps in (image, masks)
            )
            small, small_masks = image_and_masks(downsample(image, masks, factor), 4)
            checks.close(small, squares.mean(axis=(2, 4)), atol=1e-4, name="image")
            checks.equal(small_masks, mask_squares.max(axis=(2, 4)), name="masks")

    return checks


@checked
def dilate(dilate: Any) -> Checks:
    """Random masks, beside scipy's binary dilation."""
    checks = Checks("dilate", hidden=True)

    with checks(
        1,
        "equals scipy.ndimage.binary_dilation with a square of ones",
        hint="What should size 1 do, and a square larger than the frame?",
    ):
        masks = (normal(3, 13, 10, rng=checks.rng) > 1.8).float()
        for size in (1, 3, 7, 25):
            square = np.ones((size, size), dtype=bool)
            expected = np.stack([ndimage.binary_dilation(mask, square) for mask in to_numpy(masks)])
            checks.equal(dilate(masks, size), torch.tensor(expected).float(), name=f"size {size}")

    return checks
