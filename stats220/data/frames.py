"""Frames with labeled key points: one's own project of DeepLabCut, and how frames are split for training and validation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from stats220.data.homes import expand_home
from stats220.data.keypoints import Labels, read_labels
from stats220.errors import DataError, InputError

LABELS_PATTERN = "CollectedData_*"


class Split(NamedTuple):
    """Indices of the frames to train on, and of those to validate on."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class LabeledFrames:
    """Frames with labeled key points. All arrays are read-only: `copy()` one before you change it.

    Attributes
    ----------
    images : tuple of num_frames uint8 arrays (height, width, 3)
        Red, green and blue from 0 to 255. Frames may differ in size.
    keypoints_xy : float64 array (num_frames, num_keypoints, 2)
        (x, y) in pixels, x to the right, y downwards, pixel centers at whole numbers; NaN: not labeled.
    keypoint_names : tuple of num_keypoints str
    frame_numbers : int64 array (num_frames,)
        Where in the video each frame is from; near numbers look alike. Frames of several videos are numbered through, video by
        video.
    source : str
        Who recorded it and under which license, or that it is SIMULATED.
    true_keypoints_xy : float64 array (num_frames, num_keypoints, 2) or None
        Simulated frames only: where the parts were painted, without the variability of a labeling hand.
    """

    images: tuple[NDArray[np.uint8], ...]
    keypoints_xy: NDArray[np.float64]
    keypoint_names: tuple[str, ...]
    frame_numbers: NDArray[np.int64]
    source: str
    true_keypoints_xy: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for array in (*self.images, self.keypoints_xy, self.frame_numbers, self.true_keypoints_xy):
            if array is not None:
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        names = ", ".join(self.keypoint_names)
        return f"LabeledFrames({len(self)} frames, key points {names}; {self.source})"

    def split(self, seed: int = 0, train_share: float = 0.8) -> Split:
        """Divide the frames at random.

        Parameters
        ----------
        seed : int
            The same seed gives the same split.
        train_share : float
            The share of the frames to train on, rounded to whole frames; the others are for validation.

        Returns
        -------
        Split
            Two index arrays, in random order, which together hold each frame once.

        Raises
        ------
        InputError
            If the share leaves no frame on one side.
        """
        num_train = round(train_share * len(self)) if 0 < train_share < 1 else 0
        if not 0 < num_train < len(self):
            raise InputError(
                f"train_share must be between 0 and 1 and leave frames on both sides, of {len(self)}: got {train_share}"
            )
        order = np.random.default_rng(seed).permutation(len(self))
        return Split(order[:num_train], order[num_train:])

    def split_into_folds(self, num_folds: int = 5, seed: int = 0) -> tuple[Split, ...]:
        """Divide the frames at random into folds, each in turn held out: every frame is validated on once.

        Parameters
        ----------
        num_folds : int
            How many; their sizes differ by one at most.
        seed : int
            The same seed gives the same folds.

        Returns
        -------
        tuple of num_folds Split

        Raises
        ------
        InputError
            If there are fewer than 2 folds, or more folds than frames.
        """
        order = np.random.default_rng(seed).permutation(len(self))
        return _hold_out_each(order, num_folds, "num_folds")

    def split_by_blocks(self, num_blocks: int = 5) -> tuple[Split, ...]:
        """Divide the frames by blocks of neighboring frame numbers, each block in turn held out.

        All frames are of one video: a random split validates on frames that look like their neighbors in training,
        and says little about new recordings. This one is stricter.

        Parameters
        ----------
        num_blocks : int
            How many blocks; their sizes differ by one at most.

        Returns
        -------
        tuple of num_blocks Split
            Indices in the order of their frame numbers.

        Raises
        ------
        InputError
            If there are fewer than 2 blocks, or more blocks than frames.
        """
        order = np.argsort(self.frame_numbers, kind="stable")
        return _hold_out_each(order, num_blocks, "num_blocks")


def _hold_out_each(order: NDArray[np.int64], num_parts: int, name: str) -> tuple[Split, ...]:
    """Cut an order of frames into parts of equal size, up to one frame, and hold out each in turn."""
    if not 2 <= num_parts <= len(order):
        raise InputError(f"{name} must be from 2 to {len(order)}: got {num_parts}")
    parts = np.array_split(order, num_parts)
    return tuple(
        Split(np.concatenate(parts[:held_out] + parts[held_out + 1 :]), parts[held_out])
        for held_out in range(num_parts)
    )


def load_labeled_frames(
    folder: str | Path, *, individual: str | None = None, source: str | None = None
) -> LabeledFrames:
    """Frames and labels of one's own: a project of DeepLabCut, or the labeled frames of one of its videos.

    Parameters
    ----------
    folder : str or Path
        The project (with ``labeled-data/<video>/CollectedData_*`` and the frames beside it), its folder ``labeled-data``, or the folder of
        one video. Where a labels file is there both as CSV and as HDF5, the CSV is read.
    individual : str, optional
        Which animal; needed where several are labeled.
    source : str, optional
        Who recorded it; without it, the folder's name.

    Returns
    -------
    LabeledFrames
        As :func:`stats220.data.pose.load_mouse_reaching` gives them, in the order of the videos and of their frames.

    Raises
    ------
    DataError
        If there is no labels file, a labels file or image cannot be read, or the labels files name different key points.
    InputError
        If several animals are labeled and none is chosen.
    """
    folder = expand_home(folder)
    files = _labels_files(folder)
    tables = [read_labels(file, individual=individual) for file in files]
    names = tables[0].keypoint_names
    for file, table in zip(files, tables, strict=True):
        if table.keypoint_names != names:
            raise DataError(
                f"{file} labels {', '.join(table.keypoint_names)}, but {files[0]} labels {', '.join(names)}. "
                "Load the folders of their videos one by one."
            )
    paths = [
        path for file, table in zip(files, tables, strict=True) for path in _images(file, table)
    ]
    order = sorted(range(len(paths)), key=lambda i: (str(paths[i].parent), _number_in(paths[i]), i))
    numbers = np.array([_number_in(paths[i]) for i in order])
    if len(files) > 1 or (numbers < 0).any():
        numbers = np.arange(len(order))
    keypoints_xy = np.concatenate([table.keypoints_xy for table in tables])[order]
    return LabeledFrames(
        images=tuple(read_image(paths[i]) for i in order),
        keypoints_xy=keypoints_xy,
        keypoint_names=names,
        frame_numbers=numbers,
        source=source or f"OWN: {folder.resolve().name}",
    )


def read_image(path: str | Path) -> UInt8[np.ndarray, "height width 3"]:
    """An image file as red, green and blue from 0 to 255, whatever its own colors.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        with Image.open(path) as image:
            return np.array(image.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(f"{path} cannot be read as an image ({error}). Check the file.") from error


def _labels_files(folder: Path) -> list[Path]:
    """One labels file a video."""
    if not folder.is_dir():
        raise DataError(
            f"{folder} is no folder. Give a project's folder, or that of a video's labeled frames."
        )
    found: dict[Path, Path] = {}
    for depth in ("", "*/", "labeled-data/*/"):
        for file in sorted(folder.glob(depth + LABELS_PATTERN)):
            known = found.get(file.parent)
            if file.suffix.lower() not in {".csv", ".h5", ".hdf5"}:
                continue
            if known is not None and known.stem != file.stem:
                raise DataError(
                    f"{file.parent} has two labels files, {known.name} and {file.name}. Move one away."
                )
            if known is None or file.suffix.lower() == ".csv":
                found[file.parent] = file
        if found:
            return [found[parent] for parent in sorted(found)]
    raise DataError(
        f"{folder} holds no {LABELS_PATTERN}.csv or .h5, nor do its folders. In DeepLabCut, label frames and save them first."
    )


def _images(labels_file: Path, labels: Labels) -> Sequence[Path]:
    """Where the images are: beside the labels file, whatever folders it names (projects are moved, labels files are not rewritten)."""
    return [labels_file.parent / file.rpartition("/")[2] for file in labels.files]


def _number_in(path: Path) -> int:
    """The last number in a file's name, -1 where there is none."""
    found = re.findall(r"\d+", path.stem)
    return int(found[-1]) if found else -1
