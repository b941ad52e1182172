"""Lab 4's answer key: the solved exercises. The hidden checks are in ``hidden``, the model answers in ``answers.md``."""

from stats220.reference.pose.frames import keypoint_masks, preprocess
from stats220.reference.pose.locating import locate_keypoints
from stats220.reference.pose.loss import bernoulli_loss
from stats220.reference.pose.masks import dilate, downsample
from stats220.reference.pose.optimizer import momentum_step, step_decay
from stats220.reference.pose.stages import extract_features, stage_shapes
from stats220.reference.pose.template import TemplatePoseTracker, upsample_template
from stats220.reference.pose.training import train
from stats220.reference.pose.transfer import ResNetPoseTracker

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
