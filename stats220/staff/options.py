"""The options that several subcommands have in common."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from stats220.staff.project import find_root


class Isolation(StrEnum):
    """What keeps a student's code away from the grader."""

    bwrap = "bwrap"
    none = "none"


Root = Annotated[
    Path | None,
    typer.Option(help="The repository; by default found upwards from the current folder."),
]


def find_project(root: Path | None) -> Path:
    """The project at the option `Root`, or the one around the current folder."""
    return find_root((root or Path.cwd()).resolve())
