"""Arrays that stand in for a figure which a graded question asks about, for those who have not solved what it needs."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np

from stats220.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]


def load_stand_in(name: str) -> dict[str, Array]:
    """Load what the answer key drew for a figure, and say that it is not the reader's own.

    Parameters
    ----------
    name : str
        For example "lab3_calcium_slack".

    Returns
    -------
    dict from name to ndarray, float32

    Raises
    ------
    InputError
        If there is none of that name.
    """
    folder = files("stats220.data") / "stand_ins"
    path = folder / f"{name}.npz"
    if not path.is_file():
        there = sorted(item.name.removesuffix(".npz") for item in folder.iterdir())
        raise InputError(f"there is no stand-in {name!r}: choose one of {', '.join(there)}")
    print("Shown instead: what the answer key found, so that you can go on with the question.")  # noqa: T201
    with path.open("rb") as file, np.load(file) as stored:
        return {key: np.asarray(stored[key], dtype=np.float32) for key in stored}


def save_stand_in(path: Any, arrays: dict[str, Any]) -> None:
    """Write a stand-in: half precision, compressed; the same arrays give the same bytes."""
    halves: dict[str, Any] = {key: np.asarray(v, np.float16) for key, v in arrays.items()}
    np.savez_compressed(path, **halves)
