"""nbgrader's *Validate* on a student's notebook: what is not fully passed yet raises, and says why.

Validate compares a cell's number with all of its points, and so calls a solved exercise with hidden checks partial credit.
It sets ``NBGRADER_VALIDATING`` for its kernel (``nbgrader.validator``); autograding does not, and reads the number as ever.
"""

from __future__ import annotations

import os
import textwrap

from stats220.checks.display import MARKS, title
from stats220.checks.results import Record
from stats220.errors import Stats220Error

WIDTH = 80  # Validate cuts off what is longer than 87 with its indent


class NotPassedError(Stats220Error):
    """An exercise that does not pass all of its checks, for Validate's list; the message is a short table."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()  # nothing of the library's own lines


def judge(checks: Record) -> None:
    """Where Validate runs: raise NotPassedError unless all is passed, and then show no number. Elsewhere do nothing."""
    if os.environ.get("NBGRADER_VALIDATING") != "1":
        return
    if any(result.status != "passed" for result in checks.results):
        raise NotPassedError(as_short_text(checks))
    vars(checks)["_ipython_display_"] = lambda: None  # without a value, a cell has all its points


def as_short_text(checks: Record) -> str:
    """What is not passed yet, with messages and hints, in short lines."""
    missing = [result for result in checks.results if result.status != "passed"]
    if all(result.status == "not attempted" for result in checks.results):
        return f"{title(checks)}: not attempted yet"
    lines = [f"{title(checks)}: {checks.points:g} of {checks.max_points:g} points here; not yet:"]
    lines += [line for note in checks.notes for line in _wrapped(note, "  ")]
    for result in missing:
        lines += _wrapped(f"{MARKS[result.status]} {result.what}", "  ")
        lines += _wrapped(result.message, "    ")
        lines += _wrapped(result.hint and f"Hint: {result.hint}", "    ")
    return "\n".join(lines)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
