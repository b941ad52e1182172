"""Part 1: cameras."""

import numpy as np
from jaxtyping import Float

from stats220.models.triangulation import check_cameras, check_rotation


def project(
    projections: Float[np.ndarray, "num_cameras 3 4"],
    points_3d: Float[np.ndarray, "num_points 3"],
) -> Float[np.ndarray, "num_cameras num_points 2"]:
    """Where points land in the image of each camera.

    Parameters
    ----------
    projections : ndarray (num_cameras, 3, 4)
        [A | b] of each camera, from world coordinates in mm to pixels.
    points_3d : ndarray (num_points, 3)
        In world coordinates, in mm.

    Returns
    -------
    ndarray (num_cameras, num_points, 2)
        Column and row in pixels; NaN where the point lies beside or behind the camera (w <= 0).
    """
    check_cameras(projections)

    # (u, v, w) = A x + b, for each camera and point: an array (num_cameras, num_points, 3).
    # BEGIN SOLUTION
    uvw = np.einsum("cij,nj->cni", projections[:, :, :3], points_3d) + projections[:, None, :, 3]
    # END SOLUTION

    # Divide u and v by the depth w. Where w <= 0 there is no image: NaN.
    # BEGIN SOLUTION
    depth = np.where(uvw[..., 2:] > 0, uvw[..., 2:], np.nan)
    points_2d = uvw[..., :2] / depth
    # END SOLUTION
    return points_2d


def projection_matrix(
    intrinsics: Float[np.ndarray, "3 3"],
    rotation: Float[np.ndarray, "3 3"],
    center: Float[np.ndarray, " 3"],
) -> Float[np.ndarray, "3 4"]:
    """The projection matrix of a camera that is told by where it stands.

    Parameters
    ----------
    intrinsics : ndarray (3, 3)
        K: from camera coordinates to homogeneous pixels.
    rotation : ndarray (3, 3)
        R: its rows are the camera's axes (right, down, forwards) in world coordinates.
    center : ndarray (3,)
        c: where the camera stands, in world coordinates. In camera coordinates a point x is
        R (x - c).

    Returns
    -------
    ndarray (3, 4)
        [A | b], so that (u, v, w) = A x + b.

    Raises
    ------
    InputError
        Where `rotation` is no rotation.
    """
    check_rotation(rotation)

    # Write out K R (x - c), and read off what multiplies x and what does not.
    # BEGIN SOLUTION
    linear = intrinsics @ rotation
    projection = np.column_stack([linear, -linear @ center])
    # END SOLUTION
    return projection


def camera_center(projection: Float[np.ndarray, "3 4"]) -> Float[np.ndarray, " 3"]:
    """Where a camera stands.

    Parameters
    ----------
    projection : ndarray (3, 4)
        [A | b].

    Returns
    -------
    ndarray (3,)
        In world coordinates: the only point for which u, v and w are all zero.
    """
    # BEGIN SOLUTION
    center = np.linalg.solve(projection[:, :3], -projection[:, 3])
    # END SOLUTION
    return center
