"""Training of the ResNet's head: on features extracted once, against running the frozen stages for every image of every epoch.

Both runs use the same frames, initial weights, order, epochs, precision and code (`train`), and end at the same validation loss: the
frozen part gives the same features each time. The course's own lab runs it each time.

What both have to do in each epoch, the loss at full size, costs as much as the head: so both take torch's fused loss here, not one of
several passes over a million logits. On a CPU the figures are seconds of one core, which other work on the machine does not change much.
"""

from __future__ import annotations

import copy
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.table import Row
from stats220.arrays import pick_device
from stats220.data.backbones import load_backbone
from stats220.data.pose import load_mouse_reaching
from stats220.reference.pose import (
    ResNetPoseTracker,
    dilate,
    downsample,
    extract_features,
    keypoint_masks,
    preprocess,
)
from stats220.reference.pose.training import train

NUM_PAIRS = 2


def loss_at_full_size(logits: Tensor, targets: Tensor) -> Tensor:
    """The Bernoulli loss of logits as small as the features, interpolated as the tracker does."""
    full_size = F.interpolate(logits[None], size=targets.shape[1:], mode="bilinear")[0]
    return F.binary_cross_entropy_with_logits(full_size, targets)


def run(quick: bool = True) -> list[Row]:
    """ResNet-50 to stage 1 on half-size frames: 4 + 2 of them for 20 epochs, or 44 + 11 for 40."""
    mouse = load_mouse_reaching()
    split, num_epochs = mouse.split(seed=0), 20 if quick else 40
    train_frames, validation_frames = (split.train[:4], split.validation[:2]) if quick else split
    device = pick_device()
    clock = process_time if device.type == "cpu" else perf_counter
    torch.set_num_threads(1)
    data = {}
    for i in [*train_frames, *validation_frames]:
        masks = keypoint_masks(mouse.keypoints_xy[i], *mouse.images[i].shape[:2])
        image, masks = downsample(preprocess(mouse.images[i]), masks, 2)
        data[i] = (image.to(device), dilate(masks, 21).to(device))
    # The weights do not matter for the time; where ImageNet's cannot be had, random ones serve.
    backbone = load_backbone("resnet50", weights="random").to(device)
    torch.manual_seed(0)
    slow = ResNetPoseTracker(backbone, len(mouse.keypoint_names)).to(device)
    options: dict[str, Any] = {"num_epochs": num_epochs, "learning_rate": 0.1, "progress": False}

    # By turns, each from the same weights; the first pair is not counted.
    taken = []
    for _ in range(1 + NUM_PAIRS):
        heads = copy.deepcopy(slow), copy.deepcopy(slow)
        start = clock()
        images = [image for image, _ in data.values()]
        features = dict(zip(data, extract_features(backbone, images), strict=True))
        extraction = clock() - start
        fast_history = train(
            heads[0].head,
            [(features[i], data[i][1]) for i in train_frames],
            [(features[i], data[i][1]) for i in validation_frames],
            loss_at_full_size,
            **options,
        )
        ours = clock() - start

        start = clock()
        slow_history = train(
            heads[1],
            [data[i] for i in train_frames],
            [data[i] for i in validation_frames],
            F.binary_cross_entropy_with_logits,
            **options,
        )
        taken.append((extraction, ours, clock() - start))
    extraction, ours, peer = (median(column) for column in zip(*taken[1:], strict=True))
    ratio = median(pair[2] / pair[1] for pair in taken[1:])

    losses = fast_history.validation_losses[-1], slow_history.validation_losses[-1]
    if not np.isclose(*losses, rtol=1e-3):
        raise RuntimeError(f"the two runs ended at different validation losses, {losses}")
    megabytes = sum(x.numel() * x.element_size() for x in features.values()) / 1e6
    return [
        Row(
            "pose_training",
            f"ResNet-50, stage 1: {len(train_frames)} + {len(validation_frames)} frames, {num_epochs} epochs, {device}",
            f"{ours:.1f} s: {extraction:.1f} s for {megabytes:.0f} MB of features, then "
            f"{(ours - extraction) / num_epochs:.2f} s an epoch; loss {losses[0]:.5f}",
            f"{peer:.1f} s: {peer / num_epochs:.2f} s an epoch; loss {losses[1]:.5f}",
            ratio,
            "frozen stages run again for every image of every epoch, as in the course's lab",
        )
    ]
