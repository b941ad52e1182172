"""Pixels on held-out frames: an offset tracker on frozen features of EfficientNet-Lite0, with ImageNet's weights and with random ones.

Without and with augmented copies of the frames to train on, and corrected by labeled frames that look alike.
Split at random (three seeds, 44 + 11 frames), and by five blocks of frame numbers, each held out in turn: all frames are of one
video, and random ones have near twins among those trained on. 45 labeled points a split say nothing about differences below a pixel:
the interval of a median, over frames drawn anew, is told with it.
Last, on the random splits, with all stages trained on augmented frames: some minutes a split on a CPU.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from benchmarks.table import Row
from stats220.arrays import pick_device
from stats220.data.backbones import Backbone, load_backbone
from stats220.data.frames import LabeledFrames, Split
from stats220.data.keypoints import pixel_errors
from stats220.data.pose import load_mouse_reaching
from stats220.reference.pose.deeplabcut import OffsetPoseTracker
from stats220.reference.pose.deeplabcut_lookalikes import refine_by_lookalikes
from stats220.reference.pose.deeplabcut_training import (
    extract_cell_features,
    fine_tune,
    fit_head,
    predict,
)

# What an independent study with the same frozen network achieves: median, mean and RMSE in pixels.
PEERS = {"imagenet": (6.9, 9.7, 12.4), "random": (12.8, 40.0, 96.0)}


class Recipe(NamedTuple):
    """How a tracker is trained: epochs of the head, copies of each frame, epochs of all stages; and whether look-alikes correct it."""

    num_epochs: int
    num_copies: int = 0
    fine_tuning: int = 0
    lookalikes: bool = False

    def __str__(self) -> str:
        words = [f"{self.num_copies} augmented copies of each frame"] * (self.num_copies > 0)
        words += [f"all stages for {self.fine_tuning} epochs"] * (self.fine_tuning > 0)
        words += ["corrected by look-alikes"] * self.lookalikes
        return ", ".join(words) or "head alone"


HEAD, COPIES, TUNED = Recipe(30), Recipe(30, num_copies=4), Recipe(30, fine_tuning=20)
CORRECTED = Recipe(30, lookalikes=True)


def held_out(
    backbone: Backbone,
    mouse: LabeledFrames,
    splits: Sequence[Split],
    features: Tensor,
    sizes: Sequence[tuple[int, int]],
    recipe: Recipe,
) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and labeled key points of all held-out frames."""
    predicted, labeled = [], []
    for seed, split in enumerate(splits):
        torch.manual_seed(100 * seed)
        own = copy.deepcopy(backbone) if recipe.fine_tuning else backbone
        tracker = OffsetPoseTracker(own, len(mouse.keypoint_names))
        train_keypoints_xy, held = mouse.keypoints_xy[split.train], split.validation
        train_images = [mouse.images[i] for i in split.train]
        fit_head(
            tracker.to(pick_device()),
            features[split.train],
            [sizes[i] for i in split.train],
            train_keypoints_xy,
            images=train_images,
            num_copies=recipe.num_copies,
            num_epochs=recipe.num_epochs,
            seed=100 * seed,
        )
        held_features = features[held]
        held_images = [mouse.images[i] for i in held]
        if recipe.fine_tuning:
            fine_tune(tracker, train_images, train_keypoints_xy, num_epochs=recipe.fine_tuning)
            held_features, _ = extract_cell_features(tracker, held_images)
        places_xy = predict([tracker], held_features, [sizes[i] for i in held])
        if recipe.lookalikes:
            places_xy = refine_by_lookalikes(
                places_xy, held_images, train_images, train_keypoints_xy
            )
        predicted.append(places_xy)
        labeled.append(mouse.keypoints_xy[held])
    return np.concatenate(predicted), np.concatenate(labeled)


def describe(predicted: np.ndarray, labeled: np.ndarray, names: Sequence[str]) -> tuple[str, float]:
    """All figures in words, and the median."""
    d = np.hypot(*np.moveaxis(predicted - labeled, -1, 0))
    d = d[np.isfinite(d)]
    parts = pixel_errors(predicted, labeled)
    each = ", ".join(
        f"{name} {median:.1f}/{rmse:.1f}/{p90:.1f} ({number})"
        for name, median, rmse, p90, number in zip(
            names, parts.median_px, parts.rmse_px, parts.p90_px, parts.num_scored, strict=True
        )
    )
    overall = f"median {np.median(d):.1f}, mean {d.mean():.1f}, RMSE {np.sqrt(np.mean(d**2)):.1f}, p90 {np.percentile(d, 90):.1f} px"
    low, high = interval_of_median(predicted, labeled)
    interval = f"95 % interval of the median {low:.1f} to {high:.1f}"
    return f"{overall}, {interval}; median/RMSE/p90 (n): {each}", float(np.median(d))


def interval_of_median(
    predicted: np.ndarray, labeled: np.ndarray, num_draws: int = 2000
) -> tuple[float, float]:
    """95 % bootstrap interval of the median error: whole frames are drawn, for the key points of one err together.

    Too narrow, if anything: random splits hold out some frames twice, and all frames are of one video.
    """
    d = np.hypot(*np.moveaxis(predicted - labeled, -1, 0))
    drawn = np.random.default_rng(0).integers(len(d), size=(num_draws, len(d)))
    low, high = np.percentile([np.nanmedian(d[frames]) for frames in drawn], [2.5, 97.5])
    return float(low), float(high)


def run(quick: bool = True) -> list[Row]:
    """Quick: one random split and 10 epochs; full: three random splits, five blocks, 30 epochs, random weights, and fine-tuning."""
    mouse = load_mouse_reaching()
    random_splits = [mouse.split(seed) for seed in range(1 if quick else 3)]
    blocks = mouse.split_by_blocks(5)
    if quick:
        cases = [("imagenet", "random splits", random_splits, Recipe(10))]
    else:
        cases = [
            (weights, name, splits, recipe)
            for weights in ("imagenet", "random")
            for name, splits in (
                ("random splits", random_splits),
                ("blocks of frame numbers", blocks),
            )
            for recipe in (HEAD, CORRECTED, COPIES, TUNED)
            if recipe is not TUNED or (weights, name) == ("imagenet", "random splits")
        ]
    rows = []
    for weights, name, splits, recipe in cases:
        backbone = load_backbone("efficientnet_lite0", weights=weights)
        tracker = OffsetPoseTracker(backbone, len(mouse.keypoint_names)).to(pick_device())
        features, sizes = extract_cell_features(tracker, mouse.images)
        start = time.process_time()
        found = held_out(backbone, mouse, splits, features, sizes, recipe)
        seconds = (time.process_time() - start) / len(splits)
        text, _ = describe(*found, mouse.keypoint_names)
        peer = PEERS[weights]
        rows.append(
            Row(
                "pose_accuracy",
                f"{backbone.weights}, {len(splits)} {name}, {recipe}",
                f"{text}; {seconds:.0f} CPU s a split",
                "",
                float("nan"),
                "on held-out frames",
            )
        )
        print(rows[-1].case, rows[-1].ours, flush=True)
        elsewhere = f"median {peer[0]}, mean {peer[1]}, RMSE {peer[2]} px"
        print(
            f"  not measured here: an independent study, same network, random splits: {elsewhere}"
        )
    return rows
