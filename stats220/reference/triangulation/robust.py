"""Part 3: noise and outliers."""

from itertools import combinations
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from stats220.errors import InputError
from stats220.models.triangulation import ReprojectionErrors, Triangulate, check_views


def triangulate_ransac(
    projections: Float[np.ndarray, "num_cameras 3 4"],
    points_2d: Float[np.ndarray, "num_cameras num_points 2"],
    threshold_px: float,
    triangulate: Triangulate,
    reprojection_errors: ReprojectionErrors,
) -> tuple[
    Float[np.ndarray, "num_points 3"],
    Bool[np.ndarray, "num_cameras num_points"],
]:
    """Points from those views that agree with each other.

    Each pair of views proposes a point. Views in which it lands at most `threshold_px` from the
    detection are its inliers. The proposal with most inliers wins; of two with as many, the one
    with the smaller sum of its inliers' errors; and of two that are still equal, the first.

    Parameters
    ----------
    projections : ndarray (num_cameras, 3, 4)
        [A | b] of each camera.
    points_2d : ndarray (num_cameras, num_points, 2)
        Pixels; NaN where a camera does not see a point.
    threshold_px : float
        How far off an inlier may be.
    triangulate : callable (projections, points_2d) -> points_3d
        Points from all views that it is given, for example `triangulate_dlt`.
    reprojection_errors : callable (projections, points_2d, points_3d) -> errors_px
        Distances (num_cameras, num_points), NaN where there is none.

    Returns
    -------
    points_3d : ndarray (num_points, 3)
        Triangulated once more, from all inliers of the winner; NaN where it has fewer than two.
    inliers : ndarray (num_cameras, num_points), bool
        The winner's inliers.
    """
    check_views(projections, points_2d)
    num_cameras, num_points, _ = points_2d.shape

    inliers = np.zeros((num_cameras, num_points), dtype=bool)  # of the best proposal so far
    best_sum = np.full(num_points, np.inf)  # of its inliers' errors
    for pair in combinations(range(num_cameras), 2):
        views = list(pair)

        # The points that this pair of views proposes, and their inliers among *all* views.
        # BEGIN SOLUTION
        proposal = triangulate(projections[views], points_2d[views])
        errors_px = reprojection_errors(projections, points_2d, proposal)
        agree = errors_px <= threshold_px  # NaN does not
        # END SOLUTION

        # For each point by itself: is this proposal better than the best so far? If so, keep it.
        # BEGIN SOLUTION
        error_sum = np.where(agree, errors_px, 0).sum(axis=0)
        count, best_count = agree.sum(axis=0), inliers.sum(axis=0)
        better = (count > best_count) | ((count == best_count) & (error_sum < best_sum))
        inliers = np.where(better, agree, inliers)
        best_sum = np.where(better, error_sum, best_sum)
        # END SOLUTION

    # Triangulate each point once more, from its inliers and from no other view.
    # BEGIN SOLUTION
    points_3d = triangulate(projections, np.where(inliers[..., None], points_2d, np.nan))
    # END SOLUTION
    return points_3d, inliers


def robust_weights(
    errors_px: Float[np.ndarray, "*batch"],
    scale_px: float,
    kind: Literal["huber", "cauchy", "student"],
) -> Float[np.ndarray, "*batch"]:
    """What each detection counts in the next round of iteratively reweighted least squares.

    The weight belongs to the *squared* error: w = ρ'(r) / r with r = error / scale. A small error
    of the Huber or Cauchy loss weighs 1.

    Parameters
    ----------
    errors_px : ndarray (...)
        Distances, at least 0; NaN where there is no detection.
    scale_px : float
        Where large errors begin.
    kind : {"huber", "cauchy", "student"}
        ρ(r) is r² / 2 up to r = 1 and r - 1/2 beyond it; or log(1 + r²) / 2; or
        (ν + 2) / 2 · log(1 + r² / ν) with ν = 4, minus the log density of Student's t in two
        dimensions.

    Returns
    -------
    ndarray (...)
        Weights, finite and at least 0; 0 where the error is NaN.

    Raises
    ------
    InputError
        For another `kind`, or a scale that is not positive.
    """
    if not scale_px > 0:
        raise InputError(f"scale_px={scale_px} must be positive: it is a distance in pixels")
    ratio = errors_px / scale_px

    if kind == "huber":
        # BEGIN SOLUTION
        weights = 1 / np.maximum(ratio, 1)
        # END SOLUTION
    elif kind == "cauchy":
        # BEGIN SOLUTION
        weights = 1 / (1 + ratio**2)
        # END SOLUTION
    elif kind == "student":
        # BEGIN SOLUTION
        weights = 6 / (4 + ratio**2)
        # END SOLUTION
    else:
        raise InputError(f"kind={kind!r} is unknown: choose 'huber', 'cauchy' or 'student'")

    # No detection, no weight.
    # BEGIN SOLUTION
    weights = np.where(np.isnan(errors_px), 0, weights)
    # END SOLUTION
    return weights
