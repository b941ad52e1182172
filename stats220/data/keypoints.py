"""Labelled and predicted key points: DeepLabCut's labels files, and distances between the two."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Shaped
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.errors import DataError, InputError


class DeepLabCutLabels(NamedTuple):
    """What a labels file of DeepLabCut holds.

    Attributes
    ----------
    files : tuple of num_frames str
        The image's file name, without folders.
    keypoints_xy : float64 array (num_frames, num_keypoints, 2)
        (x, y) in pixels; NaN: not labelled.
    keypoint_names : tuple of num_keypoints str
    """

    files: tuple[str, ...]
    keypoints_xy: NDArray[np.float64]
    keypoint_names: tuple[str, ...]


def read_deeplabcut_labels(path: Path) -> DeepLabCutLabels:
    """Read a ``CollectedData_*.csv`` file of DeepLabCut for one animal.

    Parameters
    ----------
    path : Path
        Three header rows (scorer, bodyparts, coords), then a row a frame: image, x and y of each body part. Empty
        cells: not labelled.

    Returns
    -------
    DeepLabCutLabels

    Raises
    ------
    DataError
        If the file cannot be read, or a row is not as described; names file and line.
    """
    remedy = "Delete it and load again to fetch a fresh copy."
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as CSV ({error}). {remedy}") from error
    if len(rows) < 4 or [row[:1] for row in rows[1:3]] != [["bodyparts"], ["coords"]]:
        raise DataError(
            f"{path}:1: not a labels file of DeepLabCut, which has rows scorer, bodyparts, coords, then frames. {remedy}"
        )
    parts, coordinates = rows[1][1:], rows[2][1:]
    if not parts or parts[::2] != parts[1::2] or coordinates != ["x", "y"] * (len(parts) // 2):
        raise DataError(f"{path}:3: the columns are not x and y of each body part. {remedy}")
    files, values = [], []
    for line, row in enumerate(rows[3:], start=4):
        try:
            if len(row) != 1 + len(parts):
                raise ValueError(f"{len(row)} cells instead of {1 + len(parts)}")
            values.append([float(cell) if cell.strip() else np.nan for cell in row[1:]])
        except ValueError as error:
            raise DataError(
                f"{path}:{line}: not an image and x and y of each body part ({error}). {remedy}"
            ) from error
        files.append(row[0].replace("\\", "/").rpartition("/")[2])
    return DeepLabCutLabels(
        tuple(files), np.reshape(values, (len(files), -1, 2)), tuple(parts[::2])
    )


class PixelErrors(NamedTuple):
    """How far predicted key points are from the labels: one number a key point.

    Attributes
    ----------
    rmse_px, median_px, p90_px : float64 arrays (num_keypoints,)
        Root mean square, median and 90th percentile of the Euclidean distances, in pixels; NaN where none is scored.
    num_scored : int64 array (num_keypoints,)
        Frames in which the key point is both labelled and predicted: only these count.
    num_labelled : int64 array (num_keypoints,)
        Frames in which it is labelled. Where this is more than `num_scored`, predictions are missing.
    """

    rmse_px: NDArray[np.float64]
    median_px: NDArray[np.float64]
    p90_px: NDArray[np.float64]
    num_scored: NDArray[np.int64]
    num_labelled: NDArray[np.int64]


def pixel_errors(
    predicted_xy: Shaped[Any, "num_frames num_keypoints 2"],
    keypoints_xy: Shaped[Any, "num_frames num_keypoints 2"],
) -> PixelErrors:
    """Distances from predicted to labelled key points, summed up for each key point.

    Parameters
    ----------
    predicted_xy, keypoints_xy : arrays or tensors (num_frames, num_keypoints, 2)
        (x, y) in pixels of the original frames; NaN: not predicted, not labelled. Such frames are left out.

    Returns
    -------
    PixelErrors

    Raises
    ------
    InputError
        If the two differ in shape, or are not of that shape.
    """
    predicted, labelled = (
        np.asarray(to_numpy(xy), dtype=float) for xy in (predicted_xy, keypoints_xy)
    )
    if predicted.shape != labelled.shape or labelled.ndim != 3 or labelled.shape[-1] != 2:
        raise InputError(
            "predicted_xy and keypoints_xy must both be (num_frames, num_keypoints, 2): "
            f"got {predicted.shape} and {labelled.shape}"
        )
    distances = np.hypot(*np.moveaxis(predicted - labelled, -1, 0))
    scored = [column[np.isfinite(column)] for column in distances.T]
    return PixelErrors(
        rmse_px=np.array([np.sqrt(np.mean(d**2)) if d.size else np.nan for d in scored]),
        median_px=np.array([np.median(d) if d.size else np.nan for d in scored]),
        p90_px=np.array([np.percentile(d, 90) if d.size else np.nan for d in scored]),
        num_scored=np.array([d.size for d in scored]),
        num_labelled=np.isfinite(labelled).all(axis=-1).sum(axis=0),
    )
