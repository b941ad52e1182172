"""Read an authored lab, ``labs/<lab>.py`` in jupytext's percent format, into cells that know their lines.

jupytext splits the file into cells; the file is Python as it stands, so one parse of the whole of it gives every
statement its true line.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import jupytext
import nbformat

from stats220.errors import AuthorError
from stats220.staff.build.course import LabEntry, lab_module
from stats220.staff.build.names import Binding, bindings
from stats220.staff.build.sourcefile import SourceFile

Role = Literal["text", "given", "exercise", "test", "question", "explore"]
MARKER = re.compile(r"#\s*%%(\s|$)")
EXPORTED = re.compile(r"#\s*(Out\s?\[\d*\]|In\s?\[[\d ]*\]|<codecell>)")
OPTIONS: dict[Role, dict[str, tuple[type, ...]]] = {
    "text": {},
    "given": {},
    "exercise": {"exercise": (str,), "minutes": (int, float), "bonus": (bool,)},
    "test": {"test": (str,), "points": (int,)},
    "question": {"question": (str,), "points": (int,), "minutes": (int, float)},
    "explore": {"minutes_cpu": (int, float), "minutes_gpu": (int, float)},
}
FORMS = {
    "text": "# %% [markdown]",
    "given": "# %%",
    "exercise": '# %% exercise="bernoulli_loss" minutes=20 [bonus=true]',
    "test": '# %% test="bernoulli_loss" points=6',
    "question": '# %% [markdown] question="interpret_templates" points=3 minutes=10',
    "explore": "# %% explore minutes_cpu=2 minutes_gpu=0.3",
}
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,47}")
JUPYTEXT_NOTES = ("lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker")


@dataclass(frozen=True)
class Cell:
    """One cell of an authored lab; `line` is where its ``# %%`` stands, `start` where its source begins."""

    role: Role
    source: str
    line: int
    start: int
    name: str = ""
    points: int = 0
    minutes: float = 0
    minutes_gpu: float = 0
    bonus: bool = False
    statements: tuple[ast.stmt, ...] = field(default=(), repr=False)

    @cached_property
    def bindings(self) -> list[Binding]:
        """What the cell binds, in order."""
        return bindings(self.statements)


@dataclass(frozen=True)
class Lab:
    """An authored lab."""

    name: str
    module: str
    title: str
    cells: tuple[Cell, ...]
    file: SourceFile
    entry: LabEntry

    def of_role(self, role: Role) -> list[Cell]:
        """The cells of one role, in order."""
        return [cell for cell in self.cells if cell.role == role]

    def error(
        self, message: str, cell: Cell, *, remedy: str, line: int | None = None
    ) -> AuthorError:
        """Make an error that points at a cell, or at a line of it."""
        return self.file.error(message, line=line or cell.line, remedy=remedy)


def read_lab(root: Path, path: Path, entry: LabEntry) -> Lab:
    """Read an authored lab; raises AuthorError at the line of the first mistake in its form."""
    file = SourceFile.read(root, path, remedy="write the lab")
    tree = file.tree
    marker_lines = _marker_lines(file)
    try:
        notebook = jupytext.reads(file.text, fmt="py:percent")
    except (nbformat.ValidationError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise file.error(
            f"jupytext cannot read the file's header: {reason}", line=1, remedy="delete the header"
        ) from None
    if len(notebook.cells) != len(marker_lines):
        raise file.error(
            f"jupytext sees {len(notebook.cells)} cells where the file has {len(marker_lines)} cell markers",
            line=1,
            remedy="begin the file with a `# %%` line, and write no `# %%` in text",
        )
    cells = tuple(
        _read_cell(file, raw, line) for raw, line in zip(notebook.cells, marker_lines, strict=True)
    )
    cells = _with_statements(file, cells, tree)
    return Lab(path.stem, lab_module(path.stem), _title(file, cells), cells, file, entry)


def _marker_lines(file: SourceFile) -> list[int]:
    """Lines of the ``# %%`` comments; strings that hold the like do not count."""
    lines = []
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        if token.type != tokenize.COMMENT or token.line.strip() != token.string.strip():
            continue
        if EXPORTED.match(token.string):
            raise file.error(
                "an output or the number of an executed cell was left in",
                line=token.start[0],
                remedy="delete it: a lab's source holds no outputs, and its cells begin with `# %%`",
            )
        if MARKER.match(token.string):
            lines.append(token.start[0])
    return lines


def _read_cell(file: SourceFile, raw: Any, line: int) -> Cell:
    options = {key: value for key, value in raw.metadata.items() if key not in JUPYTEXT_NOTES}
    options.pop("region_name", None)
    if "incorrectly_encoded_metadata" in options:
        raise file.error(
            f"the cell's options cannot be read: {options['incorrectly_encoded_metadata']}",
            line=line,
            remedy=f'write name="text", name=3 or name=true, as in {FORMS["exercise"]}',
        )
    role = _role(file, raw.cell_type, options, line)
    for key, value in options.items():
        if key not in OPTIONS[role]:
            raise file.error(
                f"unknown option {key!r} for {_a(role)} cell",
                line=line,
                remedy=f"its form is {FORMS[role]}",
            )
        good = isinstance(value, OPTIONS[role][key])
        if isinstance(value, bool) and bool not in OPTIONS[role][key]:
            good = False
        if isinstance(value, int | float) and not isinstance(value, bool) and value <= 0:
            good = False
        if isinstance(value, str) and not IDENTIFIER.fullmatch(value):
            good = False
        if not good:
            raise file.error(
                f"bad value for the option {key}: {value!r}",
                line=line,
                remedy=f"its form is {FORMS[role]}",
            )
    if role in ("test", "question") and "points" not in options:
        raise file.error(
            f"{_a(role)} cell without points", line=line, remedy=f"its form is {FORMS[role]}"
        )
    if role in ("exercise", "question") and "minutes" not in options:
        raise file.error(
            f"{_a(role)} cell without minutes", line=line, remedy=f"its form is {FORMS[role]}"
        )
    return Cell(
        role=role,
        source=raw.source,
        line=line,
        start=_start(file, raw.source, line),
        name=options.get(role, ""),
        points=options.get("points", 0),
        minutes=options.get("minutes", options.get("minutes_cpu", 0)),
        minutes_gpu=options.get("minutes_gpu", 0),
        bonus=options.get("bonus", False),
    )


def _start(file: SourceFile, source: str, line: int) -> int:
    """The line of a cell's first line of source, below the marker and the quotes of a text cell."""
    first = source.partition("\n")[0]
    return next(
        (line + 1 + number for number, text in enumerate(file.lines[line:]) if first in text), line
    )


def _role(file: SourceFile, cell_type: str, options: dict[str, Any], line: int) -> Role:
    """Tell a cell's role from its type and options; takes the word ``explore`` out of them."""
    named: list[Any] = [role for role in ("exercise", "test", "question") if role in options]
    if options.get("title") == "explore":
        del options["title"]
        named.append("explore")
    if "title" in options:
        raise file.error(
            f"unknown cell option {options['title']!r}",
            line=line,
            remedy="a cell is plain, `explore`, or has exercise=, test= or question=; headings go into the text",
        )
    if len(named) > 1:
        raise file.error(
            f"one cell cannot be {' and '.join(named)}",
            line=line,
            remedy="split it into a cell each",
        )
    role: Any = named[0] if named else "text" if cell_type == "markdown" else "given"
    if cell_type == "raw" or (cell_type == "markdown") != (role in ("text", "question")):
        raise file.error(
            f"{_a(role)} cell cannot be {cell_type}", line=line, remedy=f"its form is {FORMS[role]}"
        )
    kind: Role = role
    return kind


def _with_statements(
    file: SourceFile, cells: tuple[Cell, ...], tree: ast.Module
) -> tuple[Cell, ...]:
    """Give each code cell its statements, parsed with the lines that they have in the file."""
    complete = []
    ends = [cell.line for cell in cells[1:]] + [len(file.lines) + 1]
    for cell, end in zip(cells, ends, strict=True):
        inside = tuple(node for node in tree.body if cell.line < node.lineno < end)
        for node in inside:
            if (node.end_lineno or node.lineno) >= end:
                raise file.error(
                    "a statement goes on into the next cell",
                    line=node.lineno,
                    remedy="a `# %%` line stands between statements",
                )
        statements = () if cell.role in ("text", "question") else inside
        complete.append(replace(cell, statements=statements))
    return tuple(complete)


def _title(file: SourceFile, cells: tuple[Cell, ...]) -> str:
    """The heading that the first cell must hold."""
    if cells and cells[0].role == "text":
        for text in cells[0].source.splitlines():
            if text.startswith("# ") and text[2:].strip():
                return text[2:].strip()
    raise file.error(
        "the lab has no title",
        line=1,
        remedy="begin with a `# %% [markdown]` cell that holds `# Title`",
    )


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
