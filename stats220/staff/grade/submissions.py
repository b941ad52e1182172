"""Finding a class's notebooks in a folder or a zip. Nothing is unpacked: a notebook is read, bounded, when it is graded."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stats220.errors import GradingError

MAX_NOTEBOOK_BYTES = 100 << 20  # a notebook with outputs of 20 MB is common, one of 100 MB is not
MAX_ZIP_MEMBERS = 200_000
MAX_STUDENT_NAME = 128  # nbgrader's column; in bytes, well below what a file name may have
MAX_SHOWN = 24  # characters, of a name that cannot be kept
IGNORED = {"__MACOSX", ".ipynb_checkpoints"}


class SubmissionError(Exception):
    """One student's file cannot be read or is no notebook of this lab; the class goes on."""


@dataclass(frozen=True)
class Submission:
    """One student's notebook, still unread.

    Attributes
    ----------
    student
        The name of the student's folder.
    source, member
        The notebook, or the zip and the notebook's name in it.
    notes
        What was accepted although it is unusual, in words.
    problem
        Why there is nothing to grade; empty where there is.
    """

    student: str
    source: Path
    member: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""

    def read(self) -> bytes:
        """The notebook's bytes.

        Raises
        ------
        SubmissionError
            It is missing, damaged, encrypted, not a plain file, or larger than `MAX_NOTEBOOK_BYTES`.
        """
        if self.problem:
            raise SubmissionError(self.problem)
        try:
            if self.member:
                with zipfile.ZipFile(self.source) as archive, archive.open(self.member) as file:
                    data = file.read(MAX_NOTEBOOK_BYTES + 1)
            else:
                # A file swapped for a link or a pipe since it was listed must not be followed or waited for.
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
                with open(os.open(self.source, flags), "rb") as file:
                    data = file.read(MAX_NOTEBOOK_BYTES + 1)
        except OSError as error:
            raise SubmissionError(f"the file cannot be read: {error.strerror}") from error
        # Zipfile's words for: cut short, damaged, damaged, encrypted, an unknown compression, no longer in the zip.
        except (
            EOFError,
            zipfile.BadZipFile,
            zlib.error,
            RuntimeError,
            NotImplementedError,
            KeyError,
        ) as error:
            raise SubmissionError(f"the file in the zip cannot be read: {error}") from error
        if len(data) > MAX_NOTEBOOK_BYTES:
            raise SubmissionError(f"the file is larger than {MAX_NOTEBOOK_BYTES >> 20} MB")
        return data


@dataclass(frozen=True)
class _Entry:
    """One path below the submissions, and what it is."""

    parts: tuple[str, ...]
    kind: str  # "file", "folder", "link" or "unreadable"
    where: str = ""  # the path on the disk, or the name in the zip

    @property
    def is_notebook(self) -> bool:
        return self.kind not in ("folder", "unreadable") and self.parts[-1].lower().endswith(
            ".ipynb"
        )


def collect(submissions: Path, lab: str) -> list[Submission]:
    """Each student's notebook, sorted by student.

    Parameters
    ----------
    submissions
        A folder or zip of ``<student>/<lab>.ipynb`` or ``<student>/<lab>/<lab>.ipynb``; one folder may enclose them all.
    lab
        For example ``lab4_pose``.

    Raises
    ------
    GradingError
        Nothing is there, it cannot be read, or a student has handed in twice.
    """
    if submissions.is_dir():
        entries = _folder_entries(submissions)
    elif submissions.is_file():
        entries = _zip_entries(submissions)
    else:
        raise GradingError(f"no submissions: {submissions} does not exist")
    entries = [e for e in entries if not _ignored(e)]
    if not any(_student_notebook(e, lab) for e in entries):
        entries = _without_enclosing_folder(entries)
    students = sorted({e.parts[0] for e in entries if len(e.parts) > 1 or e.kind != "file"})
    if not students or not any(e.is_notebook for e in entries):
        raise GradingError(
            f"no submissions in {submissions}: it should hold <student>/{lab}.ipynb or <student>/{lab}/{lab}.ipynb"
        )
    mine = defaultdict(list)
    for entry in entries:
        mine[entry.parts[0]].append(entry)
    chosen = {student: _candidates(mine[student], lab) for student in students}
    _refuse_twice(chosen, lab)
    return [_submission(submissions, s, mine[s], chosen[s], lab) for s in students]


def _submission(
    submissions: Path, student: str, entries: Sequence[_Entry], chosen: Sequence[_Entry], lab: str
) -> Submission:
    name = _name(student)
    notes = [f"the folder {student[:60]!a} cannot be a student's name"] if name != student else []
    if not chosen:
        return Submission(name, submissions, "", tuple(notes), _why_none(entries, lab))
    (entry,) = chosen
    path = "/".join(entry.parts[1:])
    problem = (
        "" if entry.kind == "file" else f"{path} is a link or a special file, which is not followed"
    )
    if entry.parts[-1] != f"{lab}.ipynb":
        notes.append(f"the file is named {entry.parts[-1]}, taken as {lab}.ipynb")
    in_folder = submissions.is_dir()
    source, member = (Path(entry.where), "") if in_folder else (submissions, entry.where)
    return Submission(name, source, member, tuple(notes), problem)


def _why_none(entries: Sequence[_Entry], lab: str) -> str:
    for entry in entries:
        if entry.kind == "link" and len(entry.parts) == 1:
            return "the student's folder is a symbolic link"
        if entry.kind == "unreadable":
            return f"the folder cannot be read: {entry.where}"
    return f"no notebook of {lab} found"


def _student_notebook(entry: _Entry, lab: str) -> bool:
    """Whether it stands where a student's notebook of this lab may stand."""
    depth = len(entry.parts)
    in_lab_folder = depth == 3 and entry.parts[1].casefold() == lab.casefold()
    return entry.is_notebook and (depth == 2 or in_lab_folder)


def _candidates(entries: Sequence[_Entry], lab: str) -> list[_Entry]:
    """The notebooks that could be the student's: by name, else the only one there is."""
    notebooks = [e for e in entries if _student_notebook(e, lab)]
    named = [
        e
        for e in notebooks
        if len(e.parts) == 3 or e.parts[-1].casefold().startswith(lab.casefold())
    ]
    return named or (notebooks if len(notebooks) == 1 else [])


def _refuse_twice(chosen: dict[str, list[_Entry]], lab: str) -> None:
    twice = {s: ["/".join(e.parts) for e in found] for s, found in chosen.items() if len(found) > 1}
    spellings = defaultdict(list)
    for student in chosen:
        spellings[unicodedata.normalize("NFC", _name(student)).casefold()].append(student)
    for names in spellings.values():
        if len(names) > 1:
            twice[names[0]] = names
    if twice:
        student, paths = next(iter(twice.items()))
        more = f" (and {len(twice) - 1} more students)" if len(twice) > 1 else ""
        raise GradingError(
            f"{student} has handed in {lab} more than once: {', '.join(sorted(paths))}{more}; keep one of them"
        )


def _name(folder: str) -> str:
    """The student's name: the folder's, where that can be shown, filed and kept in a gradebook."""
    # Not printable: control characters, and bytes that are no text in the file system's encoding.
    if folder.isprintable() and len(folder.encode()) <= MAX_STUDENT_NAME:
        return folder
    shown = "".join(c for c in folder if c.isprintable())[:MAX_SHOWN]
    digest = hashlib.sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{shown}-{digest[:8]}"  # no two folders get the same


def _ignored(entry: _Entry) -> bool:
    return any(part in IGNORED or part.startswith(".") for part in entry.parts)


def _without_enclosing_folder(entries: Sequence[_Entry]) -> list[_Entry]:
    if len({e.parts[0] for e in entries if len(e.parts) > 1}) != 1:
        return list(entries)
    return [_Entry(e.parts[1:], e.kind, e.where) for e in entries if len(e.parts) > 1]


def _folder_entries(root: Path) -> list[_Entry]:
    entries = []

    def fail(error: OSError) -> None:
        where, why = Path(error.filename), error.strerror or "unknown error"
        if where == root:
            raise GradingError(f"cannot read {root}: {why}") from error
        entries.append(_Entry(where.relative_to(root).parts, "unreadable", why))

    for folder, names, files in os.walk(root, onerror=fail):
        above = Path(folder).relative_to(root).parts
        for name in sorted([*names, *files]):
            path = os.path.join(folder, name)
            try:
                mode = os.lstat(path).st_mode
            except OSError as error:
                fail(error)
                continue
            kind = "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "link"
            entries.append(_Entry((*above, name), kind, path))
        # Deeper than <class>/<student>/<lab>/ there is nothing to find.
        names[:] = sorted(names) if len(above) < 3 else []
    return entries


def _zip_entries(path: Path) -> list[_Entry]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise GradingError(
            f"{path} is neither a folder nor a zip that can be read: {error}"
        ) from error
    if len(members) > MAX_ZIP_MEMBERS:
        raise GradingError(
            f"{path} holds {len(members)} files, more than {MAX_ZIP_MEMBERS}: unpack it and look at it first"
        )
    entries = []
    for info in members:
        member = PurePosixPath(info.filename.replace("\\", "/"))
        if member.is_absolute() or ".." in member.parts or not member.parts:
            raise GradingError(
                f"{path} holds the unsafe path {info.filename[:80]!a}: unpack it and look at it first"
            )
        linked = stat.S_ISLNK(info.external_attr >> 16)
        kind = "folder" if info.is_dir() else "link" if linked else "file"
        entries.append(_Entry(member.parts, kind, info.filename))
        entries += [_Entry(member.parts[:n], "folder") for n in range(1, len(member.parts))]
    doubled = [e.parts for e in entries if e.kind == "file"]
    for parts, count in Counter(doubled).items():
        if count > 1:
            raise GradingError(f"{path} holds {'/'.join(parts)} {count} times; keep one of them")
    return list(dict.fromkeys(entries))
