"""IPython's magics where code is graded: which run, which are skipped, and which only wrap a cell's own code."""

from __future__ import annotations

import re

# Magics that compute; all others show, install or talk to the system, and are skipped.
LINE_MAGICS = ("time", "timeit", "who", "whos", "pwd", "cd", "precision")
CELL_MAGICS = ("time", "timeit", "capture", "writefile")
# They run the cell and report on it: here the cell runs without the report.
REPORTS = ("prun", "memit", "mprun", "lprun", "pyinstrument", "scalene", "snakeviz", "debug")

_REPORT = re.compile(rf"\A\s*%%(?:{'|'.join(REPORTS)})\b[^\n]*")
# Blanks, not \s: over a hundred thousand empty lines that would start again at each, for hours.
_MAGIC = re.compile(r"^([ \t]*)(\w+[ \t]*=[ \t]*)?[%!?].*$", re.MULTILINE)
_PYTHON_CELL = re.compile(r"\A\s*%%(?:time|timeit|capture)\b")


def without_report(source: str) -> str:
    """The cell with a comment for a first line that would only have it measured: line numbers stay."""
    return _REPORT.sub("#", source, count=1)


def python_text(source: str) -> str:
    """The cell without ``%magic``, ``!command`` and ``?help`` lines; empty if it is in another language."""
    source = without_report(source)
    if source.lstrip().startswith("%%") and not _PYTHON_CELL.match(source):
        return ""
    return _MAGIC.sub(r"\1pass", source)
