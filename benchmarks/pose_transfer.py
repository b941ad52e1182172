"""The lab's own trackers on the recorded frames, as its last part shows them: templates, and a head on frozen deep features.

`ResNetPoseTracker` on the third stage of EfficientNet-Lite0, with ImageNet's weights and with random ones, for 20 epochs; templates from
both starts for 40. Each map is read twice: by its largest logit, and by the middle of what lies around that. A comparison without random
weights would credit ImageNet with what any features can do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.pose_templates import RECIPES, fit, largest, middle
from benchmarks.pose_training import loss_at_full_size
from benchmarks.table import Row
from stats220.data.backbones import Backbone, load_backbone
from stats220.data.frames import LabeledFrames
from stats220.data.pose import load_mouse_reaching
from stats220.reference.pose import (
    ResNetPoseTracker,
    dilate,
    downsample,
    extract_features,
    keypoint_masks,
    train,
)

NUM_STAGES = 3
Result = tuple[float, dict[str, np.ndarray]]


def fit_heads(
    mouse: LabeledFrames, backbone: Backbone, seeds: Sequence[int], num_epochs: int = 20
) -> list[Result]:
    """Validation loss, and distances in pixels for both ways to locate, of a head for each split."""
    images, targets = [], []
    for frame, xy in zip(mouse.images, mouse.keypoints_xy, strict=True):
        scaled = torch.tensor(frame).permute(2, 0, 1) / 127.5 - 1  # as this network was trained
        image, masks = downsample(scaled, keypoint_masks(xy, *frame.shape[:2]), 2)
        images.append(image)
        targets.append(dilate(masks, 21))
    features = extract_features(backbone, images, NUM_STAGES)
    results = []
    for seed in seeds:
        split = mouse.split(seed)
        head = ResNetPoseTracker(backbone, len(mouse.keypoint_names), NUM_STAGES).head
        rates = torch.stack([targets[i].mean(dim=(1, 2)) for i in split.train]).mean(dim=0)
        nn.init.zeros_(head.weight)
        head.load_state_dict({"weight": head.weight, "bias": torch.logit(rates)})
        history = train(
            head,
            [(features[i], targets[i]) for i in split.train],
            [(features[i], targets[i]) for i in split.validation],
            loss_at_full_size,
            num_epochs=num_epochs,
            learning_rate=50 / float(features[0].square().sum(dim=0).mean()),
            decay_every=num_epochs // 2,
            seed=seed,
            progress=False,
        )
        distances = {}
        for how in (largest, middle):
            found = []
            for i in split.validation:
                with torch.no_grad():
                    small, size = head(features[i][None]), targets[i].shape[1:]
                    found.append(how(F.interpolate(small, size, mode="bilinear")[0]).numpy())
            off = np.stack(found) - mouse.keypoints_xy[split.validation]
            distances[how.__name__] = np.hypot(*np.moveaxis(off, -1, 0))
        results.append((history.validation_losses[-1], distances))
    return results


def describe(case: str, results: Sequence[Result], baseline: float) -> Row:
    """One row for a tracker; the ratio is that of the RMSE of the middle, the baseline's over this one's."""
    losses = [loss for loss, _ in results]
    texts, rmse = [], 0.0
    for how in ("largest", "middle"):
        all_distances = np.concatenate([distances[how].ravel() for _, distances in results])
        scored = all_distances[np.isfinite(all_distances)]
        rmse = float(np.sqrt(np.mean(scored**2)))
        texts.append(f"{how}: median {np.median(scored):.1f}, RMSE {rmse:.1f} px")
    return Row(
        "pose_transfer",
        f"{case}; {len(results)} splits",
        f"loss {np.mean(losses):.4f} ({min(losses):.4f} to {max(losses):.4f}); {'; '.join(texts)}",
        f"RMSE {baseline:.1f} px" if baseline else "",
        baseline / rmse if baseline else 1.0,
        "ratio of RMSE of the middle, over that of the first row",
    )


def run(quick: bool = True) -> list[Row]:
    """One split, templates and ImageNet's features; or five splits for templates, three for features of both kinds."""
    torch.set_num_threads(1)
    mouse = load_mouse_reaching()
    rows: list[Row] = []
    baseline = 0.0
    for recipe in RECIPES[:1] if quick else RECIPES[:2]:
        results = [fit(mouse, recipe, seed, 40) for seed in range(1 if quick else 5)]
        rows.append(describe(f"template, 40 epochs, {recipe.name}", results, baseline))
        if not baseline:
            middles = np.concatenate([distances["middle"].ravel() for _, distances in results])
            baseline = float(np.sqrt(np.nanmean(middles**2)))
    for pretrained in (True,) if quick else (True, False):
        backbone = load_backbone(
            "efficientnet_lite0", weights="imagenet" if pretrained else "random"
        )
        case = f"head on EfficientNet-Lite0, stage {NUM_STAGES}, {backbone.weights}, 20 epochs"
        rows.append(describe(case, fit_heads(mouse, backbone, range(1 if quick else 3)), baseline))
    return rows
