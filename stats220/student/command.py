"""``python -m stats220`` where only the students' part is installed: for terminals, and ``!python -m stats220 doctor`` on Colab.

Exit codes are those of the staff's command: 0 done, 1 something is wrong with the notebook, 2 it could not be done.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from stats220 import __version__
from stats220.errors import Stats220Error

COMMANDS = {
    "doctor": "say what this machine lacks for the labs, and what to do",
    "validate": "say what grading would stumble over in a notebook, without running it",
    "version": "print the version",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, by default that of the command line, and exit with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and not given[0].startswith("-") and given[0] not in COMMANDS:
        here = ", ".join(COMMANDS)
        print(
            f"error: `{given[0]}` is no command for students; here there are {here}. "
            "What builds and grades labs is for staff: install from the course's repository, with the extra `staff`",
            file=sys.stderr,
        )
        sys.exit(2)
    asked = _parser().parse_args(given or ["--help"])
    try:
        sys.exit(_run(asked))
    except Stats220Error as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m stats220", description="The labs, on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=f"{text.capitalize()}.")
        if name == "validate":
            command.add_argument("notebook", metavar="FILE", help="your notebook, saved")
    return parser


def _run(asked: argparse.Namespace) -> int:
    if asked.command == "version":
        print(__version__)
    elif asked.command == "doctor":
        from stats220.student.doctor import doctor

        doctor()
    else:
        return _validate(asked.notebook)
    return 0


def _validate(notebook: str) -> int:
    from stats220.student.finding import find_notebook
    from stats220.student.index import read_index
    from stats220.student.validating import validate

    findings = validate(find_notebook(notebook), read_index())
    print("\n".join(findings.lines()) or "Nothing is missing.")
    return 1 if findings.errors else 0
