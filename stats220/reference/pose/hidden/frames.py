"""Lab 4's hidden checks of frames and masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy import ndimage

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.inputs import colors_first, image_and_masks, normalized


@checked
def preprocess(preprocess: Any) -> Checks:
    """A frame of all colors."""
    checks = Checks("preprocess", hidden=True)

    with checks(
        1,
        "normalizes a frame of random colors",
        hint="Each channel has a mean and a standard deviation of its own, in the order red, green, blue.",
    ):
        image = checks.rng.integers(0, 256, (7, 5, 3), dtype=np.uint8)
        result = colors_first(preprocess(image))
        checks.close(result, normalized(image), atol=6e-3, name="frame")

    return checks


@checked
def keypoint_masks(keypoint_masks: Any) -> Checks:
    """Many points, in and around the frame."""
    checks = Checks("keypoint_masks", hidden=True)

    with checks(
        1,
        "places many points in and around a frame",
        hint="Compare with a histogram whose bins are one pixel wide and centered on whole numbers.",
    ):
        height, width = 6, 11
        whole = checks.rng.integers([-3, -3], [width + 3, height + 3], (60, 2))
        keypoints_xy = whole + checks.rng.uniform(-0.45, 0.45, (60, 2))
        keypoints_xy[::9] = np.nan
        keypoints_xy[1] = [-0.5, -0.5]  # on the borders that belong to the frame,
        keypoints_xy[2] = [width - 0.5, height - 0.5]  # and on those that do not
        edges = np.arange(height + 2) - 0.5, np.arange(width + 2) - 0.5
        counts = [
            np.histogram2d([y], [x], bins=edges)[0] if np.isfinite(x + y) else np.zeros((7, 12))
            for x, y in keypoints_xy
        ]
        # One bin more than pixels, left out: the last bin of a histogram holds its upper edge too.
        expected = torch.tensor(np.stack(counts)[:, :height, :width]).float()
        checks.equal(keypoint_masks(keypoints_xy, height, width), expected, name="masks")

    return checks


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
