"""Tables of key points as DeepLabCut writes them: labels of a hand, or what a network found in a video."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from stats220.errors import DataError, InputError

MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "NAN"})
HEADERS = (["scorer", "bodyparts", "coords"], ["scorer", "individuals", "bodyparts", "coords"])
HDF5 = b"\x89HDF\r\n\x1a\n"  # how such a file begins
COORDINATES = (["x", "y"], ["x", "y", "likelihood"])


class IndividualKeypoints(NamedTuple):
    """The key points of one animal.

    Attributes
    ----------
    keypoints_xy : float64 array (num_frames, num_keypoints, 2)
        (x, y) in pixels, x to the right, y downwards; NaN: none.
    likelihoods : float64 array (num_frames, num_keypoints) or None
        How sure the network is, from 0 to 1; None where the file does not say.
    """

    keypoints_xy: Float[np.ndarray, "num_frames num_keypoints 2"]
    likelihoods: Float[np.ndarray, "num_frames num_keypoints"] | None


@dataclass(frozen=True, eq=False, repr=False)
class KeypointTable:
    """What one file of key points holds.

    Attributes
    ----------
    frames : tuple of num_frames str
        What names each row: the image ("labeled-data/video/img001.png", always with "/"), or the number of the frame in its video.
    keypoints_xy : float64 array (num_individuals, num_frames, num_keypoints, 2)
        (x, y) in pixels, x to the right, y downwards; NaN: none. Also NaN where an individual has no such key point.
    likelihoods : float64 array (num_individuals, num_frames, num_keypoints) or None
        How sure the network is, from 0 to 1; None where the file does not say.
    keypoint_names : tuple of num_keypoints str
    individual_names : tuple of num_individuals str
        ("",) where the file knows one animal only.
    """

    frames: tuple[str, ...]
    keypoints_xy: Float[np.ndarray, "num_individuals num_frames num_keypoints 2"]
    likelihoods: Float[np.ndarray, "num_individuals num_frames num_keypoints"] | None
    keypoint_names: tuple[str, ...]
    individual_names: tuple[str, ...]

    def __repr__(self) -> str:
        animals, frames, keypoints, _ = self.keypoints_xy.shape
        return f"KeypointTable({frames} frames, {animals} individuals, {keypoints} key points: {', '.join(self.keypoint_names)})"

    def individual(self, name: str | None = None) -> IndividualKeypoints:
        """The key points of one animal.

        Parameters
        ----------
        name : str, optional
            Which one; needed where there are several.

        Raises
        ------
        InputError
            If there are several and none is named, or none has that name.
        """
        names = self.individual_names
        if name is None and len(names) == 1:
            name = names[0]
        if name not in names:
            asked = "several individuals" if name is None else f"no individual {name!r}"
            raise InputError(f"the file has {asked}: choose one of {', '.join(names)}")
        i = names.index(name)
        return IndividualKeypoints(
            self.keypoints_xy[i], None if self.likelihoods is None else self.likelihoods[i]
        )


def read_deeplabcut(path: str | Path, *, require_likelihood: bool = False) -> KeypointTable:
    """Read a file of DeepLabCut (or Lightning Pose): ``CollectedData_*`` or the key points found in a video.

    Parameters
    ----------
    path : str or Path
        A ``.csv`` file in UTF-8, or an ``.h5`` file (needs pandas and tables). Header rows are scorer, bodyparts, coords; with several
        animals scorer, individuals, bodyparts, coords. Then a row per frame: its name or number in one column, or the image's folders in
        columns of their own, and x, y and perhaps the likelihood of each body part. Empty, NA and NaN: none. An ``.h5`` file is
        read by pandas, which runs what is pickled in it: open only files whose source you trust.
    require_likelihood : bool
        Whether a file without likelihoods is an error.

    Returns
    -------
    KeypointTable

    Raises
    ------
    DataError
        If the file cannot be read, or is not as described; says which file and line, what is wrong and what to do.
    """
    path = Path(path)
    hdf5 = path.suffix.lower() in {".h5", ".hdf5"}
    headers, frames, values = _read_hdf5(path) if hdf5 else _read_csv(path)
    num_headers = len(headers)
    if num_headers == 3:  # one animal, without a name
        headers.insert(1, [""] * len(headers[0]))
    individuals, parts, coordinates = headers[1:]
    columns = list(zip(individuals, parts, strict=True))
    step = 3 if "likelihood" in coordinates else 2
    owners = columns[::step]
    if (
        not columns
        or columns != [owner for owner in owners for _ in range(step)]
        or coordinates != COORDINATES[step - 2] * len(owners)
    ):
        raise DataError(
            f"{path}:{num_headers}: the columns are not x and y (or x, y and likelihood) of each body "
            "part in turn. Save the file again with DeepLabCut, without sorting or removing columns."
        )
    for what, names in (
        ("body part", [" of ".join(filter(None, reversed(owner))) for owner in owners]),
        ("frame", frames),
    ):
        if twice := repeated(names):
            raise DataError(f"{path}: the {what} {twice} is there twice. Rename or remove one.")
    if not all(parts):
        raise DataError(f"{path}: a body part has no name. Write it into the row of bodyparts.")
    if require_likelihood and step == 2:
        raise DataError(
            f"{path} has no likelihood columns: it holds labels. Give the file that DeepLabCut writes when it analyzes a video."
        )
    _check_values(path, frames, values, step)
    individual_names = tuple(dict.fromkeys(individuals))
    keypoint_names = tuple(dict.fromkeys(parts))
    table = np.full((len(individual_names), len(frames), len(keypoint_names), step), np.nan)
    for k, (individual, part) in enumerate(owners):
        at = individual_names.index(individual), slice(None), keypoint_names.index(part)
        table[at] = values[:, step * k : step * (k + 1)]
    return KeypointTable(
        frames=tuple(frames),
        keypoints_xy=table[..., :2],
        likelihoods=table[..., 2] if step == 3 else None,
        keypoint_names=keypoint_names,
        individual_names=individual_names,
    )


_Table = tuple[list[list[str]], list[str], NDArray[np.float64]]  # header rows, frames, values


def _read_csv(path: Path) -> _Table:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file, strict=True))
    except UnicodeDecodeError as error:
        if path.read_bytes().startswith(HDF5):
            raise DataError(
                f"{path} is HDF5, not CSV: a table of DeepLabCut or an analysis file of SLEAP ends in .h5. "
                "A project of SLEAP (.slp) is neither: export it with `sleap-convert --format analysis`."
            ) from error
        raise DataError(
            f"{path} cannot be read as CSV ({error}): it is not in UTF-8. Save it again as CSV in UTF-8."
        ) from error
    except (OSError, csv.Error) as error:
        raise DataError(
            f"{path} cannot be read as CSV ({error}). Check the path, or save the file again."
        ) from error
    while rows and not any(cell.strip() for cell in rows[-1]):  # blank lines at the end
        rows.pop()
    if rows and len(rows[0]) == 1 and ";" in rows[0][0]:
        raise DataError(f"{path}:1: the cells are separated by semicolons. Save it with commas.")
    names = next((h for h in HEADERS if [row[:1] for row in rows[: len(h)]] == [[n] for n in h]), None)  # fmt: skip
    if names is None or len(rows) == len(names):
        raise DataError(
            f"{path}:1: not a labels file of DeepLabCut, which has rows scorer, (individuals,) bodyparts, coords, then a row per frame. "
            "Give the CSV file that DeepLabCut wrote."
        )
    width = len(rows[0])
    num_index = 1 + next((i for i, cell in enumerate(rows[len(names) - 1][1:]) if cell.strip()), 0)
    frames, values = [], []
    for line, row in enumerate(rows, start=1):
        if len(row) != width:
            raise DataError(
                f"{path}:{line}: {len(row)} cells instead of {width}. Mend the line, or save the file again."
            )
        if line > len(names):
            frames.append(_frame_name(path, line, row[:num_index]))
            values.append([_number(path, line, cell) for cell in row[num_index:]])
    headers = [[cell.strip() for cell in row[num_index:]] for row in rows[: len(names)]]
    return headers, frames, np.array(values, dtype=float).reshape(len(frames), -1)


def _read_hdf5(path: Path) -> _Table:
    try:
        import pandas as pd

        table: Any = pd.read_hdf(path)
    except ImportError as error:
        raise DataError(
            f"reading {path} needs pandas and tables: pip install pandas tables"
        ) from error
    except (
        Exception
    ) as error:  # what a damaged or foreign file raises depends on where it is damaged
        reason = (str(error).splitlines() or [type(error).__name__])[-1]  # after HDF5's back trace
        raise DataError(
            f"{path} cannot be read as a table of DeepLabCut ({reason}). Give the CSV file that was saved beside it."
        ) from error
    names = list(table.columns.names) if isinstance(table, pd.DataFrame) else []
    if names not in HEADERS or len(table) == 0:
        raise DataError(
            f"{path} is not a table of DeepLabCut: its columns are {names}, not scorer, (individuals,) bodyparts, coords, or it has no "
            "frames. Give the file that DeepLabCut wrote."
        )
    headers = [[str(cell) for cell in table.columns.get_level_values(name)] for name in names]
    rows = (entry if isinstance(entry, tuple) else (entry,) for entry in table.index)
    frames = [_frame_name(path, i, [str(cell) for cell in row]) for i, row in enumerate(rows, 1)]
    return headers, frames, table.to_numpy(dtype=float)


def _frame_name(path: Path, line: int, cells: Sequence[str]) -> str:
    if not all(cell.strip() for cell in cells):
        raise DataError(
            f"{path}:{line}: the frame has no name. Write its image or number into the first column."
        )
    return "/".join(cell.strip() for cell in cells).replace("\\", "/")


def _number(path: Path, line: int, cell: str) -> float:
    """Python's float takes more than a file should hold: 1_000, digits of other scripts."""
    cell = cell.strip()
    if cell in MISSING:
        return np.nan
    try:
        if "_" in cell or not cell.isascii():
            raise ValueError(f"could not convert string to float: {cell!r}")
        return float(cell)
    except ValueError as error:
        raise DataError(
            f"{path}:{line}: not a number ({error}). Write a number with a decimal point, or leave the cell empty."
        ) from error


def _check_values(path: Path, frames: list[str], values: NDArray[np.float64], step: int) -> None:
    missing = np.isnan(values)
    half = missing[:, ::step] != missing[:, 1::step]
    for bad, what, remedy in (
        (np.isinf(values), "an infinite number", "Leave the cell empty where nothing was found."),
        (half, "x without y, or y without x", "Give both, or leave both cells empty."),
    ):
        if bad.any():
            raise DataError(
                f"{path}: frame {frames[np.argwhere(bad)[0][0]]} holds {what}. {remedy}"
            )


def repeated(names: Sequence[str]) -> str | None:
    """The first name that is there twice."""
    seen: set[str] = set()
    return next((name for name in names if name in seen or seen.add(name)), None)  # type: ignore[func-returns-value]
