"""What known mistakes make of triangulation by linear algebra: each clause says what an answer does, and leads to the value that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stats220.checks.triangulation.inputs import NAN, Rig
from stats220.checks.triangulation.stand_ins import flat_triangulate

Array = np.ndarray[Any, np.dtype[Any]]


def rows_of(projections: Array, pixels: Array, *, sign: float = -1, swapped: bool = False) -> Array:
    """(num_cameras, num_points, 2, 4): what each view says, in pixels times depth."""
    order = [1, 0] if swapped else [0, 1]
    rows: Array = pixels[..., None] * projections[:, None, 2:] + sign * projections[:, None, order]
    return rows


def solved(rows: Array) -> Array:
    """The point that a stack of rows (num_cameras, num_points, 2, 4) sends nearest to zero."""
    stacked = np.moveaxis(rows, 0, 1).reshape(rows.shape[1], -1, 4)
    vectors = np.linalg.svd(stacked)[2][:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        points: Array = vectors[:, :3] / vectors[:, 3:]
    return points


def row_slips(projections: Array, pixels: Array, points: Array) -> Mapping[str, Any]:
    """Of `triangulate_dlt`, with mistakes in its rows; for points that all views see."""
    right = rows_of(projections, pixels)
    without_b = right * [1, 1, 1, 0]
    inside_out = pixels[..., None] * projections[:, None, :2] - projections[:, None, 2:]
    slips = {
        "p goes with the second row of [A | b], and q with the first": solved(
            rows_of(projections, pixels, swapped=True)
        ),
        "the first and second row are added, not subtracted": solved(
            rows_of(projections, pixels, sign=1)
        ),
        "the pixel multiplies the first and second row, not the third": solved(inside_out),
        "rows of different points end up in one matrix": solved(
            np.moveaxis(right.reshape(points.shape[0], -1, 1, 4), 0, 1)
        ),
        "b is left out of the rows": solved(without_b),
        "every point comes out with the wrong sign": -points,
        "the third component of the point is missing": points[:, :2],
        "four components come back": np.column_stack([points, np.ones(len(points))]),
        "axes and points are swapped": points.T,
        "two views are taken for too few, or for views that do not see the point": np.full(
            points.shape, NAN
        ),
    }
    if len(points) == 1:
        slips.pop("rows of different points end up in one matrix")
    return slips


def vector_slips(projections: Array, pixels: Array) -> dict[str, Array]:
    """The same with mistakes in the vector, each up to the signs that a decomposition leaves open."""
    stacked = np.moveaxis(rows_of(projections, pixels), 0, 1).reshape(pixels.shape[1], -1, 4)
    across, _, down = np.linalg.svd(stacked)
    ascending = np.linalg.eigh(np.swapaxes(stacked, 1, 2) @ stacked)[1]
    last = down[:, -1]
    components = {
        "the vector is read from a column of the third matrix of svd, which has the singular vectors in its rows": down[
            ..., -1
        ],
        "the vector is the first column of the third matrix of svd, which has the singular vectors in its rows": down[
            ..., 0
        ],
        "the vector is that of the largest singular value": down[:, 0],
        "the vector is that of the smallest singular value but one": down[:, -2],
        "the vector is a left singular vector": across[:, :4, -1],
        "the vector is the first left singular vector": across[:, :4, 0],
        "the vector is read from a row of eigenvectors, which stand in columns": ascending[:, 0],
        "the vector is read from the last row of eigenvectors, which stand in columns": ascending[
            :, -1
        ],
    }
    slips = {slip: vector[:, :3] / vector[:, 3:] for slip, vector in components.items()}
    # With two rows for four unknowns the decomposition chooses; it does so alike for the same rows.
    for rows, name in ((stacked[:, ::2], "q"), (stacked[:, 1::2], "p")):
        only = np.linalg.svd(rows)[2][:, -1]
        slips[f"{name} gives no row"] = only[:, :3] / only[:, 3:]
    return slips | {
        "what comes back has length 1: the vector is not divided by its fourth component": last[
            :, :3
        ],
        "the vector is divided by its first component, not by its fourth": last[:, 1:]
        / last[:, :1],
        "the sign of the fourth component gets lost": last[:, :3] / last[:, 3:],
    }


def named_but_for_signs(found: Any, slips: dict[str, Array]) -> str:
    """The first slip whose value it is, each number up to its sign; empty where there is none."""
    if not isinstance(found, np.ndarray) or found.dtype.kind != "f":
        return ""
    for slip, value in slips.items():
        if found.shape == value.shape and np.allclose(abs(found), abs(value), rtol=1e-5, atol=1e-4):
            return slip
    return ""


def gap_slips(projections: Array, pixels: Array, points: Array) -> dict[str, Any]:
    """Of `triangulate_dlt`, for views that miss points."""
    seen = ~np.isnan(pixels[..., 0])
    rows = rows_of(projections, np.nan_to_num(pixels))
    half = rows.copy()
    half[..., 0, :][~seen] = 0
    both = {"over the views": np.nanmean(pixels, axis=0, keepdims=True)}
    both["over the points"] = np.nanmean(pixels, axis=1, keepdims=True)
    means = {
        f"a missing detection is put at the mean pixel {what}": solved(
            rows_of(projections, np.where(seen[..., None], pixels, mean))
        )
        for what, mean in both.items()
    }
    return {
        "a missing detection is taken for one at pixel (0, 0)": solved(rows),
        "only the second of a missing detection's two rows says something": solved(half),
        "a point is given up that one view does not see": np.where(
            seen.all(axis=0, keepdims=True).T, points, NAN
        ),
        "a view that misses one point is left out of all, so that none is left": np.full(
            points.shape, NAN
        ),
        **means,
    }


def error_slips(cameras: Rig, points: Array, moved: Array) -> dict[str, Any]:
    """Of `reprojection_errors`, for images that are `moved` (num_cameras, num_points, 2)."""
    across, down = np.moveaxis(moved, -1, 0)
    expected, images = np.hypot(across, down), cameras.images(points)
    pixels = images + moved
    A, b = cameras.projections[:, None, :, :3], cameras.projections[:, None, :, 3]
    uvw = (A @ points[..., None])[..., 0] + b
    flat = uvw - b
    slips = {
        "the mean of the two squares is taken, and then the root": expected / np.sqrt(2),
        "squares are added up and no root is taken": expected**2,
        "the mean of the squares is taken, and no root": expected**2 / 2,
        "the two differences are added up": abs(across) + abs(down),
        "the mean of the two differences is taken": (abs(across) + abs(down)) / 2,
        "the smaller difference does not count": np.maximum(abs(across), abs(down)),
        "the larger difference does not count": np.minimum(abs(across), abs(down)),
        "only columns count": abs(across),
        "only rows count": abs(down),
        "the two differences are added up with their signs, pixel minus image": across + down,
        "the two differences are added up with their signs, image minus pixel": -across - down,
        "both differences come back, pixel minus image": moved,
        "both differences come back, image minus pixel": -moved,
        "both differences come back, without their signs": abs(moved),
        "the squares of both differences come back": moved**2,
        "the distance is divided by that of the detection from pixel (0, 0)": expected
        / np.linalg.norm(pixels, axis=-1),
        "the distance is halved": expected / 2,
        "u and v are not divided by w": np.linalg.norm(uvw[..., :2] - pixels, axis=-1),
        "pixels are multiplied by w, where u and v should be divided by it": np.linalg.norm(
            uvw[..., :2] - pixels * uvw[..., 2:], axis=-1
        ),
        "columns and rows are swapped": np.linalg.norm(images[..., ::-1] - pixels, axis=-1),
        "b is left out of the projection": np.linalg.norm(
            flat[..., :2] / flat[..., 2:] - pixels, axis=-1
        ),
        "b is left out of the projection, and what is behind without it": np.where(
            flat[..., 2] > 0, np.linalg.norm(flat[..., :2] / flat[..., 2:] - pixels, axis=-1), NAN
        ),
        "the z of the world says what is behind": np.where(points[:, 2] > 0, expected, NAN),
        "the mean over views is taken": expected.mean(axis=0),
        "the mean over points is taken": expected.mean(axis=1),
        "the sum over views is taken": expected.sum(axis=0),
        "the mean over views and points is taken": expected.mean(),
        "the length is taken over the views, not over column and row": np.linalg.norm(
            moved, axis=0
        ),
        "the length is taken over the points, not over column and row": np.linalg.norm(
            moved, axis=1
        ),
        "the axis of points comes before that of views": expected.T,
        "an axis of length one is left at the end": expected[..., None],
        "each detection is held against every point": np.linalg.norm(
            images[:, :, None] - pixels[:, None], axis=-1
        ),
    }
    return slips


# Of two views and four points, where the error is NaN: the first view misses point 1, point 2 is NaN, point 3 is behind the first.
MISSING = {
    "a missing detection gets a number": [[0, 0, 1, 1], [0, 0, 1, 0]],
    "a missing point gets a number": [[0, 1, 0, 1], [0, 0, 0, 0]],
    "a point behind the camera gets a number": [[0, 1, 1, 0], [0, 0, 1, 0]],
    "a missing detection and a missing point get numbers": [[0, 0, 0, 1], [0, 0, 0, 0]],
    "numbers stand where something is missing": [[0] * 4] * 2,
    "what one view lacks is NaN in the other, too": [[0, 1, 1, 1]] * 2,
}


def median_slips(cameras: Array, pixels: Array, said: Array) -> dict[str, Any]:
    """Of `triangulate_median`; `said` (num_cameras, num_cameras, num_points, 3) is what the pairs say."""
    num_cameras, num_points = pixels.shape[:2]
    first, second = np.triu_indices(num_cameras, 1)
    pairs = said[first, second]
    next_to = second == first + 1

    def middle(proposals: Array, of: Any = np.median) -> Array:
        found = np.full((num_points, 3), NAN)
        for point, axis in np.ndindex(*found.shape):
            known = proposals[:, point, axis]
            if not np.isnan(known).all():
                found[point, axis] = of(known[~np.isnan(known)])
        return found

    round_about = [said[i, (i + 1) % num_cameras] for i in range(num_cameras)]
    itself = [said[i, j] for i in range(num_cameras) for j in range(i, num_cameras)]
    by_three = [
        flat_triangulate(cameras[[a, b, c]], pixels[[a, b, c]])
        for a, b, c in np.ndindex(num_cameras, num_cameras, num_cameras)
        if a < b < c
    ]
    apart = np.linalg.norm(pairs[:, None] - pairs, axis=-1)
    sums = np.where(np.isnan(pairs).any(axis=-1), np.inf, np.nansum(apart, axis=1))
    in_space = np.take_along_axis(pairs, sums.argmin(axis=0)[None, :, None], 0)[0]
    pixel = [[[np.median(view[~np.isnan(view)]) for view in point.T] if len(point[~np.isnan(point)]) else [NAN] * 2]
             for point in np.swapaxes(pixels, 0, 1)]  # fmt: skip
    by_pixel = flat_triangulate(cameras, np.broadcast_to(np.squeeze(pixel), pixels.shape))
    right = middle(pairs)
    return {
        "the mean is taken": middle(pairs, np.mean),
        "of two middle values the lower one is taken": middle(
            pairs, lambda known: np.sort(known)[(len(known) - 1) // 2]
        ),
        "of two middle values the upper one is taken": middle(
            pairs, lambda known: np.sort(known)[len(known) // 2]
        ),
        "a point that no pair sees is put at 0": np.nan_to_num(right),
        "a pair that does not see the point proposes 0": middle(np.nan_to_num(pairs)),
        "one pair that does not see the point costs it all others": np.where(
            np.isnan(pairs).any(axis=0), NAN, right
        ),
        "one of the proposals is taken whole, that with the smallest sum of distances to the others, in place of a median of each coordinate": in_space,
        "only neighbors make pairs": middle(pairs[next_to]),
        "only neighbors make pairs, the last view and the first among them": middle(
            np.array(round_about)
        ),
        "only pairs with the first view count": middle(pairs[first == 0]),
        "each view is in one pair only": middle(pairs[next_to & (first % 2 == 0)]),
        "a view makes a pair with itself, too": middle(np.array(itself)),
        "all ordered pairs count, each view with itself among them": middle(
            said.reshape(-1, num_points, 3)
        ),
        "the last pair is missing": middle(pairs[:-1]),
        "three views make a proposal": middle(np.array(by_three)),
        "all views are triangulated at once": flat_triangulate(cameras, pixels),
        "the median of pixels is taken, not of points": by_pixel,
    }
