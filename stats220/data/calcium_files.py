"""Calcium imaging movies: what one is, and reading one from a file of your own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from stats220.errors import DataError, InputError


@dataclass(frozen=True)
class CalciumMovie:
    """A motion-corrected calcium imaging movie.

    Attributes
    ----------
    movie : ndarray (height, width, num_frames), float32
        Fluorescence in the microscope's arbitrary units.
    frame_rate_hz : float
        Frames a second.
    """

    movie: Float[np.ndarray, "height width num_frames"]
    frame_rate_hz: float


def check_movie(movie: Any) -> None:
    """Refuse an array that cannot be a movie (height, width, num_frames) with a signal in every pixel.

    Parameters
    ----------
    movie : ndarray (height, width, num_frames)
        What is to be analysed.

    Raises
    ------
    InputError
        Where it is no three-dimensional array, its axes look swapped (the longest, by far, is not the last), or a pixel holds
        a NaN, an infinity, or one and the same value in all frames.
    """
    if getattr(movie, "ndim", 0) != 3 or movie.size == 0:
        raise InputError(f"a movie is (height, width, num_frames), got shape {np.shape(movie)}")
    longest = int(np.argmax(movie.shape))
    if longest != 2 and movie.shape[longest] >= 4 * max(np.delete(movie.shape, longest)):
        raise InputError(
            f"shape {movie.shape} should be (height, width, num_frames), but axis {longest} looks like time: "
            f"np.moveaxis(movie, {longest}, 2) puts it last"
        )
    # The extremes over time carry NaN and infinity along, and take no second copy of the movie.
    highest, lowest = movie.max(axis=2), movie.min(axis=2)
    for bad, what in (
        (~(np.isfinite(highest) & np.isfinite(lowest)), "hold a NaN or an infinity"),
        (highest == lowest, "are the same in all frames"),
    ):
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise InputError(
                f"{bad.sum()} of {bad.size} pixels {what}, the first at row {row}, column {column}: "
                "crop the movie to the pixels that were recorded throughout"
            )


def load_calcium_movie(
    path: Path | str,
    *,
    frame_rate_hz: float | None = None,
    axes: str | None = None,
    dataset: str | None = None,
) -> CalciumMovie:
    """Read a motion-corrected movie of your own from a TIFF, NPY, HDF5 or NWB file.

    Parameters
    ----------
    path : Path or str
        A ``.tif``/``.tiff`` (needs tifffile), ``.npy``, ``.h5``/``.hdf5`` (needs h5py) or ``.nwb`` file (needs pynwb).
    frame_rate_hz : float, optional
        Frames a second; needed where the file does not say (NWB does; an ImageJ TIFF by its `finterval`, HDF5 by an attribute
        `frame_rate_hz` of the dataset).
    axes : str, optional
        The order of the file's axes, T for time, Y for rows and X for columns, for example "TYX"; needed for NPY and HDF5.
    dataset : str, optional
        The dataset inside an HDF5 file, or the name of NWB's series, where there is more than one.

    Returns
    -------
    CalciumMovie
        `movie` (height, width, num_frames), float32; `frame_rate_hz`.

    Raises
    ------
    DataError
        Where the file is missing or damaged, its package is not installed, the frame rate or the order of axes is unknown or
        contradicts the file, or a pixel has no signal.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"there is no file {path}")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"{path.name}: cannot read {path.suffix or 'this'} files, only {', '.join(_READERS)}"
        )
    try:
        values, file_axes, file_rate = reader(path, dataset)
    except ImportError as error:
        raise DataError(
            f"reading {path.name} needs the package {error.name}: pip install {error.name}"
        ) from error
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DataError(f"{path.name} cannot be read ({error}): is it damaged?") from error

    if axes is not None and file_axes is not None and axes.upper() != file_axes:
        raise DataError(f"{path.name} says its axes are {file_axes}, not {axes}: leave axes= out")
    order = axes.upper() if axes is not None else file_axes
    if order is None or sorted(order) != ["T", "X", "Y"] or values.ndim != 3:
        raise DataError(
            f"{path.name} has shape {values.shape}, axes {order or 'not given'}: a movie has time, rows and columns; "
            'say which is which, for example axes="TYX"'
        )
    if frame_rate_hz is None and file_rate is None:
        raise DataError(f"{path.name} does not say its frame rate: pass frame_rate_hz=")
    rate = frame_rate_hz if frame_rate_hz is not None else file_rate
    if rate is None or not 0 < rate < np.inf:
        raise DataError(f"{path.name}: a frame rate of {rate} Hz is none")
    if file_rate is not None and abs(rate / file_rate - 1) > 0.01:
        raise DataError(
            f"{path.name} says {file_rate:g} Hz, not {rate:g}: leave frame_rate_hz= out"
        )

    movie = np.ascontiguousarray(
        np.transpose(values, [order.index(axis) for axis in "YXT"]), np.float32
    )
    try:
        check_movie(movie)
    except InputError as error:
        raise DataError(f"{path.name} as {order}: {error}") from error
    return CalciumMovie(movie, float(rate))


_Read = tuple[
    Any, str | None, float | None
]  # values, order of axes, frame rate: what the file says


def _read_npy(path: Path, dataset: str | None) -> _Read:
    return np.load(path, mmap_mode="r", allow_pickle=False), None, None


def _read_tiff(path: Path, dataset: str | None) -> _Read:
    import tifffile

    with tifffile.TiffFile(path) as file:
        series, num_pages = file.series[0], len(file.pages)
        last = file.pages[num_pages - 1]
        end = max(
            (a + b for a, b in zip(last.dataoffsets, last.databytecounts, strict=True)), default=0
        )
        if series.dataoffset:
            end = max(end, series.dataoffset + series.nbytes)
        # Each page says where the next one is; the last one says 0.
        file.filehandle.seek(file.pages.next_page_offset or 0)
        follows = int.from_bytes(file.filehandle.read(file.tiff.offsetsize), "little")
        if follows or end > path.stat().st_size:
            raise EOFError(
                f"it ends within a frame, after {num_pages} pages: copy or fetch it again"
            )
        # Pages without a named axis (I: sequence, Q: unknown, Z: depth in files that ImageJ took for a stack) are frames.
        axes = series.axes.translate(str.maketrans("IQZ", "TTT"))
        interval = (file.imagej_metadata or {}).get("finterval")
        rate = 1 / float(interval) if interval else None
        if len(axes) == 2 and num_pages > 1:  # each page was written by itself
            return file.asarray(key=slice(None)), "T" + axes, rate
        if series.size == np.prod(series.shape[-2:]):
            raise DataError(
                f"{path.name} holds a single frame, and a movie has many: are the others in files of their own?"
            )
        return series.asarray(), axes, rate


def _read_hdf5(path: Path, dataset: str | None) -> _Read:
    import h5py

    with h5py.File(path, "r") as file:
        names: list[str] = []
        file.visititems(
            lambda name, item: (
                names.append(name) if isinstance(item, h5py.Dataset) and item.ndim == 3 else None
            )
        )
        name = dataset or (names[0] if len(names) == 1 else None)
        if name is None or name not in names:
            raise KeyError(
                f"choose dataset= from {', '.join(names) or 'nothing: no 3D dataset in it'}"
            )
        rate = file[name].attrs.get("frame_rate_hz")
        return file[name][()], None, None if rate is None else float(rate)


def _read_nwb(path: Path, dataset: str | None) -> _Read:
    import pynwb

    with pynwb.NWBHDF5IO(path, "r") as file:
        objects = file.read().objects.values()
        series = {
            item.name: item for item in objects if isinstance(item, pynwb.ophys.TwoPhotonSeries)
        }
        name = dataset or (next(iter(series)) if len(series) == 1 else None)
        if name is None or name not in series:
            raise KeyError(
                f"choose dataset= from {', '.join(series) or 'nothing: no TwoPhotonSeries in it'}"
            )
        found = series[name]
        rate = found.rate
        if rate is None:
            rate = 1 / float(np.median(np.diff(found.timestamps[:])))
        return (
            found.data[()],
            "TXY",
            float(rate),
        )  # the NWB standard: time, then x (columns), then y (rows)


_READERS: dict[str, Callable[[Path, str | None], _Read]] = {
    ".npy": _read_npy,
    ".tif": _read_tiff,
    ".tiff": _read_tiff,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
    ".nwb": _read_nwb,
}
