"""What known mistakes make of posteriors: each clause says what an answer does, and leads to the value that it gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from stats220.checks.triangulation.inputs import Rig

Array = np.ndarray[Any, np.dtype[Any]]


def share_slips(errors_px: Array, narrow: float, broad: float, prior: float) -> dict[str, Array]:
    """Of `outlier_responsibilities`: the logarithm of the odds with something else in it."""
    odds, misfit = prior / (1 - prior), errors_px**2 / 2
    gain = misfit * (1 / narrow**2 - 1 / broad**2)

    def probability(odds: Any, gain: Any, dimensions: float = 2) -> Array:
        found: Array = expit(np.log(odds) + dimensions * np.log(narrow / broad) + gain)
        return found

    def density(std: float) -> Array:
        found: Array = np.exp(-misfit / std**2) / (2 * np.pi * std**2)
        return found

    def log_of(share: float, std: float) -> Array:
        found: Array = np.log(share) - np.log(2 * np.pi * std**2) - misfit / std**2
        return found

    right = probability(odds, gain)
    swapped = expit(np.log(odds) - 2 * np.log(narrow / broad) - gain)
    outlier, inlier = prior * density(broad), (1 - prior) * density(narrow)
    logs = log_of(prior, broad), log_of(1 - prior, narrow)
    rooted, both = misfit * (1 / narrow - 1 / broad), narrow**2 + broad**2
    return {
        "the Gaussians are those of one dimension": probability(odds, gain, 1),
        "the Gaussians are those of three dimensions": probability(odds, gain, 3),
        "the Gaussians are not normalized": probability(odds, gain, 0),
        "the variance is squared once more before the exponent": probability(odds, gain, 4),
        "a Gaussian's height grows with its breadth": probability(odds, gain, -2),
        "the prior is left out": probability(1, gain),
        "an inlier's prior is taken for 1": probability(prior, gain),
        "an outlier's prior is taken for 1": probability(1 / (1 - prior), gain),
        "the prior is given to the inliers": probability(1 / odds, gain),
        "the prior counts twice": probability(odds**2, gain),
        "the prior's logarithm is not taken": probability(np.exp(2 * prior - 1), gain),
        "the two standard deviations are swapped": swapped,
        "an outlier's variance is the sum of both": expit(
            np.log(odds) + np.log(narrow**2 / both) + misfit * (1 / narrow**2 - 1 / both)
        ),
        "errors are not squared": probability(odds, errors_px / 2 * (1 / narrow**2 - 1 / broad**2)),
        "neither the error nor the standard deviation is squared in the exponent": probability(
            odds, errors_px / 2 * (1 / narrow - 1 / broad)
        ),
        "the standard deviation is not squared in the exponent": probability(odds, rooted),
        "standard deviations are taken for variances": probability(odds, rooted, 1),
        "the half in the exponent is left out": probability(odds, 2 * gain),
        "the exponent lacks its minus": probability(odds, -gain),
        "the exponents are left out, or have the same standard deviation": probability(
            odds, 0 * gain
        ),
        "2π is in the outlier's density only": probability(odds / (2 * np.pi), gain),
        "2π is in the inlier's density only": probability(odds * 2 * np.pi, gain),
        "the density of outliers is the same everywhere": probability(odds, misfit / narrow**2),
        "it is the probability of an inlier": 1 - right,
        "it is rounded to 0 or 1": np.round(right),
        "the odds come back": outlier / inlier,
        "the logarithm of the odds comes back": np.log(outlier / inlier),
        "the logarithm of the probability comes back": np.log(right),
        "the outlier's prior times density comes back, not divided by the sum of both": outlier,
        "the outlier's prior times density without 2π comes back, not divided by the sum of both": outlier
        * 2
        * np.pi,
        "the logarithms are divided by their sum, and not what they are the logarithms of": logs[0]
        / (logs[0] + logs[1]),
        "the logarithms, less a constant, are divided by their sum, and not what they are the logarithms of": (
            logs[0] + np.log(2 * np.pi)
        )
        / (logs[0] + logs[1] + 2 * np.log(2 * np.pi)),
        "the probabilities of all detections add up to one": (outlier / inlier)
        / (outlier / inlier).sum(),
        "the sum below the fraction is that of the densities without their priors": outlier
        / (density(broad) + density(narrow)),
    }


FAR = {
    "0 stands where both densities are too small for a computer: a detection that is far off is taken for an inlier": 0.0,
    "the prior stands where both densities are too small for a computer": 0.01,
    "a small number is added to both densities, and is all that is left far off": 0.5,
    "what is far off is NaN: 0 is divided by 0": np.nan,
}  # each with what it gives for a detection that is very far off, where the prior is 0.01


def missing_slips(expected: Array, prior: Any, at_zero: Array) -> dict[str, Array]:
    """Of `outlier_responsibilities`, where a detection is missing; `at_zero` is what an error of 0 gives."""
    instead = {
        "a missing detection is taken for an outlier": 1.0,
        "a missing detection is taken for an inlier": 0.0,
        "a missing detection is taken for half an outlier": 0.5,
        "a missing detection keeps the prior": prior,
        "a missing detection is taken for an error of 0": at_zero,
    }
    return {slip: np.where(np.isnan(expected), value, expected) for slip, value in instead.items()}


def curvature_slips(
    cameras: Rig, points: Array, weights: Array, noise_std_px: float
) -> dict[str, Array]:
    """Of `laplace_covariance`."""
    A, b = cameras.projections[:, None, :, :3], cameras.projections[:, None, :, 3]
    uvw = (A @ points[..., None])[..., 0] + b
    pixels, depth = cameras.images(points)[..., None], uvw[..., 2, None, None]
    first, third = A[..., :2, :], A[..., 2:, :]
    steady = np.broadcast_to(first, (*weights.shape, 2, 3))
    slopes = (first - pixels * third) / depth

    def inverse(slopes: Array = slopes, counts: Array = weights) -> Array:
        hessian = np.einsum("cn,cnki,cnkj->nij", counts, slopes, slopes) / noise_std_px**2
        found: Array = np.linalg.inv(hessian)
        return found

    right, noise = inverse(), noise_std_px
    precision = np.linalg.inv(right)
    diagonal = np.einsum("nii->ni", right)
    every = np.linalg.pinv(np.einsum("cnki,cnkj->cnij", slopes, slopes)) * noise**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "the noise is not squared": right / noise,
            "the noise is left out": right / noise**2,
            "the precision is multiplied by the noise squared, not divided by it": right / noise**4,
            "the noise is squared twice": right * noise**2,
            "every view counts fully": inverse(counts=np.ones(weights.shape)),
            "weights are squared": inverse(counts=weights**2),
            "the root of the weights is taken": inverse(counts=np.sqrt(weights)),
            "a view counts by one over its weight": inverse(counts=1 / weights),
            "a view counts by 1 minus its weight": inverse(counts=1 - weights),
            "weights are divided by their sum": inverse(counts=weights / weights.sum(axis=0)),
            "the mean over views is taken, not the sum": right * len(weights),
            "the curvature is half of what it should be: a mean over the axes of the image, or a half that is left": right * 2,
            "the curvature is twice what it should be": right / 2,
            "the precision is not inverted": precision,
            "each number is inverted by itself, and not the matrix": 1 / precision,
            "only the diagonal of the precision is inverted": np.eye(3) / precision,
            "covariances of views are added up, not precisions": np.einsum("cn,cnij->nij", weights, every),
            "the denominator w does not change with the point": inverse(first / depth),
            "the change of the denominator has the wrong sign": inverse((first + pixels * third) / depth),
            "the change of the denominator is not divided by w once more, u in the place of u / w": inverse(
                (first - uvw[..., :2, None] * third) / depth
            ),
            "slopes are not divided by the depth": inverse(slopes * depth),
            "slopes are divided by the depth squared": inverse(slopes / depth),
            "the slopes are those of u and v, not of pixels": inverse(steady),
            "the slopes are those of u, v and w, not of pixels": inverse(
                np.broadcast_to(A, (*weights.shape, 3, 3))
            ),
            "only columns count": inverse(slopes[..., :1, :]),
            "only rows count": inverse(slopes[..., 1:, :]),
            "the sign is turned round": -right,
            "variances come back, without the rest of the matrix": diagonal,
            "standard deviations come back": np.sqrt(diagonal),
            "its root is taken, number by number": np.sqrt(np.abs(right)),
        }  # fmt: skip
