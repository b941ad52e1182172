"""The notebooks of a lab: the release that students receive, and the solution.

Both have the same cells in the same order, with the same ids and metadata; they differ in the exercises and answers.
Ids come from names and content, so that the same lab gives the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import nbformat
from nbformat import v4

from stats220.staff.build.lab import Cell
from stats220.staff.build.sources import Sources

FORMAT_VERSION = 1  # of metadata.stats220
NBGRADER_SCHEMA = 3
NBFORMAT_MINOR = 5
ANSWER_STUB = "*Your answer here.*"
SKIP_TAG = "skip-execution"  # nbclient, and so nbgrader, leaves cells with this tag alone; Jupyter runs them
Kind = Literal["release", "solution"]

INSTALL = """\
# Run this cell first: it installs the lab's helper library where it is missing.
import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

WHEEL, VERSION, URL = "{wheel}", "{version}", "{url}"
if importlib.util.find_spec("stats220") is None:
    if not URL and not Path(WHEEL).exists():
        raise FileNotFoundError(
            f"{{WHEEL}} is not in {{Path.cwd()}}. Put it there (on Colab: the folder symbol on the left, then upload), "
            "or download the lab again: the file comes with this notebook. Then run this cell again."
        )
    source = URL or str(Path(WHEEL).resolve())
    if subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", source]).returncode:
        raise RuntimeError(f"stats220 could not be installed from {{source}}; pip's message is above.")
    importlib.invalidate_caches()
import stats220

print("stats220", stats220.__version__)
if stats220.__version__ != VERSION:
    print(
        f"WARNING: this lab was made for stats220 {{VERSION}}, and its checks may differ in yours. "
        f"Run `%pip install --force-reinstall --no-deps {{URL or WHEEL}}` in a new cell, then restart the kernel."
    )"""


@dataclass(frozen=True)
class Wheel:
    """The student wheel as the notebooks name it: `url` is empty where the file lies beside the notebook."""

    file: str
    version: str
    url: str = ""


def make_notebook(sources: Sources, wheel: Wheel, kind: Kind) -> Any:
    """Derive a notebook from an authored lab; cell ids lead back to its lines by `cell_lines`."""
    cells = [cell for cell, _ in _cells(sources, wheel, kind)]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "stats220": {"lab": sources.lab.name, "version": FORMAT_VERSION},
    }
    return v4.new_notebook(cells=cells, metadata=metadata, nbformat_minor=NBFORMAT_MINOR)


def cell_lines(sources: Sources, wheel: Wheel) -> dict[str, int]:
    """The line in the authored lab of each cell id."""
    return {cell.id: line for cell, line in _cells(sources, wheel, "release")}


def to_text(notebook: Any) -> str:
    """A notebook as the text of its file, the same bytes for the same notebook."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text.rstrip("\n") + "\n"


def _cells(sources: Sources, wheel: Wheel, kind: Kind) -> list[tuple[Any, int]]:
    """All cells, each with its line in the lab."""
    code = INSTALL.format(wheel=wheel.file, version=wheel.version, url=wheel.url)
    made = [(_given("install", code, "install"), 1)]
    for cell in sources.lab.cells:
        made += [(derived, cell.line) for derived in _derive(sources, cell, kind)]
    seen: dict[str, int] = {}
    for derived, _ in made:
        seen[derived.id] = seen.get(derived.id, 0) + 1
        if seen[derived.id] > 1:
            derived.id = f"{derived.id}-{seen[derived.id]}"
            if "nbgrader" in derived.metadata:
                derived.metadata.nbgrader.grade_id += f"_{seen[derived.id.rpartition('-')[0]]}"
    return made


def _derive(sources: Sources, cell: Cell, kind: Kind) -> list[Any]:
    """The one or two notebook cells of a lab's cell."""
    name = cell.name
    match cell.role:
        case "text":
            return [_text("text", cell.source, f"text-{_digest(cell.source)}")]
        case "given":
            return [_given("given", cell.source, f"given-{_digest(cell.source)}")]
        case "explore":
            made = v4.new_code_cell(cell.source, id=f"explore-{_digest(cell.source)}")
            made.metadata = _metadata("explore", minutes=cell.minutes, minutes_gpu=cell.minutes_gpu)
            made.metadata["tags"] = [SKIP_TAG]
            return [made]
        case "exercise":
            exercise = sources.exercises[name]
            source = exercise.key if kind == "solution" else exercise.stub
            made = v4.new_code_cell(source, id=f"exercise-{name}")
            made.metadata = _metadata("exercise", name=name, minutes=cell.minutes, bonus=cell.bonus)
            made.metadata["nbgrader"] = _nbgrader(name, solution=True)
            return [made]
        case "test":
            bonus = sources.is_bonus(name)
            made = v4.new_code_cell(cell.source, id=f"test-{name}")
            made.metadata = _metadata("test", name=name, points=cell.points, bonus=bonus)
            points = None if bonus else cell.points
            made.metadata["nbgrader"] = _nbgrader(f"test_{name}", points=points, locked=True)
            return [made]
        case "question":
            answer = sources.answers.by_question[name].text if kind == "solution" else ANSWER_STUB
            prompt = _text("question", cell.source, f"question-{name}", name=name)
            made = _text("answer", answer, f"answer-{name}", name=name, points=cell.points)
            made.metadata["nbgrader"] = _nbgrader(name, points=cell.points, solution=True)
            return [prompt, made]


def _given(role: str, source: str, cell_id: str) -> Any:
    cell = v4.new_code_cell(source, id=cell_id)
    cell.metadata = _metadata(role)
    cell.metadata["nbgrader"] = _nbgrader(cell_id.replace("-", "_"), locked=True)
    return cell


def _text(role: str, source: str, cell_id: str, **entries: Any) -> Any:
    cell = v4.new_markdown_cell(source, id=cell_id)
    cell.metadata = _metadata(role, **entries)
    return cell


def _metadata(role: str, **entries: Any) -> Any:
    return nbformat.from_dict({"stats220": {"role": role, **entries}})


def _nbgrader(
    grade_id: str, *, points: int | None = None, solution: bool = False, locked: bool = False
) -> Any:
    """Metadata as nbgrader wants them; a cell with points is graded."""
    entries: dict[str, Any] = {
        "schema_version": NBGRADER_SCHEMA,
        "grade_id": grade_id,
        "grade": points is not None,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        entries["points"] = points
    return nbformat.from_dict(entries)


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:10]
