"""Lab 5's hidden checks of posteriors."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.triangulation.bayes import bayes, curvature_inverse
from stats220.checks.triangulation.inputs import NAN, rig, somewhere


@checked
def outlier_responsibilities(outlier_responsibilities: Any) -> Checks:
    """Scales and priors of other sizes, near and far."""
    checks = Checks("outlier_responsibilities", hidden=True)

    with checks(
        1,
        "is Bayes' rule for other scales, near and far",
        hint="Two Gaussian densities in the image, each with its own area, and only the difference of their logarithms.",
    ):
        errors_px = checks.rng.uniform(0, 18, (2, 3, 5))
        narrow, broad = checks.rng.uniform(1, 4, 5), checks.rng.uniform(8, 40, (3, 1))
        found = outlier_responsibilities(errors_px, narrow, broad, 0.2)
        expected = bayes(errors_px, narrow, broad, 0.2)
        checks.close(found, expected, atol=1e-5, name="responsibilities")
        far = outlier_responsibilities(np.array([5e4, NAN]), 2.0, 20.0, 0.001)
        name = "responsibilities at 50000 px and NaN"
        checks.close(far, [1.0, NAN], atol=1e-6, name=name, nan_equal=True)

    return checks


@checked
def laplace_covariance(laplace_covariance: Any) -> Checks:
    """Other views, and weights of 0 and 1."""
    checks = Checks("laplace_covariance", hidden=True)

    with checks(
        1,
        "is the inverse curvature, for views that count and views that do not",
        hint="Σ over views of weight JᵀJ / noise², inverted.",
    ):
        cameras, points = rig(checks.rng, 5), somewhere(checks.rng, 6)
        weights = np.ones((5, 6))
        weights[checks.rng.permutation(5)[:2], ::2] = 0
        found = laplace_covariance(cameras.projections, points, weights, 0.8)
        expected = curvature_inverse(cameras, points, weights, 0.8)
        checks.close(found, expected, atol=1e-3, rtol=1e-3, name="covariances")

    return checks
