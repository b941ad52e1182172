"""The commands in the project's documents, as they are written there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
ANY_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
# `!python -m stats220` is a cell's.
PROGRAM = re.compile(r"(\S*/)?(stats220|make|nbgrader|dask)(?=\s|$)|!?\S*python -m stats220 ")


@dataclass(frozen=True)
class Command:
    """A command, and the document that names it."""

    document: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}: {self.text.splitlines()[0]}"


def documents(root: Path) -> list[Path]:
    """The documents for people who use the project, in the order in which they are read."""
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def shell_commands(root: Path) -> Iterator[Command]:
    """Commands of the documents' shell blocks, one a line; a block that begins with #! is a script, and is one command."""
    for path in documents(root):
        for block in BLOCK.findall(path.read_text(encoding="utf-8")):
            name = path.relative_to(root).as_posix()
            if block.startswith("#!"):
                yield Command(name, block)
                continue
            for line in block.replace("\\\n", " ").splitlines():
                text = re.sub(r"(^|\s+)#.*", "", line).strip()
                if text:
                    yield Command(name, text)


def inline_commands(root: Path) -> Iterator[Command]:
    """Commands that are named in running text, arguments and all."""
    for path in documents(root):
        text = ANY_BLOCK.sub("", path.read_text(encoding="utf-8"))
        for code in INLINE.findall(text):
            if PROGRAM.match(code):
                yield Command(path.relative_to(root).as_posix(), code)


def students_commands(text: str) -> Iterator[list[str]]:
    """The arguments of each `python -m stats220` that a text tells students to type."""
    for code in INLINE.findall(text):
        _, found, arguments = code.partition(" -m stats220 ")
        if found:
            yield shlex.split(arguments)


def extras(text: str) -> Iterator[str]:
    """The extras that a text tells people to install."""
    for names in re.findall(r"(?:stats220|\.)\[([a-z, ]+)\]", text):
        yield from re.split(r", *", names)


def stats220_arguments(text: str) -> Iterator[list[str]]:
    """The arguments of each call of stats220 in a command; "..." and other places to fill in stay as they are."""
    for part in re.split(r"&&|\|\||[;|\n]", text.replace("\\\n", " ")):
        words = shlex.split(part, comments=True)
        for i, word in enumerate(words):
            if word.rsplit("/", 1)[-1] == "stats220":
                yield [w for w in words[i + 1 :] if w != "..."]
                break
