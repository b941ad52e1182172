"""Lab 5's answer key: the solved exercises, and in ``fast`` the same triangulation for millions of points."""

from stats220.reference.triangulation.bayes import laplace_covariance, outlier_responsibilities
from stats220.reference.triangulation.cameras import camera_center, project, projection_matrix
from stats220.reference.triangulation.directions import fit_vmf, update_direction, vmf_log_density
from stats220.reference.triangulation.dlt import (
    reprojection_errors,
    triangulate_dlt,
    triangulate_median,
)
from stats220.reference.triangulation.mixtures import vmf_mixture_em
from stats220.reference.triangulation.robust import robust_weights, triangulate_ransac
from stats220.reference.triangulation.trajectories import median_filter, smooth_trajectory

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
