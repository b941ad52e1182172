"""Somewhere to begin: a triangulation with gaps, its gaps filled."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from stats220.errors import InputError
from stats220.models.gimbal.fitting import turn
from stats220.models.gimbal.prior import GimbalPrior


def fill_gaps(
    points_3d: Shaped[Any, "num_frames num_keypoints 3"], prior: GimbalPrior
) -> Float[np.ndarray, "num_frames num_keypoints 3"]:
    """Fill NaNs: over time where the key point is known in some frame, else along the bone of the mean pose.

    Raises
    ------
    InputError
        If nothing is known at all.
    """
    points = np.array(points_3d, dtype=float)
    known = np.isfinite(points).all(axis=-1)
    if not known.any():
        raise InputError("start holds no known point: triangulate some key points first")
    frames = np.arange(len(points))
    filled = known.any(axis=0)
    for k in np.flatnonzero(filled).tolist():
        for axis in range(3):
            at = known[:, k]
            points[:, k, axis] = np.interp(frames, frames[at], points[at, k, axis])
    parents = np.asarray(prior.parents)
    natural = np.mean(prior.pose_concentrations[..., None] * prior.pose_directions, axis=0)
    bones = np.flatnonzero((parents >= 0) & filled & filled[parents])
    directions = points[:, bones] - points[:, parents[bones]]
    # The heading that fits the known bones best, for the mean pose.
    across = np.einsum("tk,k->t", directions[..., 1], natural[bones, 0])
    across = across - np.einsum("tk,k->t", directions[..., 0], natural[bones, 1])
    along = np.einsum("tki,ki->t", directions[..., :2], natural[bones, :2])
    lengths = np.linalg.norm(natural, axis=-1, keepdims=True)
    # A bone that may point anywhere hangs down.
    unit = np.where(lengths > 0, natural / np.where(lengths > 0, lengths, 1.0), (0.0, 0.0, -1.0))
    mean_pose = np.tile(unit * prior.bone_lengths[:, None], (len(points), 1, 1))
    mean_pose = turn(mean_pose, np.arctan2(across, along))
    while not filled.all():  # outwards along the bones, from what is known
        before = filled.copy()
        for k in np.flatnonzero(parents >= 0).tolist():
            parent = int(parents[k])
            for new, old, sign in ((k, parent, 1.0), (parent, k, -1.0)):
                if filled[old] and not filled[new]:
                    points[:, new] = points[:, old] + sign * mean_pose[:, k]
                    filled[new] = True
        if (filled == before).all():  # another tree, none of which is known
            points[:, ~filled] = points[:, filled].mean(axis=1, keepdims=True)
            filled[:] = True
    return points
