"""Lab 4's checks of locating key points."""

from __future__ import annotations

import math
from typing import Any

import torch

from stats220.checks import Checks, checked
from stats220.checks.pose.models import (
    parabolas,
)


@checked
def locate_keypoints(locate_keypoints: Any) -> Checks:
    """Maps whose largest logit is known, to a fraction of a pixel."""
    checks = Checks("locate_keypoints", hidden_points=1)

    with checks(
        1,
        "returns x, the column, and y, the row, of the largest logit",
        hint="argmax counts along the rows, through the whole map: row = index // width, column = index % width. x is the column and comes first.",
    ):
        logits = torch.full((3, 9, 12), -5.0)
        logits[0, 2, 7], logits[1, 6, 1], logits[2, 4, 10] = 3.0, 1.0, -2.0
        expected = [[7.0, 2.0], [1.0, 6.0], [10.0, 4.0]]
        checks.close(locate_keypoints(logits), expected, atol=1e-3, name="keypoints_xy")

    with checks(
        1,
        "finds the top of a parabola between the pixels",
        hint="δ = (l - r) / (2 (l - 2c + r)), from the logits left and right of the largest (above and below it for y), not from "
        "probabilities. It points towards the larger neighbour. In the first column x has no left neighbour and stays whole; y has both.",
    ):
        tops = torch.tensor([[5.3, 2.8], [9.9, 4.4], [3.0, 5.25], [0.0, 6.4]])
        logits = parabolas(tops, 9, 12)
        checks.close(locate_keypoints(logits), tops, atol=1e-2, name="keypoints_xy")

    with checks(
        1,
        "gives positions in the original frame, centres on centres",
        hint="Small pixel 2 of a frame made 4 times smaller covers the pixels 8 to 11, whose centre is 9.5: (2 + 0.5) · 4 - 0.5. "
        "Multiplying by the scale alone is half a pixel off, or more.",
    ):
        tops = torch.tensor([[5.0, 2.0], [6.75, 4.5]])
        logits = parabolas(tops, 9, 12)
        for scale, expected in [
            (4, [[21.5, 9.5], [28.5, 19.5]]),
            (1.5, [[7.75, 3.25], [10.375, 7.0]]),
        ]:
            found = locate_keypoints(logits, scale)
            checks.close(found, expected, atol=4e-2, name=f"keypoints_xy, scale {scale}")

    with checks(
        1,
        "leaves NaN where no pixel is probable enough",
        hint="min_probability is a probability, so compare it with the sigmoid of the largest logit: what is at least so probable is found. "
        "NaN for x and for y of the others.",
    ):
        logits = torch.full((3, 5, 6), -9.0)
        logits[0, 2, 2], logits[1, 1, 2], logits[2, 3, 4] = -0.5, 2.0, 0.0  # 0.38, 0.88, 0.5
        nothing = [math.nan, math.nan]
        for least, expected in [
            (0.0, [[2.0, 2.0], [2.0, 1.0], [4.0, 3.0]]),
            (0.5, [nothing, [2.0, 1.0], [4.0, 3.0]]),
            (0.7, [nothing, [2.0, 1.0], nothing]),
        ]:
            found = locate_keypoints(logits, 1, least)
            name = f"min_probability {least}: keypoints_xy"
            checks.close(found, expected, atol=1e-3, name=name, nan_equal=True)

    return checks
