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

    with checks(
        1,
        "finds tops in random maps, on their borders, and between two equal pixels",
        hint="In the first column and the last, x is the pixel's own, for a neighbour is missing (index -1 is none); y still has both of its. "
        "And the other way round in the first row and the last.",
    ):
        logits = normal(6, 7, 10, seed=86)
        for k, (row, column) in enumerate([(3, 4), (0, 5), (6, 2), (2, 9), (6, 0), (3, 4)]):
            logits[k, row, column] = 6.0
        logits[5, :, 5] = logits[5, :, 4]  # alike, whichever of the two is taken
        expected = []
        for map_of_logits in to_numpy(logits):
            peak = np.unravel_index(np.argmax(map_of_logits), map_of_logits.shape)
            top = []
            for i, line in [
                (int(peak[1]), map_of_logits[peak[0]]),
                (int(peak[0]), map_of_logits[:, peak[1]]),
            ]:
                if 0 < i < len(line) - 1:
                    a, b, _ = np.polyfit([-1, 0, 1], line[i - 1 : i + 2], 2)
                    top.append(i - b / (2 * a))
                else:
                    top.append(float(i))
            expected.append(top)
        found = locate_keypoints(logits, 3)
        checks.close(found, (np.array(expected) + 0.5) * 3 - 0.5, atol=5e-2, name="keypoints_xy")

    return checks
