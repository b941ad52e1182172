"""Lab 5's given half: what no triangulation can answer, rays, and the loop around the students' robust weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from stats220.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
Project = Callable[[Array, Array], Array]  # (projections, points_3d) -> points_2d
Triangulate = Callable[[Array, Array], Array]  # (projections, points_2d) -> points_3d
ReprojectionErrors = Callable[[Array, Array, Array], Array]  # ... and points_3d -> errors_px
# (directions, mean_direction, concentration) -> log densities
LogDensity = Callable[[Array, Array, float], Array]
# (directions, weights) -> (mean_direction, concentration)
FitDirections = Callable[[Array, Array], tuple[Array, float]]


def check_cameras(projections: Any) -> None:
    """Refuse what is no stack of projection matrices.

    Raises
    ------
    InputError
        For another shape than (num_cameras, 3, 4), or a matrix that is not finite.
    """
    shape = np.shape(projections)
    if len(shape) != 3 or shape[1:] != (3, 4):
        raise InputError(
            f"projections have the shape {shape}, not (num_cameras, 3, 4): "
            "one camera goes in as projections[None]"
        )
    bad = ~np.isfinite(projections).all(axis=(1, 2))
    if bad.any():
        raise InputError(
            f"the projection matrix of camera {bad.argmax()} is not finite: leave that camera out"
        )


def check_views(projections: Any, points_2d: Any) -> None:
    """Refuse detections that do not go with the cameras.

    Raises
    ------
    InputError
        For fewer than two cameras, or shapes that do not go together.
    """
    check_cameras(projections)
    shape = np.shape(points_2d)
    if len(shape) != 3 or shape[2] != 2:
        raise InputError(
            f"points_2d has the shape {shape}, not (num_cameras, num_points, 2): "
            "frames and key points go into one axis, points_2d.reshape(num_cameras, -1, 2)"
        )
    if shape[0] != len(projections):
        raise InputError(
            f"{len(projections)} cameras, but points_2d is from {shape[0]} views: "
            "give both in the same order, one of each"
        )
    if shape[0] < 2:
        raise InputError("one camera gives a ray and no point: triangulation needs two or more")


def check_rotation(rotation: Any) -> None:
    """Refuse what does not turn the world but shears, scales or mirrors it.

    Raises
    ------
    InputError
        Unless it is (3, 3), RᵀR = I and det R = 1, to six digits.
    """
    if np.shape(rotation) != (3, 3):
        raise InputError(f"the rotation has the shape {np.shape(rotation)}, not (3, 3)")
    off = np.abs(rotation.T @ rotation - np.eye(3)).max()
    if not off < 1e-6:
        raise InputError(
            f"this is no rotation, RᵀR is off the identity by {off:.2g}: "
            "is it a rotation vector, or does it hold the focal length?"
        )
    if np.linalg.det(rotation) < 0:
        raise InputError("this rotation mirrors, det R = -1: flip the sign of one axis")


def check_trajectory(points_3d: Any, window: int) -> None:
    """Refuse what is no trajectory, and windows without a middle.

    Raises
    ------
    InputError
        For another shape than (num_frames, num_keypoints, 3), or a window that is not odd.
    """
    shape = np.shape(points_3d)
    if len(shape) != 3 or shape[2] != 3:
        raise InputError(f"points_3d has the shape {shape}, not (num_frames, num_keypoints, 3)")
    if window < 1 or window % 2 != 1:
        raise InputError(f"window={window} must be odd and positive, to have a middle")


def check_precisions(points_3d: Any, precisions: Any, step_std_mm: float) -> None:
    """Refuse measurements that no posterior can be made of.

    Raises
    ------
    InputError
        Where shapes do not go together, a precision is negative or not finite, a measurement that
        counts is not finite, or the step is not positive.
    """
    check_trajectory(points_3d, window=1)
    if np.shape(precisions) != np.shape(points_3d)[:2]:
        raise InputError(
            f"precisions have the shape {np.shape(precisions)}, but there are "
            f"{np.shape(points_3d)[:2]} (frames, key points): one number for each point"
        )
    if not (np.isfinite(precisions) & (precisions >= 0)).all():
        raise InputError("a precision is negative or not finite: it is 1 / variance, 0 if not seen")
    counts = (precisions > 0)[..., None]
    if not np.isfinite(np.where(counts, points_3d, 0)).all():
        frame, keypoint, _ = np.argwhere(counts & ~np.isfinite(points_3d))[0]
        raise InputError(
            f"key point {keypoint} is not finite in frame {frame}, but its precision there is "
            f"{precisions[frame, keypoint]:g}: set it to 0"
        )
    if not 0 < step_std_mm < np.inf:
        raise InputError(f"step_std_mm={step_std_mm} must be positive and finite")


def check_concentration(concentration: Any, *, positive: bool = False) -> Array:
    """The concentration as an array of float64.

    Raises
    ------
    InputError
        Where it is negative, NaN or infinite; or zero, where it has to be `positive`.
    """
    array = np.asarray(concentration, dtype=float)
    if not (np.isfinite(array) & (array >= 0)).all():
        raise InputError(
            "a concentration is negative or not finite: an infinite one is no distribution but a point, "
            "so cap it, at 1e6 say"
        )
    if positive and not (array > 0).all():
        raise InputError(
            "a concentration is 0: that is the uniform distribution, of log density -log(4π)"
        )
    return array


def check_directions(directions: Any, weights: Any) -> None:
    """Refuse directions to which no von Mises-Fisher distribution can be fitted.

    Raises
    ------
    InputError
        Where shapes do not go together, a direction has not unit length, all weights are 0, all
        directions that count are the same, or they cancel.
    """
    if np.ndim(directions) != 2 or np.shape(directions)[1] != 3:
        raise InputError(f"directions have the shape {np.shape(directions)}, not (n, 3)")
    if np.shape(weights) != np.shape(directions)[:1]:
        raise InputError(f"{np.shape(weights)} weights for {len(directions)} directions")
    if not np.allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-6):
        raise InputError("a direction has not unit length: divide each by its norm")
    if not (np.min(weights) >= 0 and np.sum(weights) > 0):
        raise InputError("the weights must be at least 0, and not all 0: this cluster is empty")
    mean = weights @ directions / np.sum(weights)
    if not np.linalg.norm(mean) < 1 - 1e-12:
        raise InputError(
            "all directions are the same: the best concentration is infinite. Use more directions"
        )
    if np.linalg.norm(mean) < 1e-9:
        raise InputError(
            "the directions cancel, so that any mean direction is as good: they are uniform, κ = 0"
        )


def ray(
    projection: Float[np.ndarray, "3 4"],
    pixel: Float[np.ndarray, " 2"],
    depths: Float[np.ndarray, " num_depths"],
) -> Float[np.ndarray, "num_depths 3"]:
    """The points that a pixel may show: one for each depth, in world coordinates.

    Parameters
    ----------
    projection : ndarray (3, 4)
        [A | b].
    pixel : ndarray (2,)
        Column and row.
    depths : ndarray (num_depths,)
        w, in mm where [A | b] = K [R | t].

    Returns
    -------
    ndarray (num_depths, 3)
        The x with A x + b = w (p, q, 1).
    """
    homogeneous = np.append(pixel, 1.0)
    return np.linalg.solve(
        projection[:, :3], (np.outer(depths, homogeneous) - projection[:, 3]).T
    ).T


def triangulate_robust(
    projections: Float[np.ndarray, "num_cameras 3 4"],
    points_2d: Float[np.ndarray, "num_cameras num_points 2"],
    start: Float[np.ndarray, "num_points 3"],
    *,
    project: Project,
    weights_of: Callable[[Array], Array],
    each_axis: bool = False,
    num_iterations: int = 50,
) -> Float[np.ndarray, "num_points 3"]:
    """Points of least robust reprojection error, by iteratively reweighted least squares.

    In each round a detection gets the weight that its error asks for, and each point takes one
    Gauss-Newton step toward the weighted least squares solution. How pixels change with the point is
    measured: the point is moved by a tenth of a millimeter and projected.

    Parameters
    ----------
    projections : ndarray (num_cameras, 3, 4)
        [A | b] of each camera.
    points_2d : ndarray (num_cameras, num_points, 2)
        Pixels; NaN where a camera does not see a point.
    start : ndarray (num_points, 3)
        Where to start, for example what `triangulate_dlt` found; a point that is NaN stays NaN.
    project : callable (projections, points_3d) -> points_2d
        The cameras.
    weights_of : callable (errors_px) -> weights
        What a detection with such an error counts.
    each_axis : bool
        Give `weights_of` the errors along the image's two axes, not the distance, and weigh them apart, as
        ``scipy.optimize.least_squares`` does.
    num_iterations : int
        At most so many rounds; fewer where no point moves by more than a micrometre any more.

    Returns
    -------
    ndarray (num_points, 3)
    """
    check_views(projections, points_2d)
    points_3d = np.array(start, dtype=float)
    moving = np.flatnonzero(np.isfinite(points_3d).all(axis=1))
    step_mm = 0.1
    for _ in range(num_iterations):
        seen, points = points_2d[:, moving], points_3d[moving]
        residuals = seen - project(projections, points)  # (num_cameras, num_points, 2)
        distances = np.sqrt(np.sum(residuals**2, axis=-1, keepdims=True))
        errors_px = np.abs(residuals) if each_axis else distances
        weights = np.where(np.isfinite(errors_px), weights_of(errors_px), 0)
        slopes = np.stack(
            [
                project(projections, points + shift) - project(projections, points - shift)
                for shift in step_mm * np.eye(3)
            ],
            axis=-1,
        ) / (2 * step_mm)  # (num_cameras, num_points, 2, 3)
        residuals, slopes = np.nan_to_num(residuals), np.nan_to_num(slopes)
        weighted = weights[..., None] * slopes
        pull = np.einsum("cnki,cnk->ni", weighted, residuals)
        curvature = np.einsum("cnki,cnkj->nij", weighted, slopes)
        # A point that hardly any view counts for is held where it is.
        curvature += 1e-9 * np.eye(3)
        steps = np.linalg.solve(curvature, pull[..., None])[..., 0]
        lengths = np.linalg.norm(steps, axis=1, keepdims=True)
        points_3d[moving] += steps * np.minimum(1, 50 / np.maximum(lengths, 1e-12))
        moving = moving[lengths[:, 0] > 1e-3]
        if not len(moving):
            break
    return points_3d
