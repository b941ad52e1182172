"""Lab 5's hidden checks of time."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.triangulation.inputs import NAN
from stats220.checks.triangulation.median_slips import medians
from stats220.checks.triangulation.trajectories import walk
from stats220.checks.triangulation.walk_slips import posterior


@checked
def median_filter(median_filter: Any) -> Checks:
    """Gaps, and windows of one frame and of more than there are."""
    checks = Checks("median_filter", hidden=True)

    with checks(
        1,
        "is right for recordings with gaps and for windows longer than the recording",
        hint="The frames from t - half to t + half, as far as there are any, without NaN.",
    ):
        points = np.round(30 + 100 * checks.rng.random((8, 4, 3)), 3)
        points[checks.rng.random((8, 4)) < 0.3] = NAN
        for window in (1, 5, 21):
            found = median_filter(points, window)
            expected, name = medians(points, window), f"result, window {window}"
            checks.close(found, expected, atol=1e-3, name=name, nan_equal=True)

    return checks


@checked
def smooth_trajectory(smooth_trajectory: Any) -> Checks:
    """Means and variances of another walk."""
    checks = Checks("smooth_trajectory", hidden=True)

    with checks(
        1,
        "finds means and variances of a longer walk with gaps",
        hint="The posterior precision is diag(λ) + q DᵀD: the means solve a system with it, and the variances are the diagonal of its inverse.",
    ):
        points, precisions = walk(checks.rng, 40, 4)
        precisions *= checks.rng.random((40, 4)) < 0.6
        precisions[20] = 1
        points[precisions == 0] = NAN
        for step_std_mm in (0.7, 5.0):
            means, variances = posterior(points, precisions, step_std_mm)
            found = smooth_trajectory(points, precisions, step_std_mm)
            checks.close(found[0], means, atol=1e-2, name="means")
            checks.close(found[1], variances, atol=1e-4, rtol=1e-3, name="variances")

    return checks
