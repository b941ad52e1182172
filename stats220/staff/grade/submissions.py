"""Each student's notebook of a lab, found by what it is: whatever its name, its folder, and the platform that it comes from."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stats220.errors import GradingError
from stats220.staff.grade.entries import (
    Entry,
    SubmissionError,
    list_entries,
    notebooks_within,
    read_entry,
)
from stats220.staff.grade.layouts import Owner, owners_of

MAX_STUDENT_NAME = 128  # nbgrader's column; in bytes, well below what a file name may have
MAX_SHOWN = 24  # characters, of a name that cannot be kept
TIMESTAMP = "timestamp.txt"
HAND_IN = "submission.json"
MAX_HAND_IN, MAX_TEAM = 100_000, 10  # bytes, names
MAX_CANDIDATES = 50  # notebooks of one student that are looked into
# The builder's mark in a notebook's metadata; Colab and others keep it.
LAB_MARK = re.compile(rb'"stats220"\s*:\s*\{[^{}]*"lab"\s*:\s*"(\w{1,80})"')

LAB_NAME = re.compile(r"lab[0-9]+_[a-z]+", re.IGNORECASE)

__all__ = ["Submission", "SubmissionError", "collect"]


@dataclass(frozen=True)
class Submission:
    """One student's notebook, still unread.

    Attributes
    ----------
    student
        The name that the layout gives, or the roster.
    source, entry
        The folder or zip of all submissions, and the file in it; None where there is none.
    notes
        What was accepted although it is unusual, in words.
    problem
        Why there is nothing to grade; empty where there is.
    id, submitted, late
        What the platform says, see `stats220.staff.grade.layouts.Owner`.
    """

    student: str
    source: Path
    entry: Entry | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""
    id: str = ""
    submitted: str = ""
    late: bool = False

    def read(self) -> bytes:
        """The notebook's bytes.

        Raises
        ------
        SubmissionError
            There is none, or it is missing, damaged, encrypted, not a plain file, or too large.
        """
        if self.problem or self.entry is None:
            raise SubmissionError(self.problem or "no file")
        return read_entry(self.source, self.entry)


@dataclass(frozen=True)
class _Candidate:
    """A file that may be the student's notebook."""

    entry: Entry
    path: str  # below the student's folder
    lab: str  # that it says it is of
    sha256: str
    problem: str = ""


def collect(submissions: Path, lab: str, *, untouched: Collection[str] = ()) -> list[Submission]:
    """Each student's notebook, sorted by student.

    Parameters
    ----------
    submissions
        A folder or zip in one of the layouts of `stats220.staff.grade.layouts`.
    lab
        For example ``lab4_pose``.
    untouched
        Hashes of released notebooks, which are no submissions where there is another file.

    Raises
    ------
    GradingError
        Nothing is there, it cannot be read, or nobody has handed in this lab.
    """
    entries = list_entries(submissions)
    if not any(entry.is_notebook or entry.is_zip for entry in entries):
        raise GradingError(f"no submissions in {submissions}: {_expected(lab)}")
    found = [
        _submission(submissions, owner, lab, untouched)
        for owner in _merged(owners_of(submissions, entries))
    ]
    if not any(
        submission.entry or not submission.problem.startswith(_none(lab)) for submission in found
    ):
        raise GradingError(f"no submissions in {submissions}: {_expected(lab)}")
    return sorted(found, key=lambda submission: submission.student)


def _expected(lab: str) -> str:
    return f"it should hold <student>/{lab}.ipynb, <student>/{lab}/{lab}.ipynb, or what Canvas, Moodle, Brightspace or Gradescope export"


def _none(lab: str) -> str:
    return f"no notebook of {lab} found"


def _merged(owners: Sequence[Owner]) -> list[Owner]:
    """One owner a name: spellings that differ in capitals or accents' encoding are one person, who then has all the files."""
    by_name: dict[str, Owner] = {}
    for owner in owners:
        key = unicodedata.normalize("NFC", _name(owner.student)).casefold()
        if key in by_name:
            by_name[key].entries += owner.entries
        else:
            by_name[key] = owner
    return list(by_name.values())


def _submission(source: Path, owner: Owner, lab: str, untouched: Collection[str]) -> Submission:
    name = _name(owner.student)
    notes = []
    if name != owner.student:
        notes.append(f"the folder {owner.student[:60]!a} cannot be a student's name")
    candidates = list(_candidates(source, owner))
    chosen = _choose(candidates, lab, untouched)
    submitted = owner.submitted or (_timestamp(source, owner, chosen[0]) if chosen else "")
    about = {"id": owner.id, "submitted": submitted, "late": owner.late}
    if not chosen:
        problem = _why_none(owner.entries, candidates, lab)
        return Submission(name, source, None, tuple(notes), problem, **about)  # type: ignore[arg-type]
    if len(chosen) > 1:
        paths = ", ".join(sorted(candidate.path for candidate in chosen))
        problem = f"handed in {lab} more than once: {paths}"
        return Submission(name, source, None, tuple(notes), problem, **about)  # type: ignore[arg-type]
    (one,) = chosen
    if lab.casefold() not in one.entry.parts[-1].casefold():  # "Copy of ..." is Colab's own
        notes.append(f"the file is named {one.entry.parts[-1]}, taken as {lab}.ipynb")
    if len(team := _team(source, owner, one)) > 1:
        notes.append(f"handed in for {', '.join(team)}")
    return Submission(name, source, one.entry, tuple(notes), one.problem, **about)  # type: ignore[arg-type]


def _timestamp(source: Path, owner: Owner, chosen: _Candidate) -> str:
    """When it was handed in, as nbgrader writes it beside the notebook."""
    text = _beside(source, owner, chosen, TIMESTAMP)[:80].decode("utf-8", "replace").strip()
    return text if text.isprintable() else ""


def _team(source: Path, owner: Owner, chosen: _Candidate) -> list[str]:
    """For whom it was handed in, as `stats220.submit()` writes it beside the notebook; empty where it does not say."""
    try:
        team = json.loads(_beside(source, owner, chosen, HAND_IN)[:MAX_HAND_IN])["team"]
        names = ["".join(filter(str.isprintable, str(name)))[:MAX_SHOWN] for name in team]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []  # a student's own words: there, or not
    return [name for name in names if name.strip()][:MAX_TEAM]


def _beside(source: Path, owner: Owner, chosen: _Candidate, name: str) -> bytes:
    """The file of that name in the chosen notebook's folder, or zip; empty where there is none that can be read."""
    notebook = chosen.entry
    parts = (*notebook.parts[:-1], name)
    found = next((e for e in owner.entries if e.parts == parts and e.kind == "file"), None)
    if notebook.within:
        inside = PurePosixPath(notebook.within).with_name(name).as_posix()
        found = Entry(parts, "file", notebook.where, inside)
    try:
        return read_entry(source, found) if found is not None else b""
    except SubmissionError:
        return b""


def _candidates(source: Path, owner: Owner) -> Iterator[_Candidate]:
    """The notebooks that a student has handed in, in zips too, and which lab each says it is of."""
    files = list(_notebooks(source, owner))
    for entry in files[:MAX_CANDIDATES]:
        path = "/".join(entry.parts[1:] if len(entry.parts) > 1 else entry.parts)
        if entry.kind != "file":
            why = f"{path} is a link or a special file, which is not followed"
            yield _Candidate(entry, path, "", path, why)
            continue
        try:
            data = read_entry(source, entry)
        except SubmissionError as error:
            yield _Candidate(entry, path, "", path, str(error))
        else:
            mark = LAB_MARK.search(data)
            yield _Candidate(
                entry, path, mark[1].decode() if mark else "", hashlib.sha256(data).hexdigest()
            )


def _notebooks(source: Path, owner: Owner) -> Iterator[Entry]:
    for entry in owner.entries:
        if entry.is_notebook:
            yield entry
        elif entry.is_zip:
            try:
                yield from notebooks_within(source, entry)
            except SubmissionError:
                yield entry  # what cannot be opened is named when it is the only file


def _choose(found: list[_Candidate], lab: str, untouched: Collection[str]) -> list[_Candidate]:
    """The different files that could be the student's notebook: by what they say they are, else by name, else the only one."""
    mine = [c for c in found if c.lab == lab]
    if not mine:
        unmarked = [c for c in found if not c.lab and not _named_as_another(c.entry, lab)]
        mine = [c for c in unmarked if _named_like(c.entry, lab)]
        mine = mine or (unmarked if len(unmarked) == 1 else [])
    worked_on = [c for c in mine if c.sha256 not in untouched]
    return list({c.sha256: c for c in reversed(worked_on or mine)}.values())


def _named_like(entry: Entry, lab: str) -> bool:
    folders = {part.casefold() for part in entry.parts[1:-1]}
    return lab.casefold() in entry.parts[-1].casefold() or lab.casefold() in folders


def _named_as_another(entry: Entry, lab: str) -> bool:
    """Whether file or folder are named as a lab that is not this one."""
    named = [m[0].casefold() for part in entry.parts[1:] if (m := LAB_NAME.match(part))]
    return bool(named) and lab.casefold() not in named


def _why_none(entries: Sequence[Entry], candidates: Sequence[_Candidate], lab: str) -> str:
    for entry in entries:
        if entry.kind == "link":
            return "the student's folder is a symbolic link"
        if entry.kind == "unreadable":
            return f"the folder cannot be read: {entry.where}"
    others = sorted({c.lab for c in candidates} - {"", lab})
    return _none(lab) + (f", only a notebook of another lab: {', '.join(others)}" if others else "")


def _name(folder: str) -> str:
    """The student's name: the folder's, where that can be shown, filed and kept in a gradebook."""
    # Not printable: control characters, and bytes that are no text in the file system's encoding.
    if folder.isprintable() and len(folder.encode()) <= MAX_STUDENT_NAME and "/" not in folder:
        return folder
    shown = "".join(c for c in folder if c.isprintable() and c != "/")[:MAX_SHOWN]
    digest = hashlib.sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{shown}-{digest[:8]}"  # no two folders get the same
