"""Labeled and predicted key points: labels files of several tools, and distances between the two."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Shaped
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.data.deeplabcut import read_deeplabcut
from stats220.data.sleap import is_sleap, read_sleap
from stats220.errors import InputError


class Labels(NamedTuple):
    """Labeled key points of one animal, and the images that they belong to.

    Attributes
    ----------
    files : tuple of num_frames str
        The image as the file names it, with its folders ("labeled-data/video/img001.png"); of SLEAP the frame's number.
    keypoints_xy : float64 array (num_frames, num_keypoints, 2)
        (x, y) in pixels; NaN: not labeled.
    keypoint_names : tuple of num_keypoints str
    """

    files: tuple[str, ...]
    keypoints_xy: NDArray[np.float64]
    keypoint_names: tuple[str, ...]


def read_labels(path: str | Path, *, individual: str | None = None) -> Labels:
    """Read labeled key points: DeepLabCut's ``CollectedData_*`` as CSV or HDF5, or SLEAP's analysis HDF5.

    Parameters
    ----------
    path : str or Path
        What `stats220.data.deeplabcut.read_deeplabcut` and `stats220.data.sleap.read_sleap` read.
    individual : str, optional
        Which animal; needed where the file knows several.

    Returns
    -------
    Labels

    Raises
    ------
    DataError
        If the file cannot be read, or is not as described; names file and line.
    InputError
        If the file holds several animals and none is chosen.
    """
    path = Path(path)
    table = read_sleap(path) if is_sleap(path) else read_deeplabcut(path)
    animal = table.individual(individual)
    return Labels(table.frames, animal.keypoints_xy, table.keypoint_names)


class PixelErrors(NamedTuple):
    """How far predicted key points are from the labels: one number per key point.

    Attributes
    ----------
    rmse_px, median_px, p90_px : float64 arrays (num_keypoints,)
        Root mean square, median and 90th percentile of the Euclidean distances, in pixels; NaN where none is scored.
    num_scored : int64 array (num_keypoints,)
        Frames in which the key point is both labeled and predicted: only these count.
    num_labeled : int64 array (num_keypoints,)
        Frames in which it is labeled. Where this is more than `num_scored`, predictions are missing.
    """

    rmse_px: NDArray[np.float64]
    median_px: NDArray[np.float64]
    p90_px: NDArray[np.float64]
    num_scored: NDArray[np.int64]
    num_labeled: NDArray[np.int64]


def pixel_errors(
    predicted_xy: Shaped[Any, "num_frames num_keypoints 2"],
    keypoints_xy: Shaped[Any, "num_frames num_keypoints 2"],
) -> PixelErrors:
    """Distances from predicted to labeled key points, summed up for each key point.

    Parameters
    ----------
    predicted_xy, keypoints_xy : arrays or tensors (num_frames, num_keypoints, 2)
        (x, y) in pixels of the original frames; NaN: not predicted, not labeled. Such frames are left out.

    Returns
    -------
    PixelErrors

    Raises
    ------
    InputError
        If the two differ in shape, or are not of that shape.
    """
    predicted, labeled = (
        np.asarray(to_numpy(xy), dtype=float) for xy in (predicted_xy, keypoints_xy)
    )
    if predicted.shape != labeled.shape or labeled.ndim != 3 or labeled.shape[-1] != 2:
        raise InputError(
            "predicted_xy and keypoints_xy must both be (num_frames, num_keypoints, 2): "
            f"got {predicted.shape} and {labeled.shape}"
        )
    distances = np.hypot(*np.moveaxis(predicted - labeled, -1, 0))
    scored = [column[np.isfinite(column)] for column in distances.T]
    return PixelErrors(
        rmse_px=np.array([np.sqrt(np.mean(d**2)) if d.size else np.nan for d in scored]),
        median_px=np.array([np.median(d) if d.size else np.nan for d in scored]),
        p90_px=np.array([np.percentile(d, 90) if d.size else np.nan for d in scored]),
        num_scored=np.array([d.size for d in scored]),
        num_labeled=np.isfinite(labeled).all(axis=-1).sum(axis=0),
    )
