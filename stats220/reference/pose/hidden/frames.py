"""Lab 4's hidden checks of frames and masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.pose.inputs import colors_first, normalized


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
