"""The ``stats220`` command. Each subcommand only parses, calls one function, and turns its outcome into an exit code.

Exit codes: 0 done, 1 a check found something wrong, 2 it could not be done (one clear line on stderr says why).
"""

from __future__ import annotations

import importlib.util
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from stats220 import __version__
from stats220.data.homes import expand_home
from stats220.errors import GradingError, Stats220Error
from stats220.staff import authoring
from stats220.staff.export import command as out_commands
from stats220.staff.options import Isolation, Root, find_project

app = typer.Typer(
    help="Build, test and grade the STATS 220/320 labs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

new_app = typer.Typer(help="Write the files of a new lab or exercise.", no_args_is_help=True)
new_app.command("lab")(authoring.new_lab)
new_app.command("exercise")(authoring.new_exercise)
app.add_typer(new_app, name="new")
app.command()(out_commands.export)
app.command()(out_commands.gradescope)
app.command()(authoring.build)


class Device(StrEnum):
    """Where the attempts run."""

    cpu = "cpu"
    cuda = "cuda"


Jobs = Annotated[int, typer.Option(min=1, help="How many submissions are graded at a time.")]
Isolate = Annotated[
    Isolation,
    typer.Option(help="'none' runs submissions without a sandbox: only for code you trust."),
]


def _needs_unix(command: str) -> None:
    """Refuse on Windows what leans on forks, locks and limits of the system."""
    if importlib.util.find_spec("fcntl") is None:
        raise GradingError(
            f"`stats220 {command}` needs Linux or macOS: on Windows, run it in WSL (`wsl --install`, then clone the repository there)"
        )


@app.command()
def grade(
    lab: Annotated[str, typer.Argument(help="Which lab, for example lab4_pose.")],
    submissions: Annotated[
        Path,
        typer.Argument(
            help="A folder or zip of <student>/<lab>.ipynb or <student>/<lab>/<lab>.ipynb."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Where grades, results, feedback and report go.")],
    jobs: Jobs = 2,
    isolation: Isolate = Isolation.bwrap,
    gradebook: Annotated[
        str | None,
        typer.Option(help="SQLAlchemy URL of nbgrader's gradebook; by default OUT/gradebook.db."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, help="What the checks draw their inputs from; by default that of OUT, or new."
        ),
    ] = None,
    student: Annotated[
        list[str] | None, typer.Option(help="Grade this student alone; can be given again.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Grade also what is graded already.")
    ] = False,
    roster: Annotated[
        Path | None,
        typer.Option(
            help="roster.csv with ids, names, sections; by default that beside the submissions."
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Address of a Dask scheduler, or its scheduler.json: its workers grade, not this machine."
        ),
    ] = None,
    root: Root = None,
) -> None:
    """Grade a class of untrusted notebooks; what is graded already is not graded again."""
    _needs_unix("grade")
    from stats220.staff.grade.plan import make_plan

    # Shells leave a `~` as it is in `--out=~/graded`, and where there is no such user.
    submissions, out = expand_home(submissions), expand_home(out)
    where = f"report   {out / f'report-{lab}.html'}\ngrades   {out / f'grades-{lab}.csv'}"
    project, only = find_project(root), tuple(student or ())
    options: dict[str, Any] = {"seed": seed, "students": only, "again": again, "roster": roster}
    plan = make_plan(project, lab, submissions, out, isolation=isolation.value, **options)
    if plan.is_finished:
        typer.echo(f"nothing to grade: {len(plan.found)} submissions of {lab} are graded\n{where}")
        return
    unclear = plan.unclear()
    for line in unclear:
        typer.echo(f"not graded: {line}", err=True)
    if unclear:
        typer.echo("leave each of them one notebook: the same command then grades it", err=True)

    from stats220.staff.grade.course import grade_class
    from stats220.staff.grade.table import score_table

    results = grade_class(
        project,
        lab,
        submissions,
        out,
        jobs=jobs,
        isolation=isolation.value,
        gradebook_url=gradebook,
        cluster=cluster,
        progress=True,
        **options,
    )
    _print_table(score_table([r for r in results if not only or r.student in only]))
    typer.echo(where)


@app.command()
def attempts(
    lab: Annotated[str, typer.Argument(help="Which lab, for example lab4_pose.")],
    bank: Annotated[
        Path | None, typer.Option(help="Folder of attempts; tests/attempts/LAB by default.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="Try one exercise, without the gaps of others.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where the attempts run.")] = Device.cpu,
    seed: Annotated[
        int, typer.Option(min=0, help="What the checks draw their inputs from; 0 is a notebook's.")
    ] = 0,
    jobs: Jobs = 2,
    isolation: Isolate = Isolation.bwrap,
    root: Root = None,
) -> None:
    """Test the checks: grade each attempt of the bank and compare with the points it must get."""
    _needs_unix("attempts")
    from stats220.staff.grade.attempts import run_attempts

    report = run_attempts(
        find_project(root),
        lab,
        bank=bank,
        only=only,
        device=device.value,
        jobs=jobs,
        isolation=isolation.value,
        seed=seed,
        progress=True,
    )
    _print_table(report.table())
    for line in report.problems:
        typer.echo(line, err=True)
    if not report.ok:
        raise typer.Exit(1)


app.command()(authoring.preview)
app.command()(authoring.publish)


@app.command()
def validate(
    notebook: Annotated[Path, typer.Argument(help="A student's notebook.")],
    run: Annotated[
        bool, typer.Option(help="Run its answers, in a process without a sandbox.")
    ] = False,
    root: Root = None,
) -> None:
    """Say what grading would stumble over in a notebook; the same as students see when they hand in."""
    from stats220.staff.build.releaseindex import index_of
    from stats220.student.finding import find_notebook
    from stats220.student.rerunning import rerun
    from stats220.student.validating import validate as look

    found = find_notebook(notebook)
    findings = look(found, index_of(find_project(root)))
    if run:
        outcome = rerun(found.content)
        findings.errors += outcome["errors"] + [outcome["stopped"]] * bool(outcome["stopped"])
        for exercise, (points, most) in outcome["checks"].items():
            typer.echo(f"{exercise}: {points:g} of {most:g}")
    for line in findings.lines():
        typer.echo(line)
    if findings.errors:
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """Say what this machine lacks for the labs."""
    from stats220.student.doctor import doctor as look

    look()


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where the sample class and its grades go.")],
    lab: Annotated[str, typer.Option(help="Which lab.")] = "lab4_pose",
    jobs: Jobs = 2,
    isolation: Isolate = Isolation.bwrap,
    root: Root = None,
) -> None:
    """Write a sample class of submissions, grade it, and say where everything is."""
    _needs_unix("demo")
    from stats220.staff.demo import run_demo

    run_demo(find_project(root), lab, out, jobs=jobs, isolation=isolation.value)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _print_table(table: object) -> None:
    from stats220.staff.grade.table import table_console

    table_console().print(table)


def main() -> None:
    """Entry point: the package's own errors become one clear message and exit code 2."""
    # jsonschema, on which nbformat leans, would compile a grammar of international web addresses: a second of each
    # command, for a format that no notebook's schema has. Without the module it goes without the format.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        app()
    except Stats220Error as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
