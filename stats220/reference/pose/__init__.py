"""Lab 4's answer key: the solved exercises. The hidden checks are in ``hidden``, the model answers in ``answers.md``."""

from stats220.reference.pose.frames import dilate, downsample, keypoint_masks, preprocess
from stats220.reference.pose.loss import bernoulli_loss
from stats220.reference.pose.template import TemplatePoseTracker, upsample_template

__all__ = [
    "TemplatePoseTracker",
    "bernoulli_loss",
    "dilate",
    "downsample",
    "keypoint_masks",
    "preprocess",
    "upsample_template",
]
