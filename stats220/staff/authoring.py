"""The subcommands of who writes labs: ``build``, ``new``, ``preview`` and ``publish``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stats220.staff.options import Root, find_project


def build(
    labs: Annotated[list[str] | None, typer.Argument(help="Labs to build; all by default.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; compare with what is committed.")
    ] = False,
    execute: Annotated[
        bool, typer.Option("--execute", help="Run the answer keys into build/solutions/.")
    ] = False,
    root: Root = None,
) -> None:
    """Derive release/, solutions/ and the nbgrader course from labs/ and the reference functions."""
    from stats220.staff.build import build_all

    report = build_all(find_project(root), labs or None, check=check, execute=execute)
    typer.echo(report.text())
    if not report.ok:
        raise typer.Exit(1)


def new_lab(
    name: Annotated[str, typer.Argument(help="For example lab7_spikes.")], root: Root = None
) -> None:
    """Write the files of a new lab with one exercise; the places to write are marked."""
    from stats220.staff.build.scaffold import new_lab as write

    _say_what_next(find_project(root), write(find_project(root), name), name)


def new_exercise(
    lab: Annotated[str, typer.Argument(help="Which lab, for example lab4_pose.")],
    name: Annotated[str, typer.Argument(help="The function's name.")],
    root: Root = None,
) -> None:
    """Write the files of a new exercise, and its cells at the end of the lab."""
    from stats220.staff.build.scaffold import new_exercise as write

    _say_what_next(find_project(root), write(find_project(root), lab, name), lab, f" --only {name}")


def _say_what_next(root: Path, written: list[Path], lab: str, only: str = "") -> None:
    for path in dict.fromkeys(written):
        typer.echo(path.relative_to(root))
    typer.echo(
        f"Replace what is marked WRITE, then: stats220 build {lab} && stats220 attempts {lab}{only}"
    )


def preview(
    lab: Annotated[str, typer.Argument(help="Which lab, for example lab4_pose.")],
    key: Annotated[bool, typer.Option("--key", help="Show the answer key.")] = False,
    port: Annotated[int, typer.Option(help="0 takes any that is free.")] = 8220,
    root: Root = None,
) -> None:
    """Serve a lab as students will see it, and make it again whenever a file is saved."""
    from stats220.staff.build.preview import serve_preview

    def started(address: str) -> None:
        typer.echo(f"{lab} at {address} (Ctrl-C ends it)")

    serve_preview(find_project(root), lab, key=key, port=port, started=started)


def publish(
    to: Annotated[
        Path, typer.Option(help="A folder (a clone of the public repository), or a .zip file.")
    ],
    solutions: Annotated[
        list[str] | None, typer.Option(help="Publish this lab's key too, once its date has passed.")
    ] = None,
    root: Root = None,
) -> None:
    """Write what students may see: notebooks, wheel, a page with badges; nothing of the key, of tests or of staff tools."""
    from stats220.staff.build.publish import publish as write

    published = write(find_project(root), to, solutions=solutions)
    typer.echo("\n".join([*published.files, f"{len(published.files)} files in {published.place}"]))
    typer.echo(
        "commit labs/published.json here, which remembers this version's bytes, and push what was written"
    )
    if not published.badges:
        typer.echo(
            'no Colab badges: labs/course.toml has no repository, for example repository = "stanford/stats220-labs"'
        )
    if published.unlocked:
        typer.echo(
            f"unlocked {', '.join(published.unlocked)} in labs/course.toml: raise __version__ in stats220/__init__.py and "
            "run `stats220 build`, and the next wheel holds the solved exercises"
        )
