"""Mending a submitted notebook from the release, so that grading sees every cell once and in its place.

Given, test and install cells are the release's own. The student's are: the exercises, the answers, the `explore` cells, and
whatever cells were added. Which submitted cell is which follows from metadata, else from the cell's id, else from its text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from stats220.staff.grade.matching import match_cells, moved_cells, name_of, plain, role_of
from stats220.staff.grade.names import NOTHING_KNOWN, Code, read_code
from stats220.staff.grade.reader import read_bounded
from stats220.staff.grade.reading import SubmittedNotebook
from stats220.staff.grade.rewording import added, same_setup

if TYPE_CHECKING:
    from stats220.staff.build.release import Release

EXTRA = "extra"  # the role of a cell that the student added
NO_CODE = read_code("").fingerprint  # of a cell that holds comments alone
MAX_STRAYS, MAX_STRAY = 20, 5000  # texts, and characters of one, that a person is shown
LOCKED = ("given", "install", "hand in")


@dataclass(frozen=True)
class Mended:
    """A submission, put in order.

    Attributes
    ----------
    notebook
        The release's cells with the student's work in them, and the student's own cells (role ``extra``) between; no outputs.
    mended
        What had to be mended, in words.
    answers
        What the student wrote, by question; a question left as it was is not in it.
    strays
        What the student wrote that belongs to no question: any of it may be an answer that is missing.
    codes
        What is known of the code in the notebook, by source.
    """

    notebook: NotebookNode
    mended: tuple[str, ...]
    answers: Mapping[str, str]
    strays: tuple[str, ...]
    codes: Mapping[str, Code]

    def code(self, source: str) -> Code:
        """What is known of a cell's code."""
        return self.codes.get(source, NOTHING_KNOWN)


def mend(release: Release, data: bytes) -> Mended:
    """Read a submission and mend it from the release.

    Raises
    ------
    SubmissionError
        It is no notebook, or a notebook of another lab.
    """
    return mend_notebook(release, read_bounded(data))


def mend_notebook(release: Release, submitted: SubmittedNotebook) -> Mended:
    """Mend a notebook that has been read."""
    return _Mender(release, submitted).mend()


@dataclass
class _Mender:
    release: Release
    submitted: SubmittedNotebook
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notes.extend(self.submitted.notes)
        self.originals: Sequence[NotebookNode] = self.release.notebook.cells
        self.cells = self.submitted.cells
        self.codes = {c.source: c.code for c in self.cells if c.kind == "code"}
        for original in self.originals:
            if original.cell_type == "code":  # known from the last one, as it is then to the reader
                self.codes[original.source] = read_code(original.source)
        self.places = match_cells(self.release, self.submitted)
        self.moved = moved_cells(self.places)
        self.strays: dict[int, str] = {}

    # ---- what stands where

    def mend(self) -> Mended:
        exercises = {
            name_of(c): i for i, c in enumerate(self.originals) if role_of(c) == "exercise"
        }
        used: set[int] = set()  # submitted cells that have got a place, or are the release's own
        slots: dict[int, list[NotebookNode]] = {}
        for name, place in exercises.items():
            slots[place] = self._exercise(name, place, used)
        answers: dict[str, str] = {}
        for place, original in enumerate(self.originals):
            role = role_of(original)
            mine = [i for i, p in enumerate(self.places) if p == place and i not in used]
            if role in LOCKED:
                slots[place] = self._locked(original, mine, used)
            elif role == "answer":
                slots[place] = [self._answer(place, used, answers)]
            elif role == "explore":
                code = [self.cells[i].source for i in mine if self.cells[i].kind == "code"]
                slots[place] = [_copy(original, code[-1] if code else original.source)]
                used.update(mine)
            elif role == "test":
                slots[place] = [_copy(original)]
                self._test(original, mine)
                used.update(mine)
            elif role != "exercise":
                slots[place] = [_copy(original)]
                for i in [i for i in mine if self.cells[i].kind == "text"]:
                    if role != "question":  # whose own answer it is
                        self._note_stray(i, original)
                    used.add(i)
        notebook = deepcopy(self.release.notebook)
        notebook.cells = self._with_extras(slots, used)
        strays = tuple(self.strays[i][:MAX_STRAY] for i in sorted(self.strays))
        return Mended(notebook, tuple(self.notes), answers, strays[:MAX_STRAYS], self.codes)

    def _same(self, i: int, original: NotebookNode) -> bool:
        """Whether a submitted cell differs at most in comments and layout from the release's."""
        cell = self.cells[i]
        if role_of(original) == "install":
            return same_setup(cell.source, str(original.source))
        if cell.kind == "code" and original.cell_type == "code":
            return self.codes[cell.source].fingerprint == self.codes[original.source].fingerprint
        return cell.source.strip() == str(original.source).strip()

    def _exercise(self, name: str, place: int, used: set[int]) -> list[NotebookNode]:
        """The cells that answer one exercise: the version that counts, among earlier ones and parts split off."""
        original = self.originals[place]
        self._let_go_below_check(name, place)
        marked = [
            i for i, p in enumerate(self.places) if p == place and self.cells[i].kind == "code"
        ]
        below = self._check_of(name)
        names = [cell.code.names for cell in self.cells]
        defining = {i for i, n in enumerate(names) if name in n.objects}
        defining |= {i for i in marked if name in names[i].defined}
        blank = {i for i in defining if self._same(i, original)}
        worked = sorted(defining - blank)
        above = [i for i in worked if i < below]
        # Where nothing defines the name, a marked cell still shows what the student did: a renamed function, say.
        versions = above or worked or sorted(blank) or marked
        if not versions:
            self.notes.append(f"the cell of {name} is missing; the blank one stands in")
            return [_copy(original)]
        last = versions[-1]
        if above and len(worked) > len(above):
            self.notes.append(f"{name} is defined again below its check; the one above counts")
        if worked and len(versions) > 1:
            self.notes.append(f"{name} is defined in {len(versions)} cells; the last one counts")
        elif last not in marked:
            self.notes.append(f"{name} was found by its name, in a cell that is not marked as its")
        elif last in self.moved:
            self.notes.append(f"the cell of {name} was moved; it runs in its place")
        others = sorted(({*versions, *marked} - blank - used) - {last})
        used.update(others, blank, {last})
        return [
            *(self._extra(i) for i in others if i < last),
            _copy(original, self.cells[last].source),
            *(self._extra(i) for i in others if i > last),
        ]

    def _check_of(self, name: str) -> int:
        """The submitted cell that checks an exercise, the last of them; behind the last cell where there is none."""
        tests = [i for i, c in enumerate(self.originals) if role_of(c) == "test"]
        place = next(i for i in tests if name_of(self.originals[i]) == name)
        found = [i for i, p in enumerate(self.places) if p == place]
        return found[-1] if found else len(self.cells)

    def _let_go_below_check(self, name: str, place: int) -> None:
        """A copy of the exercise's cell below its check is a cell of the student's own, where there is one above."""
        marked = [i for i, p in enumerate(self.places) if p == place]
        below = self._check_of(name)
        if any(i < below and name in self.cells[i].code.names.objects for i in marked):
            for i in marked:
                if i > below:
                    self.places[i] = None

    def _locked(
        self, original: NotebookNode, mine: Sequence[int], used: set[int]
    ) -> list[NotebookNode]:
        """A given cell: as released. A student's edit of it runs first, so that an added import is not lost."""
        edited = [i for i in mine if not self._same(i, original)]
        used.update(mine)
        what = f"the given cell {_first_line(original.source)!r}"
        if not mine and self.cells:
            self.notes.append(f"{what} is missing; it was put back")
        if edited:
            self.notes.append(f"{what} was changed; the original runs after it")
        return [*(self._extra(i) for i in edited), _copy(original)]

    def _test(self, original: NotebookNode, mine: Sequence[int]) -> None:
        if not all(self._same(i, original) for i in mine):
            self.notes.append(
                f"the test cell of {name_of(original)} was changed; the original counts"
            )

    def _answer(self, place: int, used: set[int], answers: dict[str, str]) -> NotebookNode:
        """The answer cell, with what was written in it, in the question's cell, or in cells added around it."""
        original, name = self.originals[place], name_of(self.originals[place])
        prompts = [
            i
            for i, c in enumerate(self.originals)
            if role_of(c) == "question" and name_of(c) == name
        ]
        written: list[str] = []
        homes = [i for i, p in enumerate(self.places) if p == place or p in prompts]
        if not any(self.places[i] == place for i in homes):
            self.notes.append(f"the answer cell of {name} is missing")
        for i in homes:
            text = self.cells[i].source.strip()
            released = self.originals[self.places[i] or 0].source.strip()
            in_question = self.places[i] != place
            if in_question:
                text = "" if plain(text) == plain(released) else added(text, released)
            if text and plain(text) != plain(released):
                written.append(text)
                if in_question:
                    self.notes.append(f"the answer of {name} was written into the question's cell")
            used.add(i)
            for j in self._added_text_after(i):
                written.append(self.cells[j].source.strip())
                used.add(j)
        blank = plain(original.source)
        text = "\n\n".join(part for part in written if part and plain(part) != blank)
        if text:
            answers[name] = text
        return _copy(original, text or original.source)

    def _note_stray(self, i: int, original: NotebookNode | None = None) -> None:
        """What was written into a text of the release, or in a cell of the student's own, may be an answer."""
        text = self.cells[i].source.strip()
        if original is not None:
            released = original.source.strip()
            if plain(text) == plain(released):
                return
            text = added(text, released)
        if text:
            self.strays[i] = text

    def _added_text_after(self, i: int) -> list[int]:
        found = []
        for j in range(i + 1, len(self.cells)):
            if self.places[j] is not None or self.cells[j].kind != "text":
                break
            found.append(j)
        return found

    # ---- the student's own cells

    def _extra(self, i: int) -> NotebookNode:
        make = new_code_cell if self.cells[i].kind == "code" else new_markdown_cell
        cell: NotebookNode = make(self.cells[i].source, id=f"student-{i}")  # type: ignore[no-untyped-call]
        cell.metadata["stats220"] = {"role": EXTRA}
        return cell

    def _with_extras(
        self, slots: Mapping[int, Sequence[NotebookNode]], used: set[int]
    ) -> list[NotebookNode]:
        """All cells in order: each cell that the student added follows the cell that it followed."""
        following = defaultdict(list)
        place = -1
        for i, own in enumerate(self.places):
            if own is not None:
                place = own
            if i not in used and self.cells[i].source.strip():
                if self.cells[i].kind == "text" or self.cells[i].code.fingerprint == NO_CODE:
                    self._note_stray(i)
                following[place].append(self._extra(i))
        cells = list(following[-1])
        for place in range(len(self.originals)):
            cells += [*slots[place], *following[place]]
        return cells


def _first_line(source: str) -> str:
    return source.strip().partition("\n")[0][:60]


def _copy(original: NotebookNode, source: str | None = None) -> NotebookNode:
    cell = deepcopy(original)
    if source is not None:
        cell.source = source
    return cell
