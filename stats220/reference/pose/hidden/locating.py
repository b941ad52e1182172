"""Lab 4's hidden checks of locating key points."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal


@checked
def locate_keypoints(locate_keypoints: Any) -> Checks:
    """Random maps, with the largest logit inside, on the border and in a corner, beside NumPy's fit of a parabola."""
    checks = Checks("locate_keypoints", hidden=True)

    for_borders = [(0, 5), (6, 2), (2, 9), (6, 0), (0, 0)]
    with checks(
        1,
        "finds tops in random maps, and between two equal pixels",
        hint="Work one map out by hand: which three logits are on the row, which three on the column, and where is the top of each three?",
    ):
        logits = normal(6, 7, 10, rng=checks.rng)
        for k in range(6):
            row, column = (int(n) for n in checks.rng.integers(1, [6, 8]))
            set_peak(logits[k], row, column)
        logits[5, :, column + 1] = logits[5, :, column]  # alike, whichever of the two is taken
        found = locate_keypoints(logits, 3)
        checks.close(found, tops_by_fit(logits, scale=3), atol=5e-2, name="keypoints_xy")

    with checks(
        1,
        "finds tops on the borders of maps",
        hint="At a border one axis lacks a neighbor, and the other has both. Index -1 is no neighbor.",
    ):
        logits = normal(len(for_borders), 7, 10, rng=checks.rng)
        for k, (row, column) in enumerate(for_borders):
            set_peak(logits[k], row, column)
        found = locate_keypoints(logits)
        checks.close(found, tops_by_fit(logits, scale=1), atol=2e-2, name="keypoints_xy")

    return checks


def set_peak(logits: Any, row: int, column: int) -> None:
    """Make this the largest logit, with neighbors of both signs that differ along each axis."""
    height, width = logits.shape
    for i, j, value in [(0, -1, -1.0), (0, 1, 2.0), (-1, 0, 1.5), (1, 0, -2.0)]:
        if 0 <= row + i < height and 0 <= column + j < width:
            logits[row + i, column + j] = value
    logits[row, column] = 6.0


def tops_by_fit(logits: Any, scale: float) -> np.ndarray[Any, np.dtype[Any]]:
    """Places (num_keypoints, 2) of the largest logits, by NumPy's fit of a parabola along the row and along the column."""
    tops = []
    for maps in to_numpy(logits):
        row, column = np.unravel_index(np.argmax(maps), maps.shape)
        top = []
        for i, line in [(int(column), maps[row]), (int(row), maps[:, column])]:
            if 0 < i < len(line) - 1:
                a, b, _ = np.polyfit([-1, 0, 1], line[i - 1 : i + 2], 2)
                top.append(i - b / (2 * a))
            else:
                top.append(float(i))
        tops.append(top)
    return (np.array(tops) + 0.5) * scale - 0.5
