"""Run the solution notebooks from top to bottom, as a student who has solved everything would."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from stats220.kernels import CHECKPOINTS
from stats220.staff.build.notebooks import HAND_IN_TAG
from stats220.staff.build.sources import Sources

LEAST_SECONDS = 300
SLOWER = 5  # times the minutes that the author gives, before a cell is stopped


@dataclass(frozen=True)
class Executed:
    """Where an executed solution was written."""

    notebook: Path
    page: Path


def execute_solution(
    root: Path, sources: Sources, solution: Any, lines: dict[str, int]
) -> Executed:
    """Run a solution notebook into ``build/solutions/``, explore cells too, and write it and a page of it.

    Parameters
    ----------
    root
        The project; its package is the one imported, and the environment is passed on.
    sources
        The lab, to point at the cell that fails.
    solution
        The notebook.
    lines
        The line in the lab of each cell id.

    Raises
    ------
    AuthorError
        Where a cell raises, takes too long, or its kernel dies, or a check does not pass. What was run so far is written all the same.
    """
    folder = root / "build" / "solutions"
    folder.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.from_dict(solution)
    path = folder / f"{sources.lab.name}.ipynb"
    running: list[Any] = []
    client = NotebookClient(
        notebook,
        timeout_func=_seconds,
        kernel_name="python3",
        skip_cells_with_tag=HAND_IN_TAG,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: running.append(cell),
    )
    environment = {**os.environ, CHECKPOINTS: "off"}  # each run of the key is a whole one
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(root), environment.get("PYTHONPATH")])
    )
    try:
        client.execute(env=environment)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        cell = running[-1] if running else notebook.cells[0]
        what = {
            CellExecutionError: f"raised {getattr(error, 'ename', '')}: {getattr(error, 'evalue', '')}",
            CellTimeoutError: f"took more than {_seconds(cell):g} seconds",
        }.get(type(error), "ended its kernel (out of memory?)")
        raise sources.lab.file.error(
            f"the cell {cell.id} of the solution {what}",
            line=lines.get(cell.id, 1),
            remedy=f"see the cell's output in {path.relative_to(root)}; mend the lab, or the key if the cell is an exercise",
        ) from None
    finally:
        nbformat.write(notebook, path)
    _check_points(sources, notebook, lines, path.relative_to(root))
    return Executed(path, _write_page(path, notebook))


def _check_points(sources: Sources, notebook: Any, lines: dict[str, int], path: Path) -> None:
    """Hold the key to all points: a check that does not pass raises nothing, it only says so.

    Raises
    ------
    AuthorError
        An exercise of the key got less.
    """
    for cell in notebook.cells:
        own = cell.metadata.get("stats220", {})
        if own.get("role") != "test":
            continue
        # The last value of a test cell is its number of points, which nbgrader reads too.
        shown = [
            output.data.get("text/plain", "")
            for output in cell.outputs
            if output.output_type == "execute_result"
        ]
        most, _ = sources.points(own["name"])
        if shown != [f"{most:g}"]:
            raise sources.lab.file.error(
                f"the key's {own['name']} gets {''.join(shown) or 'no'} of {most} points from its visible checks",
                line=lines.get(cell.id, 1),
                remedy=f"see the cell {cell.id} in {path}; mend the key in stats220/reference/{sources.lab.module}/, or the check",
            )


def _seconds(cell: Any) -> float:
    """The time that a cell may take."""
    minutes: float = cell.metadata.get("stats220", {}).get("minutes", 0)
    return max(LEAST_SECONDS, 60 * SLOWER * minutes)


def _write_page(path: Path, notebook: Any) -> Path:
    from nbconvert import HTMLExporter

    page = path.with_suffix(".html")
    # The classic template alone hands on what `plotting.describing` says of each figure.
    body, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    page.write_text(body, encoding="utf-8")
    return page
