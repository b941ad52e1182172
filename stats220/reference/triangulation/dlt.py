"""Part 2: triangulation."""

from itertools import combinations

import numpy as np
from jaxtyping import Float

from stats220.models.triangulation import Triangulate, check_views


def triangulate_dlt(
    projections: Float[np.ndarray, "num_cameras 3 4"],
    points_2d: Float[np.ndarray, "num_cameras num_points 2"],
) -> Float[np.ndarray, "num_points 3"]:
    """Points from their images in several views: the direct linear transform.

    Parameters
    ----------
    projections : ndarray (num_cameras, 3, 4)
        [A | b] of each camera.
    points_2d : ndarray (num_cameras, num_points, 2)
        Pixels; NaN where a camera does not see a point.

    Returns
    -------
    ndarray (num_points, 3)
        Each from all views that see it; NaN where fewer than two do.

    References
    ----------
    R. Hartley and A. Zisserman (2004). Multiple View Geometry in Computer Vision, section 12.2.
    """
    check_views(projections, points_2d)

    # Which view sees which point.
    # BEGIN SOLUTION
    seen = np.isfinite(points_2d).all(axis=-1)
    # END SOLUTION

    # Two rows for each view, p u / w = u and p v / w = v made linear: u * third - first and
    # v * third - second, where first, second and third are the rows of [A | b]. A view that does
    # not see the point must not say anything: rows of zeros do not.
    # BEGIN SOLUTION
    pixels = np.where(seen[..., None], points_2d, 0)
    rows = pixels[..., None] * projections[:, None, 2:, :] - projections[:, None, :2, :]
    rows = np.where(seen[..., None, None], rows, 0)
    rows = np.moveaxis(rows, 0, 1).reshape(points_2d.shape[1], -1, 4)
    # END SOLUTION

    # The unit vector that the rows bring nearest to zero, and the point that it stands for.
    # BEGIN SOLUTION
    homogeneous = np.linalg.svd(rows)[2][:, -1]
    scale = homogeneous[:, 3:]
    points_3d = homogeneous[:, :3] / np.where(scale == 0, np.nan, scale)
    # END SOLUTION

    # NaN where fewer than two views see the point.
    # BEGIN SOLUTION
    points_3d = np.where(seen.sum(axis=0)[:, None] >= 2, points_3d, np.nan)
    # END SOLUTION
    return points_3d


def reprojection_errors(
    projections: Float[np.ndarray, "num_cameras 3 4"],
    points_2d: Float[np.ndarray, "num_cameras num_points 2"],
    points_3d: Float[np.ndarray, "num_points 3"],
) -> Float[np.ndarray, "num_cameras num_points"]:
    """How far from each detection the point lands that it was triangulated to.

    Parameters
    ----------
    projections : ndarray (num_cameras, 3, 4)
        [A | b] of each camera.
    points_2d : ndarray (num_cameras, num_points, 2)
        Detections in pixels; NaN where a camera does not see a point.
    points_3d : ndarray (num_points, 3)
        In mm.

    Returns
    -------
    ndarray (num_cameras, num_points)
        Distances in pixels; NaN where there is no detection, no point, or the point is not in
        front of the camera (w <= 0).
    """
    check_views(projections, points_2d)

    # BEGIN SOLUTION
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    landed = uvw[..., :2] / np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    errors_px = np.sqrt(np.sum((landed - points_2d) ** 2, axis=-1))
    # END SOLUTION
    return errors_px


def triangulate_median(
    projections: Float[np.ndarray, "num_cameras 3 4"],
    points_2d: Float[np.ndarray, "num_cameras num_points 2"],
    triangulate: Triangulate,
) -> Float[np.ndarray, "num_points 3"]:
    """The median, coordinate by coordinate, of what the pairs of views say.

    Parameters
    ----------
    projections : ndarray (num_cameras, 3, 4)
        [A | b] of each camera.
    points_2d : ndarray (num_cameras, num_points, 2)
        Pixels; NaN where a camera does not see a point.
    triangulate : callable (projections, points_2d) -> points_3d
        Points from all views that it is given.

    Returns
    -------
    ndarray (num_points, 3)
        NaN where no pair of views sees the point.
    """
    check_views(projections, points_2d)

    # What each pair of views says: an array (num_pairs, num_points, 3).
    # BEGIN SOLUTION
    pairs = [list(pair) for pair in combinations(range(len(projections)), 2)]
    proposals = np.stack([triangulate(projections[pair], points_2d[pair]) for pair in pairs])
    # END SOLUTION

    # The median over the pairs that say something. (np.nanmedian warns where none does.)
    points_3d = np.full(proposals.shape[1:], np.nan)
    # BEGIN SOLUTION
    some = np.isfinite(proposals).any(axis=0)
    points_3d[some] = np.nanmedian(proposals[:, some], axis=0)
    # END SOLUTION
    return points_3d
