"""The subcommands that lead out of the grader: ``export`` and ``gradescope``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from stats220.staff.options import Isolation, Root, find_project


class Platform(StrEnum):
    """Where grades and feedback go."""

    canvas = "canvas"
    moodle = "moodle"
    folders = "folders"


def export(
    lab: Annotated[str, typer.Argument(help="Which lab, for example lab4_pose.")],
    submissions: Annotated[Path, typer.Argument(help="The folder or zip that was graded.")],
    out: Annotated[Path, typer.Option(help="The folder that `stats220 grade` has filled.")],
    to: Annotated[Platform, typer.Option(help="'folders' writes feedback alone.")],
    roster: Annotated[
        Path | None,
        typer.Option(help="roster.csv; by default that beside the submissions."),
    ] = None,
    gradebook: Annotated[
        str | None,
        typer.Option(help="SQLAlchemy URL of nbgrader's gradebook; by default OUT/gradebook.db."),
    ] = None,
    assignment: Annotated[
        str, typer.Option(help="Its name in Canvas, 'Lab 4 (1234)'; by default the lab's title.")
    ] = "",
    root: Root = None,
) -> None:
    """Read what people have marked, and write grades and feedback for Canvas, Moodle, or by folder."""
    from stats220.staff.export.export import export as write

    project = find_project(root)
    exported = write(
        project,
        lab,
        submissions,
        out,
        to.value,
        roster=roster,
        gradebook_url=gradebook,
        assignment=assignment,
    )
    typer.echo("\n".join([*map(str, exported.files), *exported.notes]))


def gradescope(
    lab: Annotated[str, typer.Argument(help="Which lab, for example lab4_pose.")],
    to: Annotated[Path, typer.Option(help="The .zip to write.")],
    isolation: Annotated[
        Isolation,
        typer.Option(
            help="'bwrap' grades nothing where the container cannot make a sandbox; 'none' runs submissions without one."
        ),
    ] = Isolation.bwrap,
    root: Root = None,
) -> None:
    """Write an autograder for Gradescope: setup.sh, run_autograder, the grader, the lab, its hidden checks; no answers."""
    from stats220.staff.export.gradescope import write_autograder

    project = find_project(root)
    names = write_autograder(project, lab, to, isolation=isolation.value)
    typer.echo(f"{to}: {len(names)} files, isolation {isolation.value}")
