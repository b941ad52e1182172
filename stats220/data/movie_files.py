"""A movie that stays in its HDF5 file and is read in slices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int8, Shaped

from stats220.data.responses import check_memory
from stats220.errors import DataError, InputError

_SAMPLE = 500  # frames that are looked at for the values they hold


@dataclass(frozen=True)
class MovieFile:
    """Frames `first` to `last` of a movie in a file; ``movie[a:b]`` reads some of them.

    Attributes
    ----------
    path, dataset : Path, str
        Where it is.
    pool : int
        Squares of so many pixels a side are averaged.
    swapped : bool
        Whether the file has columns before rows.
    center, scale : float
        Pixels of two values become -1 and +1 by ``(pixel - center) / scale``; others get mean 0 and standard deviation 1.
    binary : bool
        Whether they have two values: then frames that are not pooled are int8, others are float32.
    first, last : int
    frame_shape : (int, int)
        Height and width after pooling.
    """

    path: Path
    dataset: str
    pool: int
    swapped: bool
    center: float
    scale: float
    binary: bool
    first: int
    last: int
    frame_shape: tuple[int, int]

    @classmethod
    def open(cls, path: Path, dataset: str, pool: int = 1, *, swapped: bool = False) -> MovieFile:
        """Look at a few frames all over the movie for the values of its pixels.

        Raises
        ------
        DataError
            Where it is no movie, is empty, holds a NaN, or has one and the same value everywhere.
        InputError
            Where `pool` does not divide its height and width.
        """
        import h5py

        with h5py.File(path, "r") as file:
            movie = file[dataset]
            if movie.ndim != 3 or not len(movie):
                raise DataError(
                    f"{path.name}: {dataset} has shape {movie.shape}, a movie is (frames, height, width)"
                )
            every = max(len(movie) // _SAMPLE, 1)
            sample = movie[::every].astype(float)
            num_frames, *shape = movie.shape
        height, width = reversed(shape) if swapped else shape
        if pool < 1 or height % pool or width % pool:
            raise InputError(f"pool={pool} does not divide frames of {height} x {width} pixels")
        if not np.isfinite(sample).all() or np.ptp(sample) == 0:
            raise DataError(f"{path.name}: {dataset} holds NaN, or the same value everywhere")
        low, high = sample.min(), sample.max()
        binary = bool(((sample == low) | (sample == high)).all())
        center, scale = (
            ((low + high) / 2, (high - low) / 2) if binary else (sample.mean(), sample.std())
        )
        frame_shape = (height // pool, width // pool)
        return cls(
            path, dataset, pool, swapped, float(center), float(scale), binary, 0, num_frames, frame_shape
        )  # fmt: skip

    @property
    def shape(self) -> tuple[int, int, int]:
        """Frames, height and width."""
        return (self.last - self.first, *self.frame_shape)

    def __len__(self) -> int:
        return self.last - self.first

    def part(self, start: int, stop: int) -> MovieFile:
        """Frames from `start` up to `stop`, still in the file."""
        start, stop, _ = slice(start, stop).indices(len(self))
        return replace(self, first=self.first + start, last=self.first + stop)

    def __array__(
        self, dtype: Any = None, copy: bool | None = None
    ) -> Shaped[np.ndarray, "num_frames height width"]:
        """All frames, for ``np.asarray`` and ``torch.as_tensor``, where memory holds them."""
        return np.asarray(self[:], dtype)

    def __getitem__(
        self, frames: slice
    ) -> Int8[np.ndarray, "num_frames height width"] | Float[np.ndarray, "num_frames height width"]:
        """Read some frames.

        Raises
        ------
        InputError
            For anything but a slice of consecutive frames, or for more of them than memory holds.
        """
        import h5py

        if not isinstance(frames, slice) or frames.step not in (None, 1):
            raise InputError(
                "a movie in a file is read in slices of consecutive frames: movie[a:b]"
            )
        start, stop, _ = frames.indices(len(self))
        height, width = self.frame_shape
        needed = max(stop - start, 0) * height * width * (self.pool**2 + 4)
        check_memory(needed, "read a shorter slice, or pool pixels (pool=2)")
        with h5py.File(self.path, "r") as file:
            read = file[self.dataset][self.first + start : self.first + max(stop, start)]
        if self.swapped:
            read = read.transpose(0, 2, 1)
        if self.binary and self.pool == 1:
            return np.where(read > self.center, 1, -1).astype(np.int8)
        blocks = read.reshape(len(read), height, self.pool, width, self.pool)
        pooled = blocks.mean(axis=(2, 4), dtype=np.float32)
        return np.asarray((pooled - self.center) / self.scale, np.float32)
