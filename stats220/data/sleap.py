"""Tables of key points as SLEAP writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from stats220.data.deeplabcut import KeypointTable, repeated
from stats220.errors import DataError


def is_sleap(path: Path) -> bool:
    """Whether a file is HDF5 and holds SLEAP's tracks; without h5py, nothing is."""
    try:
        import h5py

        with h5py.File(path, "r") as file:
            return "tracks" in file
    except (ImportError, OSError):
        return False


def read_sleap(path: str | Path) -> KeypointTable:
    """Read an analysis file of SLEAP (``sleap-convert --format analysis``); needs h5py.

    Parameters
    ----------
    path : str or Path
        An HDF5 file with `tracks` (num_tracks, 2, num_nodes, num_frames), `node_names`, and perhaps `track_names` and `point_scores`.

    Returns
    -------
    KeypointTable
        An individual a track; `frames` are the numbers of the frames, `likelihoods` the scores of the points.

    Raises
    ------
    DataError
        If the file cannot be read or is no analysis file.
    """
    path = Path(path)
    try:
        import h5py

        with h5py.File(path, "r") as file:
            held = {name: file[name][()] for name in file if isinstance(file[name], h5py.Dataset)}
    except ImportError as error:
        raise DataError(f"reading {path} needs h5py: pip install h5py") from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be read as HDF5 ({error}). Export it from SLEAP again."
        ) from error
    remedy = (
        "Export the labels with `sleap-convert --format analysis`; a .slp file has another layout."
    )
    for name in ("tracks", "node_names"):
        if name not in held:
            raise DataError(f"{path} is no analysis file of SLEAP: it has no {name}. {remedy}")
    tracks = np.asarray(held["tracks"], dtype=float)
    nodes = _texts(held["node_names"])
    if tracks.ndim != 4 or tracks.shape[1:3] != (2, len(nodes)):
        raise DataError(
            f"{path}: tracks has shape {tracks.shape}, not (num_tracks, 2, {len(nodes)} nodes, num_frames). {remedy}"
        )
    num_tracks, _, _, num_frames = tracks.shape
    names = _texts(held.get("track_names", []))
    names = names or ([""] if num_tracks == 1 else [f"track_{i}" for i in range(num_tracks)])
    scores = held.get("point_scores")
    if len(names) != num_tracks or (
        scores is not None and scores.shape != (num_tracks, len(nodes), num_frames)
    ):
        raise DataError(f"{path}: track_names or point_scores do not fit the tracks. {remedy}")
    for what, texts in (("node", nodes), ("track", names)):
        if twice := repeated(texts):
            raise DataError(f"{path}: the {what} {twice} is there twice. Rename one in SLEAP.")
    return KeypointTable(
        frames=tuple(str(t) for t in range(num_frames)),
        keypoints_xy=np.ascontiguousarray(np.transpose(tracks, (0, 3, 2, 1))),
        likelihoods=None if scores is None else np.asarray(np.swapaxes(scores, 1, 2), dtype=float),
        keypoint_names=tuple(nodes),
        individual_names=tuple(names),
    )


def _texts(values: Any) -> list[str]:
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]
