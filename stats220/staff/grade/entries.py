"""What lies in a folder or a zip of submissions, listed without unpacking or following anything."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stats220.errors import GradingError

MAX_NOTEBOOK_BYTES = 100 << 20  # a notebook with outputs of 20 MB is common, one of 100 MB is not
MAX_ZIP_MEMBERS = 200_000
MAX_NESTED_MEMBERS = 1000  # of a zip that a student handed in
MAX_DEPTH = 8
IGNORED = {"__MACOSX", ".ipynb_checkpoints"}
NOTEBOOK_NAMES = (".ipynb", ".ipynb.json", ".ipynb.txt")  # the last two as browsers save it


class SubmissionError(Exception):
    """One student's file cannot be read or is no notebook of this lab; the class goes on."""


@dataclass(frozen=True)
class Entry:
    """One path below the submissions, and what it is.

    Attributes
    ----------
    parts
        Its path below the submissions; below a zip that a student handed in, the path in it follows.
    kind
        "file", "folder", "link" or "unreadable".
    where
        The path on the disk, or the name in the zip.
    within
        The name in the student's own zip that `where` names; empty where it is the file itself.
    """

    parts: tuple[str, ...]
    kind: str
    where: str = ""
    within: str = ""

    @property
    def is_notebook(self) -> bool:
        """Whether its name is that of a notebook."""
        named = self.parts[-1].lower().endswith(NOTEBOOK_NAMES)
        return self.kind not in ("folder", "unreadable") and named

    @property
    def is_zip(self) -> bool:
        """Whether its name is that of a zip, which may hold a notebook."""
        return self.kind == "file" and not self.within and self.parts[-1].lower().endswith(".zip")


def list_entries(submissions: Path) -> list[Entry]:
    """Everything in a folder or zip, less what editors and systems leave behind.

    Raises
    ------
    GradingError
        Nothing is there, or it cannot be read.
    """
    if submissions.is_dir():
        found = _of_folder(submissions)
    elif submissions.is_file():
        found = _of_zip(submissions)
    else:
        raise GradingError(f"no submissions: {submissions} does not exist")
    return [entry for entry in found if not any(_ignored(part) for part in entry.parts)]


def read_entry(submissions: Path, entry: Entry) -> bytes:
    """The bytes of a file, bounded.

    Raises
    ------
    SubmissionError
        It is missing, damaged, encrypted, not a plain file, or larger than `MAX_NOTEBOOK_BYTES`.
    """
    try:
        if submissions.is_dir():
            # A file swapped for a link or a pipe since it was listed must not be followed or waited for.
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            with open(os.open(entry.where, flags), "rb") as file:
                data = file.read(MAX_NOTEBOOK_BYTES + 1)
        else:
            with zipfile.ZipFile(submissions) as archive, archive.open(entry.where) as file:
                data = file.read(MAX_NOTEBOOK_BYTES + 1)
        if entry.within and len(data) <= MAX_NOTEBOOK_BYTES:
            with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(entry.within) as file:
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


def notebooks_within(submissions: Path, entry: Entry) -> Iterator[Entry]:
    """The notebooks in a zip that a student handed in.

    Raises
    ------
    SubmissionError
        It cannot be read, or holds too much.
    """
    data = read_entry(submissions, entry)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise SubmissionError(f"{entry.parts[-1]} cannot be read: {error}") from error
    if len(members) > MAX_NESTED_MEMBERS:
        raise SubmissionError(f"{entry.parts[-1]} holds {len(members)} files")
    for info in members:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        inside = Entry((*entry.parts, *parts), "file", entry.where, info.filename)
        plain = not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16)
        if plain and parts and inside.is_notebook and not any(map(_ignored, parts)):
            yield inside


def _ignored(part: str) -> bool:
    return part in IGNORED or part.startswith(".")


def _of_folder(root: Path) -> list[Entry]:
    entries = []

    def fail(error: OSError) -> None:
        where, why = Path(error.filename), error.strerror or "unknown error"
        if where == root:
            raise GradingError(f"cannot read {root}: {why}") from error
        entries.append(Entry(where.relative_to(root).parts, "unreadable", why))

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
            entries.append(Entry((*above, name), kind, path))
        hidden = {name for name in names if _ignored(name)}
        names[:] = sorted(set(names) - hidden) if len(above) < MAX_DEPTH else []
    return entries


def _of_zip(path: Path) -> list[Entry]:
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
        entries.append(Entry(member.parts, kind, info.filename))
        entries += [Entry(member.parts[:n], "folder") for n in range(1, len(member.parts))]
    doubled = [e.parts for e in entries if e.kind == "file"]
    for parts, count in Counter(doubled).items():
        if count > 1:
            raise GradingError(f"{path} holds {'/'.join(parts)} {count} times; keep one of them")
    return list(dict.fromkeys(entries))
