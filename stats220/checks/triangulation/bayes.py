"""Lab 5's checks of posteriors."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import multivariate_normal

from stats220.checks import Checks, checked
from stats220.checks.lazily import lazily
from stats220.checks.triangulation.bayes_slips import (
    FAR,
    curvature_slips,
    missing_slips,
    share_slips,
)
from stats220.checks.triangulation.inputs import NAN, rig, somewhere
from stats220.checks.triangulation.stand_ins import named, untouched
from stats220.line.failures import CheckFailed

Array = np.ndarray[Any, np.dtype[Any]]


def bayes(errors_px: Any, narrow: Any, broad: Any, prior: Any) -> Array:
    """Bayes' rule with scipy's densities, one detection at a time. For errors that do not underflow."""
    every = np.broadcast_arrays(errors_px, narrow, broad, prior)
    found = np.empty(every[0].shape)
    for index in np.ndindex(*found.shape):
        error, inlier_std, outlier_std, probability = (float(part[index]) for part in every)
        outlier = probability * multivariate_normal([0, 0], outlier_std**2).pdf([error, 0])
        inlier = (1 - probability) * multivariate_normal([0, 0], inlier_std**2).pdf([0, error])
        found[index] = outlier / (outlier + inlier) if error == error else NAN
    return found


@checked
def outlier_responsibilities(outlier_responsibilities: Any) -> Checks:
    """Scipy's Gaussian densities where they can be computed, and limits where they cannot."""
    checks = Checks("outlier_responsibilities", hidden_points=1)

    with checks(
        2,
        "is the posterior probability, from the prior and two densities in the image",
        hint="A density integrates to one *over the image*: how high is a Gaussian of two dimensions at its middle, how does that height change when "
        "it is twice as broad, and how does it fall with the error? Which of the two does the prior probability belong to, and what is left for "
        "the other? Each detection is judged by itself, and no small number is added.",
        remedy="log(prior) - 2 log(std) - error² / (2 std²) for each of the two; the prior of an inlier is 1 - outlier_probability.",
    ):
        errors_px = np.concatenate([[0.0], np.sort(checks.rng.uniform(1, 40, 7))])
        for std, broad, probability in ((3.0, 25.0, 0.15), (5.0, 12.0, 0.4), (0.5, 3.0, 0.7)):
            given = (errors_px * std / 3, std, broad, probability)
            found, expected = outlier_responsibilities(*given), bayes(*given)
            name = f"responsibilities, {std:g} and {broad:g} px, prior {probability:g}"
            slips = lazily(share_slips, *given)
            try:
                checks.close(found, expected, atol=1e-5, name=name, looks_like=slips)
            except CheckFailed as failure:
                slip = failure.slip or named(found, slips)  # some are very large
                raise CheckFailed(str(failure), slip=slip) from failure

    with checks(
        1,
        "does not underflow, however far off the detection is",
        hint="exp(-1000) is 0 in floating point, and 0 / (0 + 0) is NaN. Which quantity can be compared without ever leaving the logarithm?",
        remedy="scipy.special.expit(log_outlier - log_inlier): only the difference of the two logarithms matters.",
    ):
        errors_px = np.array([2e3, 1e4, 1e6])
        found = outlier_responsibilities(errors_px, 3.0, 30.0, 0.01)
        all_right = all(result.status == "passed" for result in checks.results)
        slips = {slip: np.full(3, value) for slip, value in FAR.items()} if all_right else {}
        name = "responsibilities at 2000, 10000 and 1000000 px"
        checks.close(found, np.ones(3), atol=1e-6, name=name, nan_equal=True, looks_like=slips)
        options = {"inlier_std_px": 6.0, "outlier_std_px": 6.0, "outlier_probability": 0.3}
        found = outlier_responsibilities(errors_px=errors_px, **options)
        name = "responsibilities where both Gaussians are the same (all that is left is the prior)"
        checks.close(found, np.full(3, 0.3), atol=1e-5, name=name)

    with checks(
        1,
        "takes a scale for each key point and a prior for each camera, passes NaN on, and leaves its inputs as they were",
        hint="Numbers and arrays go through the same arithmetic; `if` and math.log do not take arrays. For a detection that is missing "
        "there is nothing to say.",
        remedy="np.log and NumPy's broadcasting do it all; no loop is needed.",
    ):
        errors_px = checks.rng.uniform(0, 25, (3, 4, 2))
        errors_px[1, 2], errors_px[2, 0, 1] = NAN, NAN
        narrow, prior = checks.rng.uniform(2, 5, 2), checks.rng.uniform(0.05, 0.5, (3, 1, 1))
        found, afterwards = checks.call(outlier_responsibilities, errors_px, narrow, 20.0, prior)
        expected = bayes(errors_px, narrow, 20.0, prior)
        name = "responsibilities (3 views, 4 frames, 2 key points)"
        slips = missing_slips(
            expected, prior, bayes(np.zeros(errors_px.shape), narrow, 20.0, prior)
        )
        checks.close(found, expected, atol=1e-5, name=name, nan_equal=True, looks_like=slips)
        checks.array(found, (3, 4, 2), name=name)
        names = ("errors_px", "inlier_std_px")
        untouched(checks, names, (errors_px, narrow), afterwards)

    return checks


@checked
def laplace_covariance(laplace_covariance: Any) -> Checks:
    """Curvatures of the squared errors, by differences."""
    checks = Checks("laplace_covariance", hidden_points=1)

    with checks(
        2,
        "is the inverse of the weighted curvature",
        hint="How does a pixel u / w move when the point does? Both numerator and denominator change. Precisions, 1 / noise², add up over views, each "
        "with its weight, covariances do not; what should come back is a covariance, which is small where the precision is large.",
        remedy="J = (A[:2] - pixel · A[2]) / w for each view; inverse of Σ weight JᵀJ / noise_std_px².",
    ):
        cameras, points = rig(checks.rng, 4), somewhere(checks.rng, 5)
        weights = checks.rng.uniform(0.2, 1, (4, 5))
        found = laplace_covariance(cameras.projections, points, weights, 2.5)
        expected = curvature_inverse(cameras, points, weights, 2.5)
        slips = lazily(curvature_slips, cameras, points, weights, 2.5)
        try:
            checks.close(found, expected, atol=1e-3, rtol=1e-3, name="covariances")
        except CheckFailed as failure:
            # Some are so small that all of them would lie within the tolerance.
            raise CheckFailed(str(failure), slip=named(found, slips)) from failure

    with checks(
        1,
        "gives NaN where fewer than two views count, and leaves its inputs as they were",
        hint="One view says nothing about depth: its precision cannot be inverted, and rounding should not decide whether it is. A view counts "
        "when its weight is above 0, however small.",
        remedy="np.where((weights > 0).sum(axis=0) >= 2, ..., np.nan), and invert only what can be inverted.",
    ):
        cameras, points = rig(checks.rng, 3), somewhere(checks.rng, 4)
        weights = np.array([[0.4, 0.0, 0.0, 0.6], [0.7, 0.0, 1.0, 0.3], [0.5, 0.0, 0.0, 0.0]])
        options = {"weights": weights, "noise_std_px": 1.0}
        found = laplace_covariance(projections=cameras.projections, points_3d=points, **options)
        expected = np.full((4, 3, 3), NAN)
        for point in (0, 3):
            own = slice(point, point + 1)
            expected[own] = curvature_inverse(cameras, points[own], weights[:, own], 1.0)
        nothing, one = np.nan_to_num(expected), np.where(np.isnan(expected), np.inf, expected)
        alone = expected.copy()
        alone[3] = NAN
        slips = {
            "views are counted by how much they weigh": np.full((4, 3, 3), NAN),
            "two views are taken for too few, or one that does not count costs a point all others": alone,
            "0 stands where fewer than two views count": nothing,
            "infinity stands where fewer than two views count": one,
        }
        slips = {} if checks.slips else slips
        checks.close(
            found,
            expected,
            atol=1e-3,
            rtol=1e-3,
            name="covariances",
            nan_equal=True,
            looks_like=slips,
        )
        checks.array(found, (4, 3, 3), name="covariances")
        checks.unchanged(laplace_covariance, cameras.projections, points, weights, 1.0)

    return checks


def curvature_inverse(cameras: Any, points: Array, weights: Array, noise_std_px: float) -> Array:
    """Of one tall system for each point, with slopes by differences of a tenth of a millimeter: pseudoinverse times its transpose."""
    moves = 0.1 * np.eye(3)
    slopes = np.stack([cameras.images(points + m) - cameras.images(points - m) for m in moves], -1)
    tall = np.sqrt(weights)[..., None, None] * slopes / (0.2 * noise_std_px)
    found = np.empty((len(points), 3, 3))
    for point in range(len(points)):
        inverse = np.linalg.pinv(tall[:, point].reshape(-1, 3))
        found[point] = inverse @ inverse.T
    return found
