"""What one check came to. Apart from the checks, so that whoever only reads results is spared the seconds of PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RAISED = "your code raised an error"  # all that a hidden block tells of it
NOT_AS_EXPECTED = "not as expected"
NAMES_SLIP = "this is what comes out if"  # how a hint begins that names the very mistake
Status = Literal["passed", "failed", "not attempted", "error", "lost"]


@dataclass(frozen=True)
class CheckResult:
    """What one block came to.

    Attributes
    ----------
    what : str
        What was checked.
    points, max_points : float
        Earned, and to be had.
    status : str
        "passed"; "failed"; "not attempted": a stub is still in place; "error": the check itself is broken;
        "lost": the student's process died or did not answer.
    message : str
        Why not passed, in one or two lines.
    hint : str
        The author's hint for whoever did not pass, or the known mistake that it was found to be; empty where that is named elsewhere.
    seconds : float
        How long it took.
    hidden : bool
        Whether students see it only after grading; then the message holds no values.
    """

    what: str
    points: float
    max_points: float
    status: Status
    message: str = ""
    hint: str = ""
    seconds: float = 0.0
    hidden: bool = False
