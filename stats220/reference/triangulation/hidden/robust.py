"""Lab 5's hidden checks of noise and outliers."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.triangulation.elections import disturbed, two_stories
from stats220.checks.triangulation.inputs import NAN
from stats220.checks.triangulation.robust import slope_over
from stats220.checks.triangulation.stand_ins import flat_errors, flat_triangulate


@checked
def triangulate_ransac(triangulate_ransac: Any) -> Checks:
    """Outliers in every view, and both ties in one call."""
    checks = Checks("triangulate_ransac", hidden=True)

    with checks(
        1,
        "finds inliers and points, and settles ties, on other inputs",
        hint="Most inliers among all views; then the smaller sum of their errors; then the first pair. At the end, once more from all inliers.",
    ):
        cameras, pixels, moved = disturbed(checks.rng, 20, 25)
        found = triangulate_ransac(cameras, pixels, 9.0, flat_triangulate, flat_errors)
        checks.equal(found[1], ~moved, name="inliers")
        expected = flat_triangulate(cameras, np.where(moved[..., None], NAN, pixels))
        checks.close(found[0], expected, atol=1e-2, name="points_3d")
        cameras, pixels, stories = two_stories(checks.rng, [(10, 2), (2, 2), (6, 8), (8, 6)])
        found = triangulate_ransac(cameras, pixels, 12.0, flat_triangulate, flat_errors)
        best = stories[[1, 0, 0, 1], np.arange(4)]
        checks.close(found[0], best, atol=1e-2, name="points_3d of ties")

    return checks


@checked
def robust_weights(robust_weights: Any) -> Checks:
    """All three losses, on an array of three axes."""
    checks = Checks("robust_weights", hidden=True)

    with checks(
        1,
        "is ρ'(r) / r for each kind, and 0 where there is no detection",
        hint="Differentiate the loss, divide by r, and cancel.",
    ):
        errors_px = np.exp(checks.rng.uniform(-3, 6, (2, 4, 3)))
        for kind in ("huber", "cauchy", "student"):
            expected = slope_over(kind, errors_px / 11)
            with_gap = errors_px.copy()
            with_gap[1, 2], expected[1, 2] = NAN, 0
            found = robust_weights(with_gap, 11.0, kind)
            checks.close(found, expected, atol=1e-9, rtol=1e-5, name=f"{kind} weights")

    return checks
