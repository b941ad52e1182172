"""The last gate of a build: nothing of the key is in what students receive.

The built release is searched, not the sources: code cells and modules of the wheel as syntax trees, all of their text
(comments, docstrings, markdown, metadata) as text without layout.
"""

from __future__ import annotations

import ast
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import nbformat

from stats220.errors import AuthorError
from stats220.staff.build.confidential import Secret, squeeze
from stats220.staff.build.course import Allowed
from stats220.staff.build.fingerprints import blocks_of, fingerprints, packed
from stats220.staff.build.sourcefile import EXCERPT_LINES

FORBIDDEN_IN_WHEEL = ("stats220/reference/", "stats220/staff/", "tests/", "labs/", "solutions/")
REMEDY = "take it out; or, if students may see it, list it with a reason: [[labs.{lab}.allowed]] in labs/course.toml"
MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


@dataclass
class Place:
    """A piece of what students receive: the file and line where its author wrote it, its text, and its code if any.

    Attributes
    ----------
    nodes
        Fingerprint of each node of the code, and its line, counted from 0 at `line`.
    blocks
        Fingerprints of the statements of every block, block after block.
    """

    file: str
    line: int
    lines: list[str] = field(repr=False)
    text: str = field(repr=False, default="")
    nodes: dict[int, int] = field(repr=False, default_factory=dict)
    blocks: bytes = field(repr=False, default=b"")

    @classmethod
    def of(cls, file: str, line: int, text: str, *, is_code: bool) -> Place:
        """Make a place; code that is not Python, its magics left out, is searched as text only."""
        place = cls(file, line, text.splitlines(), squeeze(unescape(text)))
        if is_code:
            try:
                tree = ast.parse(MAGIC.sub("", text))
            except SyntaxError:
                return place
            place._read_code(tree)
        return place

    def _read_code(self, tree: ast.Module) -> None:
        numbers = fingerprints(tree)
        for node, number in numbers.items():
            self.nodes.setdefault(number, getattr(node, "lineno", 1) - 1)
        blocks = blocks_of(tree.body)
        self.blocks = bytes(8).join(packed(numbers[node] for node in block) for block in blocks)
        strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        self.text += "".join(squeeze(value) for value in strings if isinstance(value, str))

    @classmethod
    def all_together(cls, places: Sequence[Place]) -> Place:
        """One place that holds what any of these holds: most secrets are in none, and one search says so."""
        together = cls("", 0, [], "\0".join(place.text for place in places))
        for place in places:
            together.nodes.update(place.nodes)
        together.blocks = bytes(8).join(place.blocks for place in places)
        return together

    def find(self, secret: Secret) -> int | None:
        """The line of this place's file that holds a secret, or None."""
        numbers = secret.fingerprints
        if (
            numbers
            and numbers[0] in self.nodes
            and (len(numbers) == 1 or packed(numbers) in self.blocks)
        ):
            return self.line + self.nodes[numbers[0]]
        for text in secret.squeezed:
            if text in self.text:
                start = squeeze(secret.text.splitlines()[0])
                matching = (
                    number for number, line in enumerate(self.lines) if start in squeeze(line)
                )
                return self.line + next(matching, 0)
        return None


def check_leaks(
    places: Iterable[Place],
    lab: str,
    secrets: Iterable[Secret],
    allowed: Iterable[Allowed],
    *,
    complete: bool = True,
) -> None:
    """Search places for the secrets of a lab.

    Parameters
    ----------
    places
        Where to search.
    lab
        The lab's name.
    secrets
        What no place may hold ...
    allowed
        ... with the exceptions of course.toml.
    complete
        Whether the lab's own notebook is among the places: if not, an exception that excuses nothing may be needed there.

    Raises
    ------
    AuthorError
        At the first leak, pointing at where it was written; or for an exception of course.toml that excuses nothing.
    """
    unused = list(allowed)
    excuses = {exception: squeeze(exception.statement) for exception in unused}
    known_places = list(places)
    everything = Place.all_together(known_places)
    for secret in secrets:
        if everything.find(secret) is None:
            continue
        for place in known_places:
            line = place.find(secret)
            if line is None:
                continue
            excusing = [exception for exception in excuses if _excuses(excuses[exception], secret)]
            if not excusing:
                raise AuthorError(
                    f"students would receive {secret.what}, {secret.origin}",
                    file=place.file,
                    line=line,
                    excerpt=secret.text.splitlines()[:EXCERPT_LINES],
                    remedy=REMEDY.format(lab=lab),
                )
            unused = [exception for exception in unused if exception not in excusing]
    for exception in unused if complete else ():
        raise AuthorError(
            "an exception to the leak check that excuses nothing",
            file="labs/course.toml",
            line=exception.line,
            excerpt=exception.statement.splitlines()[:EXCERPT_LINES],
            remedy="delete it, or write the statement as it stands in the key",
        )


def places_of(
    folder: Path, origins: dict[str, dict[str, tuple[str, int]]], unlocked: Set[str] = frozenset()
) -> Iterator[Place]:
    """All places of a built release; raises AuthorError where one holds outputs or a module that it must not.

    Parameters
    ----------
    folder
        The release: notebooks, wheel, manifest.
    origins
        For a notebook's file name, where each cell id was written.
    unlocked
        Modules of labs whose key is public: the wheel may hold it.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix == ".ipynb":
            yield from _places_of_notebook(path, origins.get(path.name, {}))
        elif path.suffix == ".whl":
            yield from _places_of_wheel(path, unlocked)
        else:
            content = json.loads(path.read_text(encoding="utf-8"))
            yield Place.of(f"release/{path.name}", 1, "\n".join(_strings(content)), is_code=False)


def _places_of_notebook(path: Path, origins: dict[str, tuple[str, int]]) -> Iterator[Place]:
    notebook = nbformat.read(path, as_version=4)
    name = f"release/{path.name}"
    for cell in notebook.cells:
        file, line = origins.get(cell.id, (name, 1))
        is_code = cell.cell_type == "code"
        if is_code and (cell.outputs or cell.execution_count is not None):
            raise AuthorError(
                f"the cell {cell.id} has outputs or was executed",
                file=name,
                excerpt=cell.source.splitlines()[:EXCERPT_LINES],
                remedy="build again; a release is built from the lab's source, never saved from Jupyter",
            )
        yield Place.of(file, line, cell.source, is_code=is_code)
        rest = {
            key: value for key, value in cell.items() if key not in ("source", "cell_type", "id")
        }
        yield Place.of(file, line, "\n".join(_strings(rest)), is_code=False)
    yield Place.of(name, 1, "\n".join(_strings(notebook.metadata)), is_code=False)


def _places_of_wheel(path: Path, unlocked: Set[str]) -> Iterator[Place]:
    public = re.compile(rf"stats220/reference/((?:{'|'.join(sorted(unlocked))})/)?\w+\.py")
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            is_key = bool(unlocked) and public.fullmatch(name) is not None
            if (name.startswith(FORBIDDEN_IN_WHEEL) and not is_key) or name.endswith(".ipynb"):
                raise AuthorError(
                    f"the student wheel holds {name}",
                    file=f"release/{path.name}",
                    remedy="only the student's part of stats220 goes into it; run `stats220 build`",
                )
            text = wheel.read(name).decode("utf-8", errors="replace")
            yield Place.of(name, 1, text, is_code=name.endswith(".py"))


def _strings(content: Any) -> Iterator[str]:
    """All strings in nested lists and dicts, keys included."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from _strings(value)


def _excuses(statement: str, secret: Secret) -> bool:
    return any(text in statement for text in secret.squeezed)
