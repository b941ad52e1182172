"""What known mistakes make of cameras: each clause says what an answer does, and leads to the value that it gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks.triangulation.inputs import NAN, Rig

Array = np.ndarray[Any, np.dtype[Any]]

SQUEEZED = "axes of length one are dropped"


def pixel_slips(cameras: Rig, points: Array) -> dict[str, Any]:
    """Of `project`, for points in front of all cameras."""
    A, b = cameras.projections[:, None, :, :3], cameras.projections[:, None, :, 3]
    expected, turned = cameras.images(points), (A @ points[..., None])[..., 0]
    across, depth = (turned + b)[..., :2], (turned + b)[..., 2:]
    sideways = (np.swapaxes(A, 2, 3) @ points[..., None])[..., 0] + b
    shifted = (A @ (points + b)[..., None])[..., 0]
    distance = np.linalg.norm(points - cameras.place[:, None], axis=-1, keepdims=True)
    height = points[:, 2:]

    def divided(uvw: Array) -> Array:
        return np.where(uvw[..., 2:] > 0, uvw[..., :2] / uvw[..., 2:], NAN)

    return {
        "the row comes before the column": expected[..., ::-1],
        "what lies in front of the camera is taken for behind: w, or what is asked of it, has the wrong sign": np.full(
            expected.shape, NAN
        ),
        "b is left out": divided(turned),
        "u and v are not divided by w": across,
        "w is still there beside u and v, and nothing is divided": turned + b,
        "a third component is still there": np.concatenate([expected, depth / depth], axis=-1),
        "u and v are multiplied by w": across * depth,
        "u and v are divided by the length of (u, v, w), not by w": across
        / np.linalg.norm(turned + b, axis=-1, keepdims=True),
        "u and v are divided by the distance from the camera, not by the depth": across / distance,
        "u and v are divided by the z of the world, not by w": across / height,
        "w is without b": across / turned[..., 2:],
        "all cameras get the depths of the first": across / depth[:1],
        "b is subtracted": (turned - b)[..., :2] / (turned - b)[..., 2:],
        "b is added after the division": turned[..., :2] / turned[..., 2:] + b[..., :2],
        "b is added after the division, and what is behind without b is left out": divided(turned)
        + b[..., :2],
        "b is added to the points before A turns them": divided(shifted),
        "A is transposed": divided(sideways),
        "the z of the world says what is behind": np.where(height > 0, expected, NAN),
        "only what has a positive u, v and w is kept": np.where(across > 0, expected, NAN),
        "pixels are rounded": np.round(expected),
        "pixels are cut to whole numbers": np.trunc(expected),
        "the axis of points comes before that of cameras": np.swapaxes(expected, 0, 1),
        "rows are counted upwards": expected * [1, -1],
        "columns are counted to the left": expected * [-1, 1],
    }


def depth_slips() -> dict[str, Any]:
    """Of `project`, for (1, -2) at depths 4 and -4, two points at depth 0, and one just in front of the lens."""
    infinite, front, near = np.inf, [80.0, -30.0], [50.0, 40.0]
    gone, behind, mirrored = [NAN, NAN], [-20.0, 70.0], [20.0, -70.0]
    pixels = {
        "points behind the camera get pixels, and those at depth 0 infinite ones": [
            front, behind, [infinite, infinite], gone, near
        ],
        "only points at depth 0 are left out, and not those behind the camera": [
            front, behind, gone, gone, near
        ],
        "points behind the camera are left out, and not those at depth 0": [
            front, gone, [infinite, infinite], gone, near
        ],
        "the absolute value of w is taken": [
            front, mirrored, [infinite, infinite], gone, near
        ],
        "the absolute value of w is taken, and only depth 0 is left out": [
            front, mirrored, gone, gone, near
        ],
        "one point behind a camera costs it all others": [gone] * 5,
        "a point just in front of the lens is taken for one behind it": [front, gone, gone, gone, gone],
        "a negative row is taken for one behind the camera": [[80, NAN], gone, gone, gone, near],
        "a point outside the picture is taken for one behind the camera": [gone] * 4 + [near],
        "points without an image are left out of the result": [front, near],
    }  # fmt: skip
    for what, value in {"pixel 0": 0, "an infinite pixel": infinite, "pixel -1": -1}.items():
        pixels[f"what has no image is put at {what}"] = [front, *[[value] * 2] * 3, near]
    return {slip: [value] for slip, value in pixels.items()}


def matrix_slips(intrinsics: Array, rotation: Array, center: Array) -> dict[str, Any]:
    """Of `projection_matrix`."""
    K, R, c = intrinsics, rotation, center
    turned, offset = K @ R, -K @ R @ c
    right = np.column_stack([turned, offset])
    parts = {
        "c is not turned by R": [turned, -K @ c],
        "K does not act on b": [turned, -R @ c],
        "c is not turned by R, nor subtracted": [turned, K @ c],
        "c is added, not subtracted": [turned, -offset],
        "b is -c itself": [turned, -c],
        "b is c itself": [turned, c],
        "R leads from the camera to the world": [K @ R.T, -K @ R.T @ c],
        "R leads from the camera to the world, and c is added": [K @ R.T, K @ R.T @ c],
        "R leads from the camera to the world, and c is not turned": [K @ R.T, K @ c],
        "R is transposed before x, but not before c": [K @ R.T, offset],
        "R is transposed before c, but not before x": [turned, -K @ R.T @ c],
        "K stands to the right of R": [R @ K, -R @ K @ c],
        "K is left out": [R, -R @ c],
        "R is left out": [K, -K @ c],
        "K is transposed": [K.T @ R, -K.T @ R @ c],
        "K is inverted": [np.linalg.solve(K, R), -np.linalg.solve(K, R @ c)],
        "b stands before A": [offset, turned],
        "all signs are turned round": [-turned, -offset],
        "all is divided by the last entry": np.split(right / right[2, 3], [3], axis=1),
        "all is divided by its length": np.split(right / np.linalg.norm(right), [3], axis=1),
    }
    slips = {slip: np.column_stack(columns) for slip, columns in parts.items()}
    return slips | {
        "the matrix is transposed": right.T,
        "a fourth row stands below": np.vstack([right, [0, 0, 0, 1]]),
        "b is missing": turned,
    }


def center_slips(camera: Rig) -> dict[str, Any]:
    """Of `camera_center`."""
    matrix, place = camera.projections[0], camera.place[0]
    A, b = matrix[:, :3], matrix[:, 3]
    vectors = np.linalg.svd(matrix)[2]
    null = np.append(place, 1) / np.linalg.norm(np.append(place, 1))
    return {
        "the place has the wrong sign": -place,
        "a vector of length 1 comes back: a null vector is not divided by its fourth component": null[
            :3
        ],
        "a vector of length 1 comes back, the wrong way round: a null vector is not divided by its fourth component": -null[
            :3
        ],
        "a singular vector is read from a column of the third matrix of svd, which has them in rows": vectors[
            :3, -1
        ]
        / vectors[3, -1],
        "the singular vector is that of the largest singular value": vectors[0, :3] / vectors[0, 3],
        "the singular vector is that of the smallest singular value that is not zero": vectors[
            2, :3
        ]
        / vectors[2, 3],
        "b is taken for the place": b,
        "-b is taken for the place": -b,
        "the camera's translation, -R c, is taken for the place": -camera.axes[0] @ place,
        "R c is taken for the place": camera.axes[0] @ place,
        "A is taken for a rotation": -A.T @ b,
        "A is multiplied by, not inverted": -A @ b,
        "A is transposed": -np.linalg.solve(A.T, b),
        "b is divided by the diagonal of A": -b / np.diag(A),
        "b is divided by its last entry": b / b[2],
        "-b is divided by its last entry": -b / b[2],
        "the camera's axis is taken for its place": camera.axes[0, 2],
        "the fourth component is still there": np.append(place, 1),
        "a column comes back": place[:, None],
    }
