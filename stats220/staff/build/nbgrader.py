"""The nbgrader course under ``build/nbgrader``, on which nbgrader's own commands work.

Its source notebooks are the release with the hidden checks added between nbgrader's markers, so that
``nbgrader generate_assignment`` gives the release again and ``nbgrader autograde`` gives the points of the checks.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from stats220.staff.build.notebooks import to_text
from stats220.staff.build.sources import Sources

TEST = """\
{source}
### BEGIN HIDDEN TESTS
from stats220.reference.{module} import hidden
check.{name}({name}) + hidden.{name}({name})
### END HIDDEN TESTS"""

CONFIG = '''\
"""Configuration of the nbgrader course; written by `stats220 build`."""

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ComputeChecksums,
    LockCells,
    SaveCells,
)

c = get_config()
c.CourseDirectory.course_id = "{course}"
# ClearSolutions is left out: the cells that students fill in are stubs already.
c.GenerateAssignment.preprocessors = [
    LockCells,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ComputeChecksums,
    CheckCellMetadata,
]
# Seconds a cell; cells that train for longer are marked as exploration and skipped.
c.Execute.timeout = {timeout}
'''
CELL_SECONDS = 300


def write_course(folder: Path, course: str) -> None:
    """Write the course's configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "_", course.lower()).strip("_")
    config = CONFIG.format(course=name, timeout=CELL_SECONDS)
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")


def write_assignment(folder: Path, sources: Sources, release: Any) -> Path:
    """Write the source notebook of a lab: its release notebook, and the hidden checks in the graded test cells."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        name = cell.metadata.stats220.get("name", "")
        graded = cell.metadata.stats220.role == "test" and cell.metadata.nbgrader.grade
        if graded and sources.points(name)[1]:
            cell.source = TEST.format(source=cell.source, name=name, module=sources.lab.module)
    path = folder / "source" / sources.lab.name / f"{sources.lab.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_text(notebook), encoding="utf-8")
    return path
