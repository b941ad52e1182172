"""The student's process without a sandbox: a fresh interpreter, for machines that cannot isolate it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys

from . import linux, student


def main() -> None:
    """Read the settings from standard input, then serve until the grader hangs up."""
    settings = json.load(sys.stdin)
    student.keep_only(*student.tidy(sys.modules["__main__"]))

    def confine() -> None:
        if sys.platform == "linux":
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)

    try:
        student.serve(settings, confine)
    except Exception as error:
        with contextlib.suppress(OSError):  # after "ready" the descriptor is closed
            os.write(student.NEWS_FD, student.words(error))
        raise
