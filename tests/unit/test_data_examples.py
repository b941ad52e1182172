"""Frames, labels and settings that cannot be prepared for training: each has its own message."""

from typing import Any

import numpy as np
import pytest
import torch

from stats220.data.examples import check_preparation, check_targets
from stats220.errors import InputError

FRAME, LABELS = np.zeros((20, 30, 3), np.uint8), np.array([[3.0, 4.0], [np.nan, np.nan]])


@pytest.mark.parametrize("factor", [1, 2, 20])
@pytest.mark.parametrize("size", [1, 21, 99])
def test_what_can_be_prepared(factor: int, size: int) -> None:
    check_preparation(FRAME, LABELS, factor, size)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": FRAME / 255}, r"must be uint8.*got float64\. Pass it as it was loaded"),
        ({"image": np.zeros((20, 30, 4), np.uint8)}, r"got \(20, 30, 4\)\. Take image\[:, :, :3\]"),
        ({"image": FRAME[..., 0]}, r"got \(20, 30\).*where there is no color"),
        ({"keypoints_xy": LABELS[:, :1]}, r"must be \(num_keypoints, 2\): got \(2, 1\)"),
        ({"keypoints_xy": np.array([[1.0, np.nan]])}, "no key point of this frame is labeled"),
        ({"keypoints_xy": np.zeros((0, 2))}, "no key point of this frame is labeled"),
        ({"factor": 21}, r"from 1 to 20, the shorter side of the frame: got 21"),
        ({"factor": 0}, r"got 0"),
        ({"size": 4}, r"size must be odd.*got 4; take 5"),
        ({"size": -1}, r"size must be odd.*got -1; take 1"),
    ],
)
def test_what_cannot(change: dict[str, Any], message: str) -> None:
    good = {"image": FRAME, "keypoints_xy": LABELS, "factor": 2, "size": 21}
    with pytest.raises(InputError, match=message):
        check_preparation(**(good | change))


def test_masks_of_another_size() -> None:
    check_targets(torch.zeros(3, 5, 6), torch.zeros(2, 5, 6))
    with pytest.raises(InputError, match=r"image is \(5, 6\) and its targets are \(5, 7\)"):
        check_targets(torch.zeros(3, 5, 6), torch.zeros(2, 5, 7))
