"""Reading a submitted file into cells, whatever tool or accident it has been through."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stats220.staff.grade.names import NOTHING_KNOWN, Code, read_code
from stats220.staff.grade.submissions import SubmissionError

MAX_CELLS = 2000
MAX_ID = 1000
# Characters. An answer may hold a picture; what is parsed and run is bounded more tightly.
MAX_SOURCE = {"code": 200_000, "text": 5_000_000}
MAX_TOTAL = {"code": 2_000_000, "text": 20_000_000}  # of a notebook
# UTF-32's mark starts with UTF-16's, so it is looked for first.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class SubmittedCell:
    """One cell as handed in: its text and what may say which cell of the release it was. Outputs are not read.

    Attributes
    ----------
    kind
        "code", or "text" for markdown and raw cells.
    code
        What its code defines and needs; nothing of a text cell.
    source
        Free of characters that no file can hold.
    id
        The notebook format's cell id, or "".
    grade_id
        nbgrader's name of the cell, or "".
    role, name
        What the release's own metadata says, or "".
    """

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    role: str = ""
    name: str = ""
    code: Code = NOTHING_KNOWN


@dataclass(frozen=True)
class SubmittedNotebook:
    """A submitted notebook: the lab that its metadata names (or ""), its cells, and what was odd about the file."""

    lab: str
    cells: tuple[SubmittedCell, ...]
    notes: tuple[str, ...]


def read_notebook(
    data: bytes, read: Callable[[int, str], Code] = lambda number, source: read_code(source)
) -> SubmittedNotebook:
    """Read a notebook of any format version, with or without a byte order mark.

    Parameters
    ----------
    data
        The file.
    read
        Reads a cell's code, given the cell's number too.

    Raises
    ------
    SubmissionError
        There is no notebook in it; the message says what there is, for the student.
    """
    notes: list[str] = []
    content = _json(_text(data, notes))
    if not isinstance(content, Mapping):
        raise SubmissionError("the file is not a notebook: it is JSON, but not an object")
    raw = _raw_cells(content, notes)
    if len(raw) > MAX_CELLS:
        raise SubmissionError(f"the notebook has {len(raw)} cells, more than {MAX_CELLS}")
    cells = _with_answers_as_code(list(_cells(raw, notes)), notes)
    cells = [
        replace(cell, code=read(number, cell.source)) if cell.kind == "code" else cell
        for number, cell in enumerate(cells, 1)
    ]
    lab = _mapping(_mapping(content.get("metadata")).get("stats220")).get("lab", "")
    lab = _encodable(lab) if isinstance(lab, str) else ""
    return SubmittedNotebook(lab, tuple(cells), tuple(notes))


def _with_answers_as_code(cells: list[SubmittedCell], notes: list[str]) -> list[SubmittedCell]:
    """One key too many in Jupyter makes an exercise's cell text: where it has no other, it is still meant as code."""
    as_code = {cell.name for cell in cells if cell.kind == "code" and cell.role == "exercise"}
    found = []
    for cell in cells:
        if cell.role == "exercise" and cell.kind == "text" and cell.name not in as_code:
            notes.append(f"the cell of {cell.name[:60]} had become a text cell; it is read as code")
            cell = replace(cell, kind="code")
        found.append(cell)
    return found


def _text(data: bytes, notes: list[str]) -> str:
    if not data.strip():
        raise SubmissionError("the file is empty")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            notes.append(f"the file starts with a byte order mark ({encoding})")
            break
    else:
        encoding = "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SubmissionError(
            f"the file is not a notebook: not {encoding} text ({error})"
        ) from None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        what = (
            "a web page" if text.lstrip()[:200].lower().startswith(("<!doctype", "<html")) else ""
        )
        what = what or "cut short or not JSON"
        raise SubmissionError(
            f"the file is not a notebook: {what} (line {error.lineno}: {error.msg})"
        ) from None
    except RecursionError:
        raise SubmissionError("the file is not a notebook: it is nested too deeply") from None
    except ValueError:
        raise SubmissionError("the file is not a notebook: a number in it is too long") from None


def _raw_cells(content: Mapping[str, Any], notes: list[str]) -> Sequence[Any]:
    if isinstance(content.get("cells"), list):
        return list(content["cells"])
    # Format 3, of IPython before 2015: cells in worksheets, code in "input".
    sheets = content.get("worksheets")
    if not isinstance(sheets, list):
        raise SubmissionError("the file is not a notebook: it is JSON, but has no cells")
    notes.append("the notebook is in the old format 3; its cells were converted")
    cells = [cell for s in sheets for cell in _list(_mapping(s).get("cells"))]
    return [
        {**cell, "source": cell.get("input", cell.get("source"))}
        for cell in cells
        if isinstance(cell, Mapping)
    ]


def _cells(raw: Sequence[Any], notes: list[str]) -> Iterator[SubmittedCell]:
    kept = dict.fromkeys(MAX_TOTAL, 0)
    for number, value in enumerate(raw, 1):
        cell = _mapping(value)
        source = cell.get("source")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str) or not isinstance(cell.get("cell_type"), str):
            notes.append(f"cell {number} is damaged and was left out")
            continue
        kind = "code" if cell["cell_type"] == "code" else "text"
        if len(source) > min(MAX_SOURCE[kind], MAX_TOTAL[kind] - kept[kind]):
            notes.append(f"cell {number} is too long ({len(source)} characters) and was left out")
            continue
        kept[kind] += len(source)
        metadata = _mapping(cell.get("metadata"))
        own = _mapping(metadata.get("stats220"))
        yield SubmittedCell(
            kind=kind,
            source=_encodable(source).replace("\r\n", "\n"),
            id=_string(cell.get("id")) or _string(metadata.get("id")),  # Colab keeps it in there
            grade_id=_string(_mapping(metadata.get("nbgrader")).get("grade_id")),
            role=_string(own.get("role")),
            name=_string(own.get("name")),
        )


def _encodable(text: str) -> str:
    """Half of a surrogate pair is legal in JSON but in no file, frame or page."""
    return text.encode("utf-8", "replace").decode()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    """A name or id: none of a release's is longer."""
    return _encodable(value) if isinstance(value, str) and len(value) <= MAX_ID else ""
