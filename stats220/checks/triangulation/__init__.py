"""Lab 5's checks that students can run.

What is expected comes from similar triangles, from a flat world in which triangulation is a mean, from least squares with one equation for
each step, and from scipy's distributions.
"""

from stats220.checks.triangulation.bayes import laplace_covariance, outlier_responsibilities
from stats220.checks.triangulation.cameras import camera_center, project, projection_matrix
from stats220.checks.triangulation.directions import (
    fit_vmf,
    update_direction,
    vmf_log_density,
)
from stats220.checks.triangulation.dlt import (
    reprojection_errors,
    triangulate_dlt,
    triangulate_median,
)
from stats220.checks.triangulation.mixtures import vmf_mixture_em
from stats220.checks.triangulation.robust import robust_weights, triangulate_ransac
from stats220.checks.triangulation.trajectories import median_filter, smooth_trajectory

__all__ = [
    "camera_center",
    "fit_vmf",
    "laplace_covariance",
    "median_filter",
    "outlier_responsibilities",
    "project",
    "projection_matrix",
    "reprojection_errors",
    "robust_weights",
    "smooth_trajectory",
    "triangulate_dlt",
    "triangulate_median",
    "triangulate_ransac",
    "update_direction",
    "vmf_log_density",
    "vmf_mixture_em",
]
