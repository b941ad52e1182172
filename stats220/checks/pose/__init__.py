"""Lab 4's checks that students can run.

Each makes its own small inputs. What is expected comes from torch, scipy or a closed form, never from the answer key.
"""

from stats220.checks.pose.frames import keypoint_masks, preprocess
from stats220.checks.pose.locating import locate_keypoints
from stats220.checks.pose.loss import bernoulli_loss
from stats220.checks.pose.masks import dilate, downsample
from stats220.checks.pose.optimizer import momentum_step, step_decay
from stats220.checks.pose.stages import extract_features, stage_shapes
from stats220.checks.pose.template import TemplatePoseTracker, upsample_template
from stats220.checks.pose.training import train
from stats220.checks.pose.transfer import ResNetPoseTracker

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
