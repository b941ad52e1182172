"""How far detections are from where they should be: an inlier's spread, an outlier's, and how many are outliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from stats220.errors import InputError

RAYLEIGH_MEDIAN = np.sqrt(2 * np.log(2))  # of the length of a 2D Gaussian with standard deviation 1
OUTLIER_STDS = 4.0  # beyond so many inlier standard deviations a detection counts as an outlier, for a first guess
PRIOR_DETECTIONS = 4.0  # how many detections the first guess is worth


@dataclass(frozen=True, eq=False)
class DetectionNoise:
    """A narrow and a broad Gaussian around the reprojection, for each camera and key point.

    Attributes
    ----------
    inlier_std_px, outlier_std_px : array (num_cameras, num_keypoints)
        Standard deviation of x and of y.
    outlier_probability : array (num_cameras, num_keypoints)
    """

    inlier_std_px: Float[np.ndarray, "num_cameras num_keypoints"]
    outlier_std_px: Float[np.ndarray, "num_cameras num_keypoints"]
    outlier_probability: Float[np.ndarray, "num_cameras num_keypoints"]

    def __post_init__(self) -> None:
        shape = np.shape(self.inlier_std_px)
        for name in ("inlier_std_px", "outlier_std_px", "outlier_probability"):
            values = np.asarray(getattr(self, name))
            if values.shape != shape or values.ndim != 2:
                raise InputError(f"{name} must be (num_cameras, num_keypoints): got {values.shape}")
            if not (np.isfinite(values).all() and (values > 0).all()):
                raise InputError(f"{name} must be positive and finite")
        if (np.asarray(self.outlier_probability) >= 1).any():
            raise InputError("outlier_probability must be below 1: else no detection says anything")
        if (np.asarray(self.outlier_std_px) <= self.inlier_std_px).any():
            raise InputError("outlier_std_px must be larger than inlier_std_px")


def usual_noise(
    num_cameras: int,
    num_keypoints: int,
    *,
    inlier_std_px: float = 6.0,
    outlier_std_px: float = 80.0,
    outlier_probability: float = 0.1,
) -> DetectionNoise:
    """The same noise for every camera and key point."""
    shape = (num_cameras, num_keypoints)
    return DetectionNoise(
        np.full(shape, inlier_std_px),
        np.full(shape, outlier_std_px),
        np.full(shape, outlier_probability),
    )


def fit_noise(
    errors_px: Float[np.ndarray, "num_cameras num_frames num_keypoints"],
) -> DetectionNoise:
    """A robust first guess from the distances between detections and the reprojections of known (or well triangulated) points.

    Parameters
    ----------
    errors_px : array (num_cameras, num_frames, num_keypoints)
        NaN: not seen, or truth unknown.

    Returns
    -------
    DetectionNoise
        The inliers' spread from the median of each camera and key point, drawn toward that of all; outliers are what is beyond four of
        these; their spread is one for all.

    Raises
    ------
    InputError
        If no distance is known.
    """
    known = np.isfinite(errors_px)
    if not known.any():
        raise InputError(
            "no distance is known: take frames in which detections and truth are there"
        )
    overall = float(np.median(errors_px[known])) / RAYLEIGH_MEDIAN
    num_cameras, _, num_keypoints = errors_px.shape
    inlier = np.full((num_cameras, num_keypoints), overall)
    for c in range(num_cameras):
        for k in range(num_keypoints):
            own = errors_px[c, known[c, :, k], k]
            if len(own):
                median = float(np.median(own)) / RAYLEIGH_MEDIAN
                weight = len(own) / (len(own) + PRIOR_DETECTIONS)
                inlier[c, k] = max(overall ** (1 - weight) * median**weight, 0.1)
    inlier = np.minimum(
        inlier, 3 * overall
    )  # a key point that is wrong most of the time is not an inlier
    limit = OUTLIER_STDS * inlier[:, None]
    far = known & (errors_px > limit)
    counts = known.sum(axis=1)
    probability = (far.sum(axis=1) + 0.1 * PRIOR_DETECTIONS) / (counts + PRIOR_DETECTIONS)
    spread = float(np.sqrt(np.mean(errors_px[far] ** 2) / 2)) if far.any() else 20 * overall
    outlier = np.maximum(np.full_like(inlier, spread), 3 * inlier)
    return DetectionNoise(inlier, outlier, np.minimum(probability, 0.9))
