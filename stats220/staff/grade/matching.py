"""Which cell of the release a submitted cell was: by its metadata, else by its id, else by its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stats220.staff.grade.names import names_of
from stats220.staff.grade.reading import SubmittedCell, SubmittedNotebook
from stats220.staff.grade.rewording import nearest_version
from stats220.staff.grade.submissions import SubmissionError

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from stats220.staff.build.release import Release

MIN_BEGINNING = 12  # characters, of a text by which a cell is known
GRADED = {"exercise", "test", "answer", "question"}


def match_cells(release: Release, submitted: SubmittedNotebook) -> list[int | None]:
    """The position in the release of each submitted cell; None for a cell that the student added.

    Raises
    ------
    SubmissionError
        It is a notebook of another lab.
    """
    if submitted.lab not in ("", release.lab):
        raise SubmissionError(f"a notebook of another lab: {submitted.lab[:60]}")
    originals = release.notebook.cells
    keys = _keys(originals)
    places = [_place(keys, cell) for cell in submitted.cells]
    places = [
        _begun_with(originals, cell) if place is None else place
        for place, cell in zip(places, submitted.cells, strict=True)
    ]
    _place_reworded(originals, submitted.cells, places)
    exercises = {exercise.name for exercise in release.exercises}
    known = any(p is not None and role_of(originals[p]) in GRADED for p in places)
    if not (
        known or submitted.lab or any(exercises & c.code.names.objects for c in submitted.cells)
    ):
        raise SubmissionError(f"not a notebook of {release.lab}: none of its cells is in it")
    return places


def moved_cells(places: Sequence[int | None]) -> set[int]:
    """The fewest cells that must have been moved, given that the others stand in the release's order."""
    tails: list[int] = []  # the lowest place that ends an ordered run of each length
    ends: list[int] = []  # and its cell
    previous: dict[int, int | None] = {}
    for i, place in enumerate(places):
        if place is None:
            continue
        length = bisect_right(tails, place)
        previous[i] = ends[length - 1] if length else None
        tails[length : length + 1], ends[length : length + 1] = [place], [i]
    ordered = set()
    last = ends[-1] if ends else None
    while last is not None:
        ordered.add(last)
        last = previous[last]
    return previous.keys() - ordered


def _keys(originals: Sequence[NotebookNode]) -> dict[tuple[str, str], int]:
    """Everything that points at one cell of the release: (what, value) -> its position."""
    keys: dict[tuple[str, str], int] = {}
    for i, cell in enumerate(originals):
        keys["id", cell.id] = i
        if grade_id := cell.metadata.get("nbgrader", {}).get("grade_id"):
            keys["grade_id", grade_id] = i
        if name_of(cell):
            keys[role_of(cell), name_of(cell)] = i
        if role_of(cell) != "answer":  # they all hold the same words
            keys.setdefault(("text", plain(cell.source)), i)
        if role_of(cell) == "given" and (objects := names_of(cell.source).objects):
            keys["objects", " ".join(sorted(objects))] = i
    return keys


def _place(keys: dict[tuple[str, str], int], cell: SubmittedCell) -> int | None:
    clues = (
        (cell.role, cell.name),
        ("grade_id", cell.grade_id),
        ("id", cell.id),
        ("text", plain(cell.source)),
        ("objects", " ".join(sorted(cell.code.names.objects))),
    )
    return next((keys[clue] for clue in clues if clue[1] and clue in keys), None)


def _begun_with(originals: Sequence[NotebookNode], cell: SubmittedCell) -> int | None:
    """The text cell of the release, the longest one, that this text cell begins with: something was typed below it."""
    if cell.kind != "text":
        return None
    text = plain(cell.source)
    begun = {
        i: len(start)
        for i, original in enumerate(originals)
        if original.cell_type != "code"
        and role_of(original) != "answer"  # they all hold the same words
        and len(start := plain(original.source)) >= MIN_BEGINNING
        and text.startswith(start)
    }
    return max(begun, key=begun.__getitem__, default=None)


def _place_reworded(
    originals: Sequence[NotebookNode], cells: Sequence[SubmittedCell], places: list[int | None]
) -> None:
    """Texts of an earlier build, which have no cell of the release's any more, get the place of what became of them."""
    taken = set(places)
    free = [i for i, c in enumerate(originals) if role_of(c) == "text" and i not in taken]
    for j, cell in enumerate(cells):
        if places[j] is None and cell.kind == "text" and cell.role == "text":
            best = nearest_version(cell.source, [str(originals[i].source) for i in free])
            if best is not None:
                places[j] = free.pop(best)


def role_of(cell: NotebookNode) -> str:
    """What a cell of the release is for."""
    return str(cell.metadata["stats220"]["role"])


def name_of(cell: NotebookNode) -> str:
    """The exercise or question that a cell of the release belongs to, or ""."""
    return str(cell.metadata["stats220"].get("name", ""))


def plain(source: str) -> str:
    """The text without differences that nobody sees."""
    return re.sub(r"\s+", " ", source).strip()
