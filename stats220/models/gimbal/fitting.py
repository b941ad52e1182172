"""GIMBAL's parameters from poses that are known: motion capture, a simulator, or a careful triangulation."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped
from numpy.typing import NDArray

from stats220.data.multiview import check_parents
from stats220.errors import InputError
from stats220.models.gimbal.prior import GimbalPrior

SPAN_MM = (0.3, 1e4)  # least and largest standard deviation that a fit may find
MAX_CONCENTRATION = 400.0  # a spread of 3 degrees: the training poses are few


def fit_gimbal(
    points_3d: Shaped[Any, "num_frames num_keypoints 3"],
    parents: Shaped[Any, " num_keypoints"],
    *,
    heading_keypoints: tuple[int, int],
    num_states: int,
    pseudo_frames: float = 2.0,
    softness: float = 2.0,
    seed: int = 0,
) -> GimbalPrior:
    """Fit GIMBAL's prior to known poses.

    The pose states are clusters of the bones' directions in the body's axes, found by spherical k-means. Each state's mean direction and
    concentration are those of its frames and of `pseudo_frames` more that are spread as all frames together, so that a state
    of a few frames is not too sure of itself.

    Parameters
    ----------
    points_3d : array (num_frames, num_keypoints, 3)
        Consecutive frames, millimeters, z upwards; NaN: not known.
    parents : int array (num_keypoints,)
        -1: a root.
    heading_keypoints : (rear, front)
        The body points from the first key point to the second, seen from above.
    num_states : int
        How many pose states; 1: bone lengths with one mean pose.
    pseudo_frames : float
        See above.
    softness : float
        By which the fitted variances are multiplied and the concentrations divided. Each is right by itself, but the prior multiplies
        them: what bones, pose states and steps all know would count several times. On the simulator 2 gives 90 % regions that hold 90 %.
    seed : int
        Of the k-means.

    Returns
    -------
    GimbalPrior
        A bone that is never seen whole has the middle of the other lengths, a wide variance, and any direction.

    Raises
    ------
    InputError
        If the skeleton has a loop, the shapes are wrong, too few frames have a heading, or softness is not positive.
    """
    if not 0 < softness < np.inf:
        raise InputError(f"softness must be positive: got {softness}")
    points = np.asarray(points_3d, dtype=float)
    parents = np.asarray(parents)
    check_parents(parents)
    if points.ndim != 3 or points.shape[1:] != (len(parents), 3):
        raise InputError(
            f"points_3d must be (num_frames, {len(parents)}, 3), as parents has {len(parents)}: got {points.shape}"
        )
    headings = find_headings(points, heading_keypoints)
    usable = np.isfinite(headings)
    if not 1 <= num_states <= usable.sum():
        raise InputError(
            f"num_states={num_states} for {usable.sum()} frames whose heading is known: take fewer states, or more frames"
        )
    bones = points - points[:, np.maximum(parents, 0)]
    bones[:, parents < 0] = np.nan
    lengths = np.linalg.norm(bones, axis=-1)
    directions = turn(bones / lengths[..., None], -headings)
    mean_lengths, length_variances = _moments(lengths)
    step_variances = _moments(np.linalg.norm(np.diff(points, axis=0), axis=-1) / np.sqrt(3))
    labels = np.zeros(len(points), dtype=int)
    labels[usable] = cluster_directions(directions[usable], num_states, seed)
    everything = np.nansum(directions[usable], axis=0)
    count = np.isfinite(directions[usable]).all(-1).sum(0)
    usual = everything / np.maximum(count, 1)[:, None]  # (num_keypoints, 3), length R̄ of all frames
    means, concentrations = [], []
    for state in range(num_states):
        own = directions[usable & (labels == state)]
        own_count = np.isfinite(own).all(-1).sum(0)
        resultant = np.nansum(own, axis=0) + pseudo_frames * usual
        mean, length = _unit(resultant / (own_count + pseudo_frames)[:, None])
        means.append(mean)
        concentrations.append(_concentration(length))
    return GimbalPrior(
        parents=parents,
        bone_lengths=mean_lengths,
        bone_variances=softness * length_variances,
        pose_directions=np.stack(means),
        pose_concentrations=np.stack(concentrations) / softness,
        transition=_transition(labels, usable, num_states),
        step_variances=softness * (step_variances[0] ** 2 + step_variances[1]),
        root_mean=np.nanmean(points, axis=(0, 1)),
    )


def find_headings(
    points_3d: Float[np.ndarray, "num_frames num_keypoints 3"], heading_keypoints: tuple[int, int]
) -> Float[np.ndarray, " num_frames"]:
    """Where the body points in each frame, in radians about +z, 0 along +x; NaN where one of the two key points is unknown."""
    rear, front = heading_keypoints
    ahead = points_3d[:, front] - points_3d[:, rear]
    return np.asarray(np.arctan2(ahead[:, 1], ahead[:, 0]))


def turn(
    vectors: Float[np.ndarray, "num_frames *rest 3"], angles: Float[np.ndarray, " num_frames"]
) -> Float[np.ndarray, "num_frames *rest 3"]:
    """Turn the vectors of each frame about +z by that frame's angle."""
    turned = vectors.copy()
    shape = (len(angles), *[1] * (vectors.ndim - 2))
    cos, sin = np.cos(angles).reshape(shape), np.sin(angles).reshape(shape)
    turned[..., 0] = cos * vectors[..., 0] - sin * vectors[..., 1]
    turned[..., 1] = sin * vectors[..., 0] + cos * vectors[..., 1]
    return turned


def cluster_directions(
    directions: Float[np.ndarray, "num_frames num_keypoints 3"],
    num_clusters: int,
    seed: int = 0,
    num_rounds: int = 50,
) -> Int[np.ndarray, " num_frames"]:
    """Spherical k-means: each frame joins the mean pose with which its bones agree best, by the mean of their cosines.

    Parameters
    ----------
    directions : array (num_frames, num_keypoints, 3)
        Unit vectors; NaN: not known, left out of the mean.
    num_clusters : int
    seed : int
        Of the first mean pose; the others start at the frames that fit worst.
    num_rounds : int
        At most.

    Returns
    -------
    int array (num_frames,)
        None of the clusters is empty: one that loses its last frame takes the one that fits worst elsewhere.
    """
    known = np.isfinite(directions).all(axis=-1)
    filled = np.where(known[..., None], directions, 0.0)
    num_known = np.maximum(known.sum(axis=1), 1)
    means = filled[[np.random.default_rng(seed).integers(len(filled))]]
    while len(means) < num_clusters:
        agreement = np.einsum("tki,ski->ts", filled, means) / num_known[:, None]
        worst = np.argmin(np.max(agreement, axis=1))
        means = np.concatenate([means, filled[[worst]]])
    labels = np.full(len(filled), -1)
    for _ in range(num_rounds):
        agreement = np.einsum("tki,ski->ts", filled, means) / num_known[:, None]
        before, labels = labels, np.argmax(agreement, axis=1)
        for empty in set(range(num_clusters)) - set(labels.tolist()):
            fit = agreement[np.arange(len(labels)), labels]
            alone = np.bincount(labels, minlength=num_clusters)[labels] == 1
            labels[np.argmin(np.where(alone, np.inf, fit))] = empty
        if (labels == before).all():
            break
        means = np.stack([_unit(filled[labels == s].sum(axis=0))[0] for s in range(num_clusters)])
    return labels


def _unit(vectors: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors and lengths; where the length is 0, along +x."""
    lengths = np.linalg.norm(vectors, axis=-1)
    safe = np.where(lengths > 0, lengths, 1.0)[..., None]
    along_x = np.broadcast_to([1.0, 0.0, 0.0], vectors.shape)
    return np.where(lengths[..., None] > 0, vectors / safe, along_x), lengths


def _concentration(resultant_length: NDArray[np.float64]) -> NDArray[np.float64]:
    """Banerjee's approximation to the κ of a mean resultant length (JMLR 6, 2005, eq. 4.4), bounded."""
    r = np.minimum(resultant_length, 1 - 1e-6)
    return np.asarray(np.minimum(r * (3 - r**2) / (1 - r**2), MAX_CONCENTRATION))


def _moments(
    values: Float[np.ndarray, "num_frames num_keypoints"],
) -> tuple[Float[np.ndarray, " num_keypoints"], Float[np.ndarray, " num_keypoints"]]:
    """Mean and variance of each column without its NaNs; where fewer than 3 are left, the middle of the others and a wide variance."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0) / np.maximum(count - 1, 1)
    enough = count >= 3
    if not enough.any():
        raise InputError("no bone is seen whole in 3 frames: train on frames with fewer NaN")
    middle = float(np.median(mean[enough]))
    mean = np.where(enough, mean, middle)
    variance = np.where(enough, squares, max(float(squares[enough].max()), (middle / 2) ** 2))
    return mean, np.clip(variance, SPAN_MM[0] ** 2, SPAN_MM[1] ** 2)


def _transition(
    labels: Int[np.ndarray, " t"], usable: Bool[np.ndarray, " t"], num_states: int
) -> Float[np.ndarray, "s s"]:
    """Counts of the steps from state to state, and one more shared by all, so that none is impossible."""
    counts = np.full((num_states, num_states), 1.0 / num_states)
    both = usable[:-1] & usable[1:]
    np.add.at(counts, (labels[:-1][both], labels[1:][both]), 1.0)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))
