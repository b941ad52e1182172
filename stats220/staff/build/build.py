"""Build the labs: ``stats220 build [LAB ...] [--check] [--execute]``."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stats220.errors import AuthorError, GradingError
from stats220.staff.build.confidential import secrets_of
from stats220.staff.build.course import Course, find_labs, read_course
from stats220.staff.build.dependencies import check_dependencies
from stats220.staff.build.execute import Executed, execute_solution
from stats220.staff.build.leaks import check_leaks, places_of
from stats220.staff.build.nbgrader import write_assignment, write_course
from stats220.staff.build.notebooks import Wheel, cell_lines, make_notebook, to_text
from stats220.staff.build.published import check_published
from stats220.staff.build.release import (
    MANIFEST,
    lab_entry,
    read_manifest,
    sha256_of,
    write_manifest,
)
from stats220.staff.build.releaseindex import make_index
from stats220.staff.build.rules import check_rules
from stats220.staff.build.sources import Sources, read_sources
from stats220.staff.build.spelling import nearest
from stats220.staff.build.wheel import build_id, build_wheel, read_version

DERIVED = ("release", "solutions")


@dataclass(frozen=True)
class BuiltLab:
    """A lab that was built."""

    name: str
    title: str
    points: int
    minutes: float
    exercises: int
    questions: int
    executed: Executed | None = None


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes
    ----------
    labs
        The labs that were built.
    files
        Files written, or compared, relative to the project's root.
    differences
        With ``check``: one line for each committed file that is not what the sources give.
    seconds
        How long it took, without executing.
    """

    labs: tuple[BuiltLab, ...]
    files: tuple[str, ...]
    differences: tuple[str, ...] = ()
    seconds: float = field(default=0, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the committed files are what the sources give; true of a build without ``check``."""
        return not self.differences

    def text(self) -> str:
        """What was built, or what differs and what to do, for a terminal."""
        lines = [
            f"{lab.name}: {lab.exercises} exercises, {lab.questions} questions, {lab.points} points, "
            f"{lab.minutes:g} minutes"
            for lab in self.labs
        ]
        lines += [f"executed: {lab.executed.page}" for lab in self.labs if lab.executed]
        lines += list(self.differences)
        if self.differences:
            lines.append("-> run `stats220 build` and commit release/ and solutions/")
        else:
            lines.append(f"{len(self.files)} files in {self.seconds:.1f} s, no leaks")
        return "\n".join(lines)


def build_all(
    root: Path, labs: Sequence[str] | None = None, check: bool = False, execute: bool = False
) -> BuildReport:
    """Derive everything from the authored labs: ``release/``, ``solutions/``, the wheel and ``build/nbgrader/``.

    Nothing is written before all of it is built and found free of leaks.

    Parameters
    ----------
    root
        The project's root.
    labs
        Names of the labs to build; all of them where None or empty. The others keep what was released of them, but are read too:
        the wheel must not hold their answers.
    check
        Write nothing; compare with what is committed instead.
    execute
        Run the solutions too, into ``build/solutions/``.

    Returns
    -------
    BuildReport
        Its ``ok`` is false where `check` found differences.

    Raises
    ------
    AuthorError
        At the first mistake in a lab, its key, its checks or ``course.toml``.
    """
    root, start = Path(root).resolve(), time.monotonic()
    course = read_course(root)
    found = find_labs(root, course)
    chosen = _choose(course, found, labs or ())
    everything = {name: read_sources(root, found[name], course.labs[name]) for name in found}
    all_sources = {name: everything.pop(name) for name in chosen}
    for sources in all_sources.values():
        check_rules(sources)
        check_dependencies(root, sources)
    with tempfile.TemporaryDirectory() as scratch:
        staged = Path(scratch)
        solutions = _stage(root, course, staged, all_sources, others=everything)
        if check:
            differences = _differences(root, staged, set(found))
        else:
            differences = ()
            _install(root, staged, set(found))
        files = tuple(
            sorted(
                path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()
            )
        )
    seconds = time.monotonic() - start
    built = []
    for name, sources in all_sources.items():
        executed = None
        if execute:
            lines = cell_lines(sources, course)
            executed = execute_solution(root, sources, solutions[name], lines)
        built.append(_describe(sources, executed))
    return BuildReport(tuple(built), files, differences, seconds)


def _choose(course: Course, found: dict[str, Path], labs: Sequence[str]) -> list[str]:
    for name in labs:
        if name not in found:
            raise AuthorError(
                f"there is no lab {name!r}{nearest(name, found)}",
                file=course.source.name,
                remedy=f"name one of: {', '.join(found) or 'none yet'}",
            )
    return [name for name in found if not labs or name in labs]


def _stage(
    root: Path,
    course: Course,
    staged: Path,
    all_sources: dict[str, Sources],
    *,
    others: dict[str, Sources],
) -> dict[str, Any]:
    """Write everything below `staged`, search it for leaks, and return the solution notebooks.

    The wheel is that of all labs: it must not hold the secrets of those either that are not built now.
    """
    release, solved = staged / "release", staged / "solutions"
    release.mkdir()
    solved.mkdir()
    both = {**all_sources, **others}
    index = make_index(
        course, {name: both[name] for name in sorted(both) if both[name].lab.entry.released}
    )
    without = {sources.lab.module for sources in both.values() if not sources.lab.entry.released}
    unlocked = {sources.lab.module for sources in both.values() if sources.lab.entry.unlocked}
    index["build"] = build_id(root, index, without, unlocked)
    wheel_file = build_wheel(root, release, index, without=without, unlocked=unlocked)
    if why := check_published(root, read_version(root), sha256_of(wheel_file)):
        raise AuthorError(
            why,
            file="stats220/__init__.py",
            remedy="old notebooks must find the wheel that they were made for",
        )
    url = course.address_of(wheel_file.name)
    wheel = Wheel(wheel_file.name, sha256_of(wheel_file), url, index["build"])
    entries = _kept_entries(root / "release", set(others))
    origins, solutions = {}, {}
    write_course(staged / "build" / "nbgrader", course.name)
    for name, sources in all_sources.items():
        notebook = make_notebook(sources, course, wheel, "release")
        path = release / f"{name}.ipynb"
        path.write_text(to_text(notebook), encoding="utf-8")
        solutions[name] = make_notebook(sources, course, wheel, "solution")
        (solved / path.name).write_text(to_text(solutions[name]), encoding="utf-8")
        write_assignment(staged / "build" / "nbgrader", sources, notebook)
        entries[name] = lab_entry(sources, path)
        lines = cell_lines(sources, course)
        origins[path.name] = {
            cell_id: (sources.lab.file.name, line) for cell_id, line in lines.items()
        }
    write_manifest(release, entries, wheel_file)
    places = list(places_of(release, origins, unlocked))
    for name, sources in all_sources.items():
        secrets, entry = secrets_of(root, sources), sources.lab.entry
        check_leaks(places, name, secrets, entry.allowed, complete=not entry.unlocked)
    for name, sources in others.items():
        secrets, allowed = secrets_of(root, sources), sources.lab.entry.allowed
        check_leaks(places, name, secrets, allowed, complete=False)
    return solutions


def _kept_entries(release: Path, labs: set[str]) -> dict[str, Any]:
    """The manifest's entries of labs that are not built this time."""
    if not labs or not (release / MANIFEST).exists():
        return {}
    try:
        entries = read_manifest(release)["labs"]
    except GradingError as error:
        raise AuthorError(
            str(error), file=f"release/{MANIFEST}", remedy="build all labs at once"
        ) from None
    return {name: entry for name, entry in entries.items() if name in labs}


def _differences(root: Path, staged: Path, labs: set[str]) -> tuple[str, ...]:
    """One line for each file of release/ and solutions/ that differs from the one built now."""
    differences = []
    built = {path.relative_to(staged) for folder in DERIVED for path in (staged / folder).iterdir()}
    for path in sorted(built):
        committed = root / path
        if not committed.exists():
            differences.append(f"{path.as_posix()} is missing")
        elif committed.read_bytes() != (staged / path).read_bytes():
            outputs = path.suffix == ".ipynb" and '"output_type"' in committed.read_text(
                encoding="utf-8"
            )
            differences.append(
                f"{path.as_posix()} {'holds outputs' if outputs else 'differs from the sources'}"
            )
    differences += [f"{path.as_posix()} is of no lab" for path in _strangers(root, built, labs)]
    return tuple(differences)


def _install(root: Path, staged: Path, labs: set[str]) -> None:
    """Put what was built in its place, and take away what is of no lab any more."""
    built = {path.relative_to(staged) for folder in DERIVED for path in (staged / folder).iterdir()}
    strangers = _strangers(root, built, labs)
    for path in strangers:
        if path.suffix not in (".ipynb", ".whl"):
            raise AuthorError(
                "the builder did not write this",
                file=path.as_posix(),
                remedy="move it: all here is derived",
            )
    for path in strangers:
        (root / path).unlink()
    for path in sorted(staged.rglob("*")):
        target = root / path.relative_to(staged)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not target.exists() or target.read_bytes() != path.read_bytes():
            shutil.copyfile(path, target)


def _strangers(root: Path, built: set[Path], labs: set[str]) -> list[Path]:
    """Files in release/ and solutions/ that no lab of the course gives."""
    kept = {Path(folder, f"{lab}.ipynb") for folder in DERIVED for lab in labs}
    present = [
        path.relative_to(root) for folder in DERIVED for path in sorted((root / folder).glob("*"))
    ]
    return [path for path in present if path not in built | kept and path.name[0] != "."]


def _describe(sources: Sources, executed: Executed | None) -> BuiltLab:
    return BuiltLab(
        sources.lab.name,
        sources.lab.title,
        sources.core_points(),
        sources.core_minutes(),
        len(sources.exercise_cells()),
        len(sources.lab.of_role("question")),
        executed,
    )
