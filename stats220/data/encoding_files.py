"""Recordings for lab 6 from files: the Baccus lab's HDF5 layout, NWB, and an auditory receptor that a package ships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from stats220.data.movie_files import MovieFile
from stats220.data.responses import Responses, check_responses
from stats220.errors import DataError, InputError


@dataclass(frozen=True)
class MeasuredRates:
    """A movie that was shown again and again, and the mean responses: the trials themselves are not in the file.

    Attributes
    ----------
    stimulus : MovieFile (num_frames, height, width)
    rates : ndarray (num_frames, num_neurons)
        As the file has them: a mean over repeats, smoothed or not.
    """

    stimulus: MovieFile
    rates: Float[np.ndarray, "num_frames num_neurons"]


@dataclass(frozen=True)
class RecordedResponses:
    """What a file holds.

    Attributes
    ----------
    train, validation : Responses
        The movie's beginning, and its end. The stimulus is read in slices (``stimulus[a:b]``), never all of it at once.
    test : MeasuredRates or None
        None where the file holds one movie only.
    bin_seconds : float
    stimulus_std : float
        1: stimuli are standardized where they are read.
    """

    train: Responses
    validation: Responses
    test: MeasuredRates | None
    bin_seconds: float
    stimulus_std: float = 1.0


def load_rgc(
    path: Path | str, *, pool: int = 1, validation_share: float = 0.1
) -> RecordedResponses:
    """Open a recording of retinal ganglion cells.

    Parameters
    ----------
    path : Path or str
        A ``.h5`` or ``.hdf5`` file as the Baccus lab publishes them (groups `train` and `test`, each with `time` (frames), in
        seconds, `stimulus` (frames, height, width) and `response/binned` (cells, frames), which in `test` holds rates), or a
        ``.nwb`` file with one movie among its stimuli, and units. Needs h5py, or pynwb.
    pool : int
        Average squares of so many pixels a side, slice by slice.
    validation_share : float
        How much of the end of the movie is kept to choose by.

    Returns
    -------
    RecordedResponses
        Stimuli of two values become -1 and +1; others are standardized.

    Raises
    ------
    DataError
        Where the file is missing or damaged, a group is missing, counts are rates, lengths differ, a bin has no width, or the package
        that reads it is not installed.
    InputError
        Where `pool` does not divide the frame, or the share is not between 0 and 1.

    References
    ----------
    N. Maheswaranathan, L. McIntosh et al. (2023). Interpreting the retinal neural code for natural scenes. Neuron 111; the data:
    https://doi.org/10.25740/rk663dm5577.
    """
    path = Path(path)
    if not 0 < validation_share < 1:
        raise InputError(f"validation_share={validation_share} must lie between 0 and 1")
    readers = {".h5": _read_baccus, ".hdf5": _read_baccus, ".nwb": _read_nwb}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path.name}: cannot read this kind of file, only {', '.join(readers)}")
    if not path.is_file():
        raise DataError(f"there is no file {path}")
    with _file_errors(path):
        movie, counts, bin_seconds, test = reader(path, pool)
    try:
        check_responses(movie, counts)
    except InputError as error:
        raise DataError(f"{path.name}: {error}") from None
    split = round((1 - validation_share) * len(movie))
    return RecordedResponses(
        Responses(movie.part(0, split), counts[:split].astype(np.uint8)),
        Responses(movie.part(split, len(movie)), counts[split:].astype(np.uint8)),
        test,
        bin_seconds,
    )


_Read = tuple[MovieFile, Any, float, MeasuredRates | None]  # movie, counts, bin, test


def _read_baccus(path: Path, pool: int) -> _Read:
    import h5py

    with h5py.File(path, "r") as file:
        for name in ("time", "stimulus", "response/binned"):
            if f"train/{name}" not in file:
                raise DataError(
                    f"{path.name} has no train/{name}, it has {', '.join(file)}: is it laid out as load_rgc's help says?"
                )
        counts = file["train/response/binned"][()].T
        bin_seconds = _bin_seconds(path, file["train/time"][()])
        has_test = "test/stimulus" in file and "test/response/binned" in file
        rates = file["test/response/binned"][()].T if has_test else None
    test = None
    if rates is not None:
        shown = MovieFile.open(path, "test/stimulus", pool)
        # The last edge of the bins has a value of its own in some files.
        if not len(shown) <= len(rates) <= len(shown) + 1:
            raise DataError(
                f"{path.name}: test has {len(shown)} frames and {len(rates)} bins of rates"
            )
        test = MeasuredRates(shown, rates[: len(shown)])
    return MovieFile.open(path, "train/stimulus", pool), counts, bin_seconds, test


def _read_nwb(path: Path, pool: int) -> _Read:
    import pynwb

    with pynwb.NWBHDF5IO(path, "r") as io:
        file = io.read()
        movies = [s for s in file.stimulus.values() if getattr(s.data, "ndim", 0) == 3]
        if len(movies) != 1 or file.units is None:
            raise DataError(
                f"{path.name} has {len(movies)} movies among its stimuli and {'no' if file.units is None else 'some'} units: "
                "one movie and its units are needed"
            )
        [series] = movies
        if series.timestamps is not None:
            starts = series.timestamps[()]
        else:
            starts = series.starting_time + np.arange(len(series.data)) / series.rate
        bin_seconds = _bin_seconds(path, starts)
        edges = np.append(starts, starts[-1] + bin_seconds)
        units = range(len(file.units))
        counts = [np.histogram(file.units["spike_times"][unit], edges)[0] for unit in units]
        name = series.data.name
    # NWB's order of axes is time, x, y.
    return MovieFile.open(path, name, pool, swapped=True), np.stack(counts, 1), bin_seconds, None


def _bin_seconds(path: Path, times: Float[np.ndarray, " num_frames"]) -> float:
    """Duration of a frame, from when the frames came on."""
    steps = np.diff(times)
    if not len(steps) or not (np.isfinite(steps).all() and steps.min() > 0):
        raise DataError(
            f"{path.name}: the frames' times do not increase: a bin would have no width"
        )
    return float(np.median(steps))


def load_grasshopper(recording: int = 1, *, bin_seconds: float = 0.001) -> RecordedResponses:
    """Ten seconds of an auditory receptor of a grasshopper, hearing a tone whose loudness is white noise.

    Parameters
    ----------
    recording : int
        1: the loudness varies up to 200 Hz; 2: up to 800 Hz.
    bin_seconds : float
        Width of a bin; at least the recording's 50 µs.

    Returns
    -------
    RecordedResponses
        The stimulus, loudness in decibels, standardized, is (num_bins, 1, 1): a movie of one pixel. The last fifth is the validation
        part; `test` is None.

    Raises
    ------
    DataError
        Where nitime, which ships the recording, is not installed.
    InputError
        For another recording, or bins too narrow or too wide.

    References
    ----------
    A. Rokem, S. Watzl, T. Gollisch, M. Stemmler, A. Herz and I. Samengo (2006). Spike-timing precision underlies the coding efficiency
    of auditory receptor neurons. J. Neurophysiology 95. License of nitime, which ships it: BSD.
    """
    if recording not in (1, 2):
        raise InputError(f"recording={recording} is none: choose 1 or 2")
    if not 50e-6 <= bin_seconds <= 0.1:
        raise InputError(f"bin_seconds={bin_seconds} must be from 0.00005 to 0.1")
    package = find_spec("nitime")
    if package is None or package.origin is None:
        raise DataError("the recording comes with the package nitime: pip install nitime")
    folder = Path(package.origin).parent / "data"
    files = [folder / f"grasshopper_{what}{recording}.txt" for what in ("stimulus", "spike_times")]
    with _file_errors(files[0]):
        times, pressure = np.loadtxt(files[0], unpack=True)
        spikes = np.loadtxt(files[1])
    # Times are in microseconds, pressure is relative; the mean of its logarithm in each bin.
    decibels = 20 * np.log10(pressure)
    edges = np.arange(0, times[-1] * 1e-6, bin_seconds)
    bins = np.digitize(times * 1e-6, edges) - 1
    loudness = np.bincount(bins, decibels) / np.bincount(bins)
    counts = np.histogram(spikes * 1e-6, np.append(edges, edges[-1] + bin_seconds))[0]
    stimulus = ((loudness - loudness.mean()) / loudness.std()).astype(np.float32)[:, None, None]
    split = round(0.8 * len(counts))
    parts = [
        Responses(stimulus[part], counts[part, None].astype(np.uint8))
        for part in (slice(0, split), slice(split, None))
    ]
    return RecordedResponses(parts[0], parts[1], None, bin_seconds)


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    """What goes wrong while a file is read, in one line."""
    try:
        yield
    except ImportError as error:
        raise DataError(
            f"reading {path.name} needs the package {error.name}: pip install {error.name}"
        ) from error
    except (OSError, ValueError, KeyError) as error:
        if isinstance(error, InputError):
            raise
        raise DataError(f"{path.name} cannot be read ({error}): is it damaged?") from error
