"""Towards DeepLabCut, a last step: labeled frames that look alike correct the places that a tracker found.

A network is trained to be right on average over its frames. Where a frame to train on shows a key point's surroundings just as the new one does, its
label says more: the patch around it, found again near the tracker's place by normalized cross-correlation, carries the label along to a pixel. It is
the template of the lab's first half once more, with as many templates as labels, and told where to look.

A single label is off by some pixels itself, hence several votes, and half of the tracker's opinion. Far from what was labeled nothing looks alike, and the tracker's place stays.
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor

from stats220.errors import InputError


def refine_by_lookalikes(
    places_xy: Float[np.ndarray, "num_frames num_keypoints 2"],
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    train_images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    train_keypoints_xy: Float[np.ndarray, "num_examples num_keypoints 2"],
    *,
    half_px: int = 30,
    reach_px: int = 20,
    least_correlation: float = 0.9,
    num_votes: int = 5,
    share: float = 0.5,
) -> Float[np.ndarray, "num_frames num_keypoints 2"]:
    """Move each place toward where the most similar labeled patches say that it is.

    Parameters
    ----------
    places_xy : ndarray (num_frames, num_keypoints, 2)
        What a tracker found, x and y in pixels of the frame.
    images : sequence of num_frames uint8 arrays (height, width, 3)
        The frames it was found in.
    train_images, train_keypoints_xy
        Labeled frames, and their key points (num_examples, num_keypoints, 2); NaN: not labeled. They must not be among `images`.
    half_px : int
        Patches reach so far to each side of a label.
    reach_px : int
        They are looked for so far to each side of a place.
    least_correlation : float
        Patches that are not found again with a correlation of at least this have no vote.
    num_votes : int
        Of the others the best so many have one. Their median, x and y apart, is the look-alikes' opinion.
    share : float
        The look-alikes' weight; 1 less this is the tracker's. Where nobody has a vote, the place stays.

    Returns
    -------
    ndarray (num_frames, num_keypoints, 2)

    Raises
    ------
    InputError
        If frames and places, or frames and labels, are not equally many.
    """
    for many, frames, what in (
        (len(places_xy), images, "places_xy and images"),
        (len(train_keypoints_xy), train_images, "train_keypoints_xy and train_images"),
    ):
        if many != len(frames):
            raise InputError(f"{what} must be of the same frames: got {many} and {len(frames)}")
    refined: np.ndarray = np.array(places_xy, dtype=np.float64)
    margin = half_px + reach_px
    grays = [_gray(image, margin) for image in images]
    train_grays = [_gray(image, margin) for image in train_images]
    for k in range(refined.shape[1]):
        labeled = np.flatnonzero(np.isfinite(train_keypoints_xy[:, k]).all(axis=1))
        if not len(labeled):
            continue
        labels_xy = train_keypoints_xy[labeled, k]
        patches = torch.stack(
            [
                _around(train_grays[i], _nearest_pixel(xy), half_px, margin)
                for i, xy in zip(labeled, labels_xy, strict=True)
            ]
        )
        # Patches are cut out at the labels' nearest pixels: what labels lack of these moves along.
        rests_xy = labels_xy - _nearest_pixel(labels_xy)
        for i, (gray, image) in enumerate(zip(grays, images, strict=True)):
            center_xy = _nearest_pixel(refined[i, k]).clip(0, np.array(image.shape[1::-1]) - 1)
            found = correlations(patches, _around(gray, center_xy, margin, margin)).flatten(1)
            best, at = (x.numpy() for x in found.max(dim=1))
            votes = [v for v in (-best).argsort(kind="stable") if best[v] >= least_correlation]
            if not (votes := votes[:num_votes]):
                continue
            y, x = np.divmod(at[votes], 2 * reach_px + 1)
            voted_xy = center_xy + np.stack([x, y], axis=1) - reach_px + rests_xy[votes]
            refined[i, k] += share * (np.median(voted_xy, axis=0) - refined[i, k])
    return refined


def correlations(
    patches: Float[Tensor, "num_patches size size"], area: Float[Tensor, "height width"]
) -> Float[Tensor, "num_patches rows columns"]:
    """Pearson's correlation of each patch with each square of its size in an area, from -1 to 1; next to 0 where either is flat.

    Parameters
    ----------
    patches : Tensor (num_patches, size, size)
    area : Tensor (height, width)
        Neither side below `size`.

    Returns
    -------
    Tensor (num_patches, height - size + 1, width - size + 1)
        [p, r, c]: of patch p and ``area[r : r + size, c : c + size]``.
    """
    size = patches.shape[-1]
    patches = patches - patches.mean(dim=(1, 2), keepdim=True)
    area = (area - area.mean())[None, None]  # fewer digits are lost in the difference below
    variances = F.avg_pool2d(area.square(), size, 1) - F.avg_pool2d(area, size, 1).square()
    norms = patches.square().mean(dim=(1, 2)).clamp_min(1e-6)[:, None, None].sqrt()
    return (F.conv2d(area, patches[:, None]) / (size**2 * variances.clamp_min(1e-6).sqrt()))[
        0
    ] / norms


def _gray(image: UInt8[np.ndarray, "height width 3"], margin: int) -> Tensor:
    """The mean of red, green and blue, continued beyond the border by what is on it."""
    gray = torch.tensor(image.mean(axis=2), dtype=torch.float32)
    return F.pad(gray[None], (margin,) * 4, mode="replicate")[0]


def _around(gray: Tensor, center_xy: np.ndarray, half: int, margin: int) -> Tensor:
    """The square of side 2 half + 1 around a pixel of a frame that has a margin."""
    x, y = (int(value) + margin for value in center_xy)
    return gray[y - half : y + half + 1, x - half : x + half + 1]


def _nearest_pixel(xy: np.ndarray) -> np.ndarray:
    nearest: np.ndarray = np.floor(xy + 0.5)
    return nearest
