"""Towards DeepLabCut: score maps with offsets on several stages of a pretrained network.

How they learn: ``deeplabcut_training``; how labeled frames correct what they found: ``deeplabcut_lookalikes``.

The ungraded last part of the lab, whole. What it adds to ``ResNetPoseTracker``:

- features of several stages, brought to one grid of cells: deep ones know what they see, shallow ones where;
- for each cell, besides a score, an *offset*: from the center of the cell to the key point, so that large cells do not cost accuracy;
- one hidden layer, and a softmax over the cells, for a key point is in one place (what it costs: it is never nowhere);
- frames and key points that are turned, scaled and shifted together: a few copies of each for the head, new ones each epoch for all stages.

References
----------
E. Insafutdinov et al. (2016). DeeperCut. ECCV. A. Mathis et al. (2018). DeepLabCut. Nature Neuroscience 21:1281-1289.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from stats220.data.backbones import IMAGENET_MEAN, IMAGENET_STD, Backbone
from stats220.errors import InputError
from stats220.reference.pose.augmentation import PAD_TO

OUTSIDE = -1e4  # the score of a cell in the padding: a probability of 0, and still a finite number


class Cells(NamedTuple):
    """What the tracker says about each cell of a batch of frames.

    Attributes
    ----------
    scores : Tensor (num_frames, num_keypoints, rows, columns)
        Log probabilities, up to a constant a map, that the key point is in the cell; `OUTSIDE` in the padding.
    places_xy : Tensor (num_frames, num_keypoints, 2, rows, columns)
        If it is, where: center of the cell plus offset, in pixels of the frame.
    centers_xy : Tensor (2, rows, columns)
        x and y of the cells' centers, in pixels.
    """

    scores: Float[Tensor, "num_frames num_keypoints rows columns"]
    places_xy: Float[Tensor, "num_frames num_keypoints 2 rows columns"]
    centers_xy: Float[Tensor, "2 rows columns"]


class OffsetPoseTracker(nn.Module):
    """Scores and offsets on the features of several stages.

    Parameters
    ----------
    backbone : Backbone
    num_keypoints : int
    stages : sequence of ints
        From 1, increasing: whose features are used.
    cell_stage : int
        Whose grid the cells have, one of `stages`.
    factor : int
        Frames are averaged over squares of so many pixels first: less work, and each feature sees more of the animal.
    num_hidden : int
        Units of the hidden layer.
    """

    image_mean: Tensor
    image_std: Tensor
    feature_mean: Tensor
    feature_std: Tensor

    def __init__(
        self,
        backbone: Backbone,
        num_keypoints: int,
        stages: Sequence[int] = (1, 2, 3),
        cell_stage: int = 2,
        factor: int = 2,
        num_hidden: int = 64,
    ) -> None:
        super().__init__()
        for stage in (*stages, cell_stage):
            backbone.check_num_stages(stage)
        self.backbone, self.stages, self.num_keypoints = backbone, tuple(stages), num_keypoints
        self.cell, self.factor = self.stages.index(cell_stage), factor
        self.register_buffer("image_mean", torch.tensor(IMAGENET_MEAN)[:, None, None])
        self.register_buffer("image_std", torch.tensor(IMAGENET_STD)[:, None, None])
        side = PAD_TO * factor
        with torch.no_grad():
            _, num_features, _, columns = self.features(torch.zeros(1, 3, side, side)).shape
        self.cell_px = side // columns
        # Of the training frames' features: set once, by `fit_head`.
        self.register_buffer("feature_mean", torch.zeros(num_features, 1, 1))
        self.register_buffer("feature_std", torch.ones(num_features, 1, 1))
        self.head = nn.Sequential(
            nn.Conv2d(num_features, num_hidden, 1),
            nn.ReLU(),
            nn.Conv2d(num_hidden, 3 * num_keypoints, 3, padding=1),
        )

    def features(
        self, images: UInt8[Tensor, "num_frames 3 height width"]
    ) -> Float[Tensor, "num_frames num_features rows columns"]:
        """All chosen features of padded frames on one grid: a finer grid's squares become channels, a coarser grid is interpolated."""
        x = F.avg_pool2d((images.float() / 255 - self.image_mean) / self.image_std, self.factor)
        x, maps = self.backbone.stem(x), []
        for number, stage in enumerate(self.backbone.stages, start=1):
            x = stage(x) if number <= self.stages[-1] else x
            if number in self.stages:
                maps.append(x)
        rows, columns = maps[self.cell].shape[-2:]
        finer = [F.pixel_unshuffle(x, x.shape[-2] // rows) for x in maps[: self.cell + 1]]
        coarser = [
            F.interpolate(x, (rows, columns), mode="bilinear") for x in maps[self.cell + 1 :]
        ]
        return torch.cat([*finer, *coarser], dim=1)

    def set_statistics(
        self, features: Float[Tensor, "num_examples num_features rows columns"]
    ) -> None:
        """Standardize features from now on by the mean and standard deviation of these."""
        self.feature_mean = (
            features.float().mean(dim=(0, 2, 3))[:, None, None].to(self.feature_mean)
        )
        spread = features.float().std(dim=(0, 2, 3))[:, None, None].to(self.feature_std)
        self.feature_std = (
            spread + 1e-3
        )  # a feature that is always the same is no reason to divide by 0

    def forward(
        self,
        features: Float[Tensor, "num_frames num_features rows columns"],
        sizes: Sequence[tuple[int, int]],
    ) -> Cells:
        """Scores and places from features.

        Parameters
        ----------
        features : Tensor (num_frames, num_features, rows, columns)
        sizes : sequence of num_frames (height, width)
            Of the frames without their padding, where no key point can be.
        """
        answers = self.head((features - self.feature_mean) / self.feature_std).float()
        rows, columns = answers.shape[-2:]
        centers_xy = cell_centers(rows, columns, self.cell_px).to(answers.device)
        heights, widths = torch.tensor(sizes, device=answers.device)[..., None, None].unbind(1)
        outside = (centers_xy[0] >= widths) | (centers_xy[1] >= heights)
        scores = answers[:, : self.num_keypoints].masked_fill(outside[:, None], OUTSIDE)
        offsets = answers[:, self.num_keypoints :].unflatten(1, (self.num_keypoints, 2))
        return Cells(scores, centers_xy + self.cell_px * offsets, centers_xy)


def cell_centers(rows: int, columns: int, cell_px: int) -> Float[Tensor, "2 rows columns"]:
    """Where the cells' centers are, x and y in pixels: at (cell_px - 1) / 2 in the first."""
    x, y = torch.meshgrid(torch.arange(columns), torch.arange(rows), indexing="xy")
    return (torch.stack([x, y]) + 0.5) * cell_px - 0.5


def location_loss(
    cells: Cells, keypoints_xy: Float[Tensor, "num_frames num_keypoints 2"], sigma_px: float = 10.0
) -> Float[Tensor, ""]:
    """Cross entropy of the cells near each key point, plus the error of the places that these cells name.

    Parameters
    ----------
    cells : Cells
    keypoints_xy : Tensor (num_frames, num_keypoints, 2)
        NaN: not labeled, and without influence, on gradients too.
    sigma_px : float
        The target is a Gaussian of this width over the cells of the frame, which sums to 1 also where the frame's edge cuts it
        off; the error is averaged with it, too.

    Returns
    -------
    Tensor ()

    Raises
    ------
    InputError
        If no key point is labeled in any frame of the batch.
    """
    labeled = torch.isfinite(keypoints_xy).all(dim=-1)
    if not labeled.any():
        raise InputError("no key point is labeled in these frames: leave out frames without labels")
    # Chosen before any arithmetic: 0 times NaN is NaN, and so is the gradient of a branch that is not taken.
    keypoints = keypoints_xy[labeled][:, :, None, None]
    scores = cells.scores[labeled].flatten(1)
    distances = (keypoints - cells.centers_xy).square().sum(dim=1).flatten(1)
    distances = distances.masked_fill(scores <= OUTSIDE, torch.inf)
    targets = (-distances / (2 * sigma_px**2)).softmax(dim=1)
    log_probabilities = scores.log_softmax(dim=1)
    errors = F.smooth_l1_loss(
        cells.places_xy[labeled],
        keypoints.expand_as(cells.places_xy[labeled]),
        reduction="none",
        beta=4.0,
    )
    cell_px = float(cells.centers_xy[0, 0, 1] - cells.centers_xy[0, 0, 0])
    misplaced = (targets * errors.sum(dim=1).flatten(1)).sum(dim=1).mean()
    return -(targets * log_probabilities).sum(dim=1).mean() + misplaced / cell_px


def locate_cells(cells: Cells, reach: int = 1) -> Float[Tensor, "num_frames num_keypoints 2"]:
    """The place that the most probable cell and its neighbors agree on: the mean of what they name, by their probabilities.

    Parameters
    ----------
    cells : Cells
    reach : int
        How many neighbors have a say on each side.

    Returns
    -------
    Tensor (num_frames, num_keypoints, 2)
        x and y in pixels of the frame.
    """
    rows, columns = cells.scores.shape[-2:]
    best = cells.scores.flatten(2).argmax(dim=2)[..., None, None]
    y = torch.arange(rows, device=best.device)[:, None]
    x = torch.arange(columns, device=best.device)
    near = ((best // columns - y).abs() <= reach) & ((best % columns - x).abs() <= reach)
    weights = cells.scores.masked_fill(~near, -torch.inf).flatten(2).softmax(dim=2)
    return (weights[:, :, None] * cells.places_xy.flatten(3)).sum(dim=3)
