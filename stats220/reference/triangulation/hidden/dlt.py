"""Lab 5's hidden checks of triangulation by linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.triangulation.dlt import median_of_pairs
from stats220.checks.triangulation.inputs import NAN, hidden_from, rig, somewhere
from stats220.checks.triangulation.stand_ins import flat_cameras, flat_images, flat_triangulate


@checked
def triangulate_dlt(triangulate_dlt: Any) -> Checks:
    """Many points, a little noise, and views that are missing."""
    checks = Checks("triangulate_dlt", hidden=True)

    with checks(
        1,
        "stays near the truth for noisy detections, some of them missing, and gives NaN for points seen once",
        hint="Two rows for each view that sees the point, the vector of the smallest singular value, divided by its last component.",
    ):
        cameras, points = rig(checks.rng, 6), somewhere(checks.rng, 40)
        num_seen = np.tile([1, 3, 4, 5, 6], 8)
        pixels = cameras.images(points) + 0.05 * checks.rng.normal(size=(6, 40, 2))
        pixels[hidden_from(checks.rng, 6, num_seen)] = NAN
        found = to_numpy(triangulate_dlt(cameras.projections, pixels))
        checks.shape(found, (40, 3), name="points_3d")
        wrong = np.isnan(found).any(axis=1) != (num_seen < 2)
        checks.that(
            not wrong.any(), "NaN where it should be a point, or a point where it should be NaN"
        )
        off = np.linalg.norm((found - points)[num_seen >= 2], axis=1)
        checks.that(off.max() < 5, f"with 0.05 px of noise, a point is {off.max():.2g} mm off")

    return checks


@checked
def reprojection_errors(reprojection_errors: Any) -> Checks:
    """Moved images again, with views and points missing."""
    checks = Checks("reprojection_errors", hidden=True)

    with checks(
        1,
        "is the distance where there is a detection and a point, and NaN elsewhere",
        hint="The root of the sum of both squared differences, between the detection and the projected point.",
    ):
        cameras, points = rig(checks.rng, 3), somewhere(checks.rng, 9)
        moved = checks.rng.normal(size=(3, 9, 2)) * [2, 30]
        pixels = cameras.images(points) + moved
        expected = np.sqrt((moved**2).sum(axis=-1))
        gone = hidden_from(checks.rng, 3, np.tile([1, 2, 3], 3))
        pixels[gone], expected[gone] = NAN, NAN
        points[4], expected[:, 4] = NAN, NAN
        found = reprojection_errors(cameras.projections, pixels, points)
        checks.close(found, expected, atol=1e-2, name="errors_px", nan_equal=True)

    return checks


@checked
def triangulate_median(triangulate_median: Any) -> Checks:
    """Another flat world, of five views."""
    checks = Checks("triangulate_median", hidden=True)

    with checks(
        1,
        "is the median over the pairs of five views, some of them missing",
        hint="Ten pairs; those that do not see a point are left out of its median, which is taken for each coordinate by itself.",
    ):
        planes = ["zx", "xy", "yz", "xz", "yx"]
        cameras = flat_cameras(planes, checks.rng.integers(-50, 50, (5, 2)))
        pixels = flat_images(cameras, checks.rng.integers(-99, 99, (12, 3)))
        pixels = pixels + checks.rng.integers(-30, 31, pixels.shape)
        pixels[hidden_from(checks.rng, 5, np.tile([0, 1, 2, 3, 4, 5], 2))] = NAN
        found = triangulate_median(cameras, pixels, flat_triangulate)
        expected = median_of_pairs(cameras, pixels)
        checks.close(found, expected, atol=1e-6, name="points_3d", nan_equal=True)

    return checks
