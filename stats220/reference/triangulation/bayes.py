"""Part 5: what a posterior knows."""

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from stats220.models.triangulation import check_cameras


def outlier_responsibilities(
    errors_px: Float[np.ndarray, "*#batch"],
    inlier_std_px: float | Float[np.ndarray, "*#batch"],
    outlier_std_px: float | Float[np.ndarray, "*#batch"],
    outlier_probability: float | Float[np.ndarray, "*#batch"],
) -> Float[np.ndarray, "*batch"]:
    """The posterior probability that each detection is an outlier.

    A detection scatters about where the point lands, with an isotropic Gaussian density *in the
    image*: a narrow one, or, with probability `outlier_probability`, a broad one.

    Parameters
    ----------
    errors_px : ndarray (...)
        Distance of each detection from where the point lands, in pixels; NaN where there is none.
    inlier_std_px, outlier_std_px : float or ndarray (...)
        Standard deviations, along each axis of the image, of the narrow and of the broad Gaussian.
    outlier_probability : float or ndarray (...)
        Prior probability of an outlier, between 0 and 1.

    Returns
    -------
    ndarray (...)
        Between 0 and 1, and never NaN where there is a detection, however far off.
    """
    # The log of prior times density, for both: for one Gaussian of two dimensions that is
    # log(prior) - log(2π std²) - error² / (2 std²).
    # BEGIN SOLUTION
    log_outlier = np.log(outlier_probability) - 2 * np.log(outlier_std_px)
    log_outlier = log_outlier - 0.5 * (errors_px / outlier_std_px) ** 2
    log_inlier = np.log1p(-np.asarray(outlier_probability)) - 2 * np.log(inlier_std_px)
    log_inlier = log_inlier - 0.5 * (errors_px / inlier_std_px) ** 2
    # END SOLUTION

    # Bayes' rule, from the two logarithms, so that nothing underflows.
    # BEGIN SOLUTION
    responsibilities = expit(log_outlier - log_inlier)
    # END SOLUTION
    return responsibilities


def laplace_covariance(
    projections: Float[np.ndarray, "num_cameras 3 4"],
    points_3d: Float[np.ndarray, "num_points 3"],
    weights: Float[np.ndarray, "num_cameras num_points"],
    noise_std_px: float,
) -> Float[np.ndarray, "num_points 3 3"]:
    """Laplace's approximation: the covariance of triangulated points, from curvature at their best.

    Parameters
    ----------
    projections : ndarray (num_cameras, 3, 4)
        [A | b] of each camera.
    points_3d : ndarray (num_points, 3)
        The most probable points, in mm.
    weights : ndarray (num_cameras, num_points)
        What each detection counts: 1, 0 where there is none, or the probability that it is no
        outlier.
    noise_std_px : float
        Standard deviation of a detection along each axis of the image.

    Returns
    -------
    ndarray (num_points, 3, 3)
        Inverse of the Gauss-Newton Hessian, Σ weight · JᵀJ / noise_std_px², in mm². NaN where fewer
        than two views count.
    """
    check_cameras(projections)

    # J (num_cameras, num_points, 2, 3): how column and row of a view change with the point.
    # BEGIN SOLUTION
    linear, offset = projections[:, :, :3], projections[:, :, 3]
    uvw = np.einsum("cij,nj->cni", linear, points_3d) + offset[:, None]
    pixels, depth = uvw[..., :2] / uvw[..., 2:], uvw[..., 2]
    slopes = linear[:, None, :2] - pixels[..., None] * linear[:, None, 2:]
    slopes = slopes / depth[..., None, None]
    # END SOLUTION

    # The precision of each point, and its inverse.
    # BEGIN SOLUTION
    precision = np.einsum("cn,cnki,cnkj->nij", weights, slopes, slopes) / noise_std_px**2
    enough = (np.sum(weights > 0, axis=0) >= 2)[:, None, None]
    covariance = np.where(enough, np.linalg.inv(np.where(enough, precision, np.eye(3))), np.nan)
    # END SOLUTION
    return covariance
