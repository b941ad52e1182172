"""What known mistakes make of triangulation by linear algebra: each clause says what an answer does, and leads to the value that it gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks.fingerprints import mistake_of
from stats220.checks.triangulation.fixed_inputs import two_views, views_with_gaps
from stats220.checks.triangulation.inputs import NAN, Rig
from stats220.checks.triangulation.stand_ins import flat_triangulate

Array = np.ndarray[Any, np.dtype[Any]]


def point_slips(points: Array) -> dict[str, Any]:
    """Of `triangulate_dlt`, for points that all views see: what is done to them afterwards."""
    return {
        "every point comes out with the wrong sign": -points,
        "the third component of the point is missing": points[:, :2],
        "four components come back": np.column_stack([points, np.ones(len(points))]),
        "axes and points are swapped": points.T,
        "two views are taken for too few, or for views that do not see the point": np.full(
            points.shape, NAN
        ),
    }


def gap_slips(seen: Array, points: Array) -> dict[str, Any]:
    """Of `triangulate_dlt`, for views of which each sees (num_cameras, num_points) some points."""
    return {
        "a point is given up that one view does not see": np.where(
            seen.all(axis=0, keepdims=True).T, points, NAN
        ),
        "a view that misses one point is left out of all, so that none is left": np.full(
            points.shape, NAN
        ),
    }


def one_more(triangulate_dlt: Any) -> str:
    """The mistake in rows or vector that two views tell, in which all points are seen; signs are left open by the decomposition."""
    cameras, points = two_views()
    return mistake_of(
        "triangulation",
        "triangulate_dlt",
        np.abs(triangulate_dlt(cameras.projections, cameras.images(points))),
        tolerance=1e-4,
    )


def one_more_with_gaps(triangulate_dlt: Any) -> str:
    """The mistake that views tell which do not see all points."""
    cameras, pixels = views_with_gaps()
    found = triangulate_dlt(cameras.projections, pixels)
    return mistake_of("triangulation", "triangulate_dlt, gaps", found, tolerance=1e-4)


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
