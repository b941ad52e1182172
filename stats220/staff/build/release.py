"""What was released: ``release/manifest.json`` and the notebooks and wheel that it lists."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from stats220.errors import GradingError
from stats220.staff.build.course import lab_module
from stats220.staff.build.sources import Sources

MANIFEST = "manifest.json"
REBUILD = "run `stats220 build`"


@dataclass(frozen=True)
class ReleasedExercise:
    """An exercise of a released lab; `points` are the visible and hidden points together."""

    name: str
    points: int
    visible_points: int
    hidden_points: int
    minutes: float
    bonus: bool


@dataclass(frozen=True)
class ReleasedQuestion:
    """A question of a released lab, marked by hand."""

    name: str
    points: int


@dataclass(frozen=True)
class Release:
    """A released lab, as the grader reads it.

    Attributes
    ----------
    path, sha256
        The notebook's file and its hash.
    points, minutes
        Of the core exercises and questions together; bonus exercises are outside.
    wheel
        The student wheel that was released with it.
    notebook
        The notebook that students received.
    """

    lab: str
    module: str
    path: Path
    sha256: str
    points: int
    minutes: float
    exercises: tuple[ReleasedExercise, ...]
    questions: tuple[ReleasedQuestion, ...]
    wheel: Path
    notebook: Any = field(repr=False)

    @classmethod
    def load(cls, root: Path, lab: str) -> Release:
        """Read a released lab from ``root/release``.

        Raises
        ------
        GradingError
            Where there is no such lab, or a file is missing or is not the one that was released.
        """
        folder = root / "release"
        manifest = read_manifest(folder)
        if lab not in manifest["labs"]:
            known = ", ".join(sorted(manifest["labs"])) or "none"
            raise GradingError(f"no lab {lab!r} in {folder / MANIFEST}; released labs: {known}")
        entry = manifest["labs"][lab]
        path, wheel = folder / entry["file"], folder / manifest["wheel"]["file"]
        for file, expected in ((path, entry["sha256"]), (wheel, manifest["wheel"]["sha256"])):
            if not file.is_file():
                raise GradingError(f"{file} is missing: {REBUILD}")
            if sha256_of(file) != expected:
                raise GradingError(f"{file} is not the file that {MANIFEST} lists: {REBUILD}")
        return cls(
            lab=lab,
            module=lab_module(lab),
            path=path,
            sha256=entry["sha256"],
            points=entry["points"],
            minutes=entry["minutes"],
            exercises=tuple(ReleasedExercise(**exercise) for exercise in entry["exercises"]),
            questions=tuple(ReleasedQuestion(**question) for question in entry["questions"]),
            wheel=wheel,
            notebook=nbformat.read(path, as_version=4),
        )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read ``manifest.json`` of a release; raises GradingError where it is missing or damaged."""
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        manifest["labs"], manifest["wheel"]["file"]
    except FileNotFoundError:
        raise GradingError(f"{path} is missing: {REBUILD}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise GradingError(f"{path} is damaged ({error!r}): {REBUILD}") from None
    return manifest


def lab_entry(sources: Sources, notebook: Path) -> dict[str, Any]:
    """The manifest's entry of a lab whose release notebook is `notebook`."""
    exercises = []
    for cell in sources.exercise_cells():
        visible, hidden = sources.points(cell.name)
        exercises.append(
            asdict(
                ReleasedExercise(
                    cell.name, visible + hidden, visible, hidden, cell.minutes, cell.bonus
                )
            )
        )
    questions = [
        asdict(ReleasedQuestion(cell.name, cell.points)) for cell in sources.lab.of_role("question")
    ]
    return {
        "file": notebook.name,
        "sha256": sha256_of(notebook),
        "points": sources.core_points(),
        "minutes": sources.core_minutes(),
        "exercises": exercises,
        "questions": questions,
    }


def write_manifest(folder: Path, labs: dict[str, dict[str, Any]], wheel: Path) -> None:
    """Write ``manifest.json`` beside the notebooks and the wheel."""
    content = {
        "labs": dict(sorted(labs.items())),
        "wheel": {"file": wheel.name, "sha256": sha256_of(wheel)},
    }
    (folder / MANIFEST).write_text(
        json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def sha256_of(path: Path) -> str:
    """The hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
