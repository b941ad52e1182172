"""How the tracker of *Towards DeepLabCut* learns: its head on frozen features, with augmented copies, and all stages."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor

from stats220.data.training import check_finite
from stats220.errors import InputError
from stats220.reference.pose.augmentation import augment, pad_frames
from stats220.reference.pose.deeplabcut import OffsetPoseTracker, locate_cells, location_loss


def extract_cell_features(
    tracker: OffsetPoseTracker, images: Sequence[UInt8[np.ndarray, "_ _ 3"]]
) -> tuple[Float[Tensor, "num_frames num_features rows columns"], list[tuple[int, int]]]:
    """Frozen features of frames, computed once, in half precision, on the CPU; and the frames' sizes."""
    device = next(tracker.parameters()).device
    padded, sizes = pad_frames(images)
    tracker.eval()
    with torch.no_grad():
        features = [tracker.features(image[None].to(device)).half().cpu() for image in padded]
    return torch.cat(features), sizes


def fit_head(
    tracker: OffsetPoseTracker,
    features: Float[Tensor, "num_examples num_features rows columns"],
    sizes: Sequence[tuple[int, int]],
    keypoints_xy: Float[np.ndarray, "num_examples num_keypoints 2"],
    *,
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]] | None = None,
    num_copies: int = 0,
    num_epochs: int = 40,
    learning_rate: float = 3e-3,
    weight_decay: float = 0.1,
    batch_size: int = 8,
    sigma_px: float = 10.0,
    seed: int = 0,
) -> list[float]:
    """Train the head on features that were extracted once: AdamW, one cycle of learning rates.

    Parameters
    ----------
    tracker : OffsetPoseTracker
    features, sizes
        Of the frames, from `extract_cell_features`.
    keypoints_xy : ndarray (num_examples, num_keypoints, 2)
        NaN: not labeled.
    images : sequence of uint8 arrays (height, width, 3), optional
        The frames themselves; needed where `num_copies` is above 0.
    num_copies : int
        Augmented copies of each frame to train on as well. Frozen features of a few dozen frames are soon learned by heart; features of
        turned, scaled and shifted copies, extracted once too, stand against that for a tenth of the time of `fine_tune`.
    num_epochs, learning_rate, weight_decay, batch_size
        Of the optimization.
    sigma_px : float
        Width of the targets, see `location_loss`.
    seed : int
        Of the copies and of the order of the examples.

    Returns
    -------
    list of num_epochs floats
        The mean loss of each epoch.

    Raises
    ------
    InputError
        If copies are wanted of images that are not given.
    """
    device = next(tracker.parameters()).device
    if num_copies:
        if images is None or len(images) != len(features):
            raise InputError(
                f"num_copies={num_copies} needs images, one for each of the {len(features)} frames"
            )
        copies, labels_of_copies = augmented_copies(images, keypoints_xy, num_copies, seed)
        more, more_sizes = extract_cell_features(tracker, copies)
        features = torch.cat([features, _padded_like(more, features)])
        sizes = [*sizes, *more_sizes]
        keypoints_xy = np.concatenate([keypoints_xy, labels_of_copies])
    generator = torch.Generator().manual_seed(seed)
    labels = torch.tensor(keypoints_xy, dtype=torch.float32)
    tracker.set_statistics(features)
    tracker.eval()  # the statistics stay as they are; the head has no layer that cares
    optimizer = torch.optim.AdamW(
        tracker.head.parameters(), learning_rate, weight_decay=weight_decay
    )
    num_batches = -(-len(features) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learning_rate, total_steps=num_epochs * num_batches
    )
    history = []
    for epoch in range(num_epochs):
        losses = []
        for batch in torch.split(torch.randperm(len(features), generator=generator), batch_size):
            if not torch.isfinite(labels[batch]).any():
                continue  # a small last batch of frames without any key point teaches nothing
            cells = tracker(features[batch].float().to(device), [sizes[i] for i in batch])
            loss = location_loss(cells, labels[batch].to(device), sigma_px)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(check_finite(loss, epoch))
            schedule.step()
        history.append(float(np.mean(losses)))
    return history


def augmented_copies(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    keypoints_xy: Float[np.ndarray, "num_frames num_keypoints 2"],
    num_copies: int,
    seed: int,
) -> tuple[list[UInt8[np.ndarray, "_ _ 3"]], Float[np.ndarray, "num_more num_keypoints 2"]]:
    """So many transformed copies of each frame, with their key points; the global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pairs = [
            augment(image, xy)
            for _ in range(num_copies)
            for image, xy in zip(images, keypoints_xy, strict=True)
        ]
    return [image for image, _ in pairs], np.stack([xy for _, xy in pairs])


def _padded_like(features: Tensor, others: Tensor) -> Tensor:
    """Features on a grid of as many rows and columns: frames are padded to the largest of their own batch."""
    rows, columns = (n - own for n, own in zip(others.shape[-2:], features.shape[-2:], strict=True))
    return F.pad(features, (0, columns, 0, rows)) if rows or columns else features


def fine_tune(
    tracker: OffsetPoseTracker,
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    keypoints_xy: Float[np.ndarray, "num_frames num_keypoints 2"],
    *,
    num_epochs: int = 20,
    learning_rate: float = 1e-3,
    backbone_learning_rate: float = 1e-4,
    batch_size: int = 4,
    sigma_px: float = 10.0,
    seed: int = 0,
) -> list[float]:
    """Train all stages, on new augmented frames each epoch; in mixed precision where the tracker is on a GPU.

    BatchNorm keeps its pretrained statistics: four frames are too few for others. Call `fit_head` first: gradients of a head that
    knows nothing would ruin the features.

    Returns
    -------
    list of num_epochs floats
        The mean loss of each epoch.
    """
    device = next(tracker.parameters()).device
    tracker.eval()
    tracker.backbone.requires_grad_(True)
    groups = [
        {"params": tracker.head.parameters(), "lr": learning_rate},
        {"params": tracker.backbone.parameters(), "lr": backbone_learning_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, num_epochs)
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for epoch in range(num_epochs):
            losses = []
            for batch in torch.split(torch.randperm(len(images)), batch_size):
                pairs = [augment(images[i], keypoints_xy[i]) for i in batch]
                padded, sizes = pad_frames([image for image, _ in pairs])
                labels = torch.tensor(np.stack([xy for _, xy in pairs]), dtype=torch.float32)
                with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                    cells = tracker(tracker.features(padded.to(device)), sizes)
                loss = location_loss(cells, labels.to(device), sigma_px)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(check_finite(loss, epoch))
            schedule.step()
            history.append(float(np.mean(losses)))
    return history


def predict(
    trackers: Sequence[OffsetPoseTracker],
    features: Float[Tensor, "num_frames num_features rows columns"],
    sizes: Sequence[tuple[int, int]],
) -> Float[np.ndarray, "num_frames num_keypoints 2"]:
    """Key points in frames, from their features: the mean over trackers that differ in their seeds only."""
    places = []
    for tracker in trackers:
        device = next(tracker.parameters()).device
        tracker.eval()
        with torch.no_grad():
            cells = tracker(features.float().to(device), sizes)
            places.append(locate_cells(cells).cpu().numpy())
    mean: np.ndarray = np.mean(places, axis=0)
    return mean
