"""Lab 4's answer key on the recorded frames, beside figures that others measured with their own code."""

import collections

import numpy as np
import pytest
import torch

from stats220.data.frames import LabeledFrames
from stats220.data.pose import load_mouse_reaching
from stats220.reference.pose import (
    TemplatePoseTracker,
    bernoulli_loss,
    dilate,
    downsample,
    keypoint_masks,
    preprocess,
)


@pytest.fixture(scope="module")
def mouse(recordings: object) -> LabeledFrames:
    return load_mouse_reaching()


def targets_of(mouse: LabeledFrames, i: int) -> torch.Tensor:
    """Masks at half the size, dilated to squares of 21 pixels."""
    height, width = mouse.images[i].shape[:2]
    masks = keypoint_masks(mouse.keypoints_xy[i], height, width)
    return dilate(downsample(torch.zeros(3, height, width), masks, 2)[1], 21)


def test_mask_sums_of_the_55_frames(mouse: LabeledFrames) -> None:
    """A whole square has 441 pixels; one frame has a square that the border cuts."""
    sums = collections.Counter(int(targets_of(mouse, i).sum()) for i in range(len(mouse)))
    assert sums == {1764: 39, 2205: 14, 2016: 1, 882: 1}


def test_loss_before_training_is_the_courses(mouse: LabeledFrames) -> None:
    """Training image 0 of the course's own lab, which divides by 256: 0.9426 at seed 0."""
    (i,) = np.flatnonzero(mouse.frame_numbers == 194)
    image = mouse.images[i]
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    divided_by_256 = torch.tensor(((image / 256 - mean) / std).transpose(2, 0, 1)).float()
    small, _ = downsample(divided_by_256, torch.zeros(5, *image.shape[:2]), 2)
    torch.manual_seed(0)
    tracker = TemplatePoseTracker(5, downsample=4, patch_size=101)
    assert bernoulli_loss(tracker(small), targets_of(mouse, i)).item() == pytest.approx(
        0.9426, abs=5e-5
    )


def test_preprocessed_frame_is_near_the_one_divided_by_256(mouse: LabeledFrames) -> None:
    image = mouse.images[0]
    red = (image[..., 0] / 256 - 0.485) / 0.229
    difference = np.abs(preprocess(image)[0].numpy() - red)
    assert difference.max() <= 1 / 256 / 0.229
