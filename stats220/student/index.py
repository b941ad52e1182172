"""What the installed wheel says of its release: labs, problems, and which cells are the course's own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INDEX = Path(__file__).resolve().parents[1] / "release.json"
notebook_builds: dict[str, str] = {}  # of each lab that this kernel has begun: its notebook's build


@dataclass(frozen=True)
class Problem:
    """An exercise or a written question.

    Attributes
    ----------
    name : str
        The exercise's, as in ``check.dilate``, or the question's.
    label, title : str
        "Problem 1a" and what its heading says, where there is one.
    kind : str
        "exercise" or "question".
    points, visible_points : int
        With and without the checks that run at grading only.
    minutes : float
    bonus : bool
    """

    name: str
    label: str
    title: str
    kind: str
    points: int
    visible_points: int
    minutes: float
    bonus: bool

    def __str__(self) -> str:
        return f"{self.label}, {self.name}" if self.label else self.name


@dataclass(frozen=True)
class ReleasedLab:
    """A lab of the release.

    Attributes
    ----------
    name, title, module : str
    points : int
        Of all problems but the bonus.
    problems : tuple of Problem
        In the notebook's order.
    locked : dict
        Fingerprints of the course's own cells, by their ids.
    stubs : dict
        Fingerprints of the exercises and answers as they were released, by name.
    """

    name: str
    title: str
    module: str
    points: int
    problems: tuple[Problem, ...]
    locked: dict[str, str]
    stubs: dict[str, str]


@dataclass(frozen=True)
class Index:
    """The release: its build, the course's words, its labs."""

    build: str
    course: dict[str, str]
    labs: dict[str, ReleasedLab]


def read_index(path: Path = INDEX) -> Index | None:
    """The index of the installed wheel; None in a checkout of the repository, which is no release."""
    return parse_index(path.read_text(encoding="utf-8")) if path.is_file() else None


def parse_index(text: str) -> Index:
    """The index from the text of its file."""
    content: dict[str, Any] = json.loads(text)
    labs = {}
    for name, lab in content["labs"].items():
        problems = tuple(Problem(**problem) for problem in lab.pop("problems"))
        labs[name] = ReleasedLab(name=name, problems=problems, **lab)
    return Index(content["build"], content["course"], labs)


def which_to_update(build: str, index: Index | None) -> str:
    """What to do where a notebook and the library are of two builds; empty where they are of one, or that cannot be told.

    Parameters
    ----------
    build : str
        The notebook's.
    index : Index or None
        The library's.
    """
    if index is None or not build or build == index.build:
        return ""
    where = index.course.get("repository")
    place = f" from https://github.com/{where}" if where else ""
    return (
        f"this notebook is of build {build}, the installed library of build {index.build}: checks and text may not go together. "
        "If the notebook is the newer one, run `%pip uninstall -y stats220` in a new cell, restart the kernel and run its first cell again; "
        f"if the library is, download the notebook again{place} and copy your answers over."
    )


def fingerprint(source: str) -> str:
    """A digest of a cell's source; white space at the ends of lines and of the cell does not count."""
    text = "\n".join(line.rstrip() for line in source.strip().splitlines())
    return hashlib.sha256(text.encode()).hexdigest()[:16]
