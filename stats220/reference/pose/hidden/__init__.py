"""Lab 4's hidden checks: the requirements of ``stats220.checks.pose`` on other inputs, compared with scipy and NumPy."""

from stats220.reference.pose.hidden.frames import keypoint_masks, preprocess
from stats220.reference.pose.hidden.locating import locate_keypoints
from stats220.reference.pose.hidden.loss import bernoulli_loss
from stats220.reference.pose.hidden.masks import dilate, downsample
from stats220.reference.pose.hidden.optimizer import momentum_step, step_decay
from stats220.reference.pose.hidden.stages import extract_features, stage_shapes
from stats220.reference.pose.hidden.template import TemplatePoseTracker, upsample_template
from stats220.reference.pose.hidden.training import train
from stats220.reference.pose.hidden.transfer import (
    ResNetPoseTracker,
)

__all__ = [
    "ResNetPoseTracker",
    "TemplatePoseTracker",
    "bernoulli_loss",
    "dilate",
    "downsample",
    "extract_features",
    "keypoint_masks",
    "locate_keypoints",
    "momentum_step",
    "preprocess",
    "stage_shapes",
    "step_decay",
    "train",
    "upsample_template",
]
