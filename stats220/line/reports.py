"""What crosses of an exception of the student's: its type, its text, their own line, and whether it is only a stub's."""

from __future__ import annotations

import contextlib
import linecache
import traceback
from typing import Any

MAX_MESSAGE = 2000
MAX_NAME = 200  # characters, of a type or a line of code
CELL = "<ipython-input-"  # how the names begin that IPython gives to cells


def describe(error: BaseException) -> dict[str, Any]:
    """What crosses of an exception; see `stats220.line.failures.Raised`."""
    report = {"type": "Exception", "bases": [], "message": "", "attempted": True}
    report |= {"line_number": None, "line": ""}
    with contextlib.suppress(BaseException):  # its class may be of the student's own making
        report |= _described(error)
    return report


def _described(error: BaseException) -> dict[str, Any]:
    builtin = [cls.__name__ for cls in type(error).__mro__ if cls.__module__ == "builtins"]
    try:
        message = clean(str(error), MAX_MESSAGE)
    except BaseException as other:
        message = f"(its message raised {type(other).__name__})"
    number, line = _own_line(error)
    if isinstance(error, SyntaxError):
        message, number, line = _of_syntax(error) or (message, number, line)
    return {
        "type": clean(type(error).__name__, MAX_NAME),
        "bases": [name for name in builtin if name not in ("object", "BaseException", "Exception")],
        "message": message,
        "line_number": number,
        "line": line,
        "attempted": not _is_from_stub(error, message, line),
    }


def clean(text: str, limit: int) -> str:
    """A plain string of the first characters, without surrogates, which cannot cross."""
    return str.__getitem__(text, slice(limit)).encode("utf-8", "replace").decode("utf-8")


def _own_line(error: BaseException) -> tuple[int | None, str]:
    """Number and text of the last line in the student's own code, which is what lives in ``__main__``."""
    found: tuple[int | None, str] = (None, "")
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__") == "__main__":
            text = linecache.getline(frame.f_code.co_filename, number, frame.f_globals)
            found = number, clean(text.strip(), MAX_NAME)
    return found


def _of_syntax(error: SyntaxError) -> tuple[str, int, str] | None:
    """Text, line number and line of a cell that is no Python; its text alone would name a file that nobody has."""
    said, file, number, line = error.msg, error.filename, error.lineno, error.text
    if type(said) is not str or type(number) is not int or type(line) is not str:
        return None
    if type(file) is not str or not file.startswith(CELL):
        return None
    return clean(said, MAX_MESSAGE), number, clean(line.strip(), MAX_NAME)


def _is_from_stub(error: BaseException, message: str, line: str) -> bool:
    """Whether a stub raised: ``raise NotImplementedError``, or something did not know what to do with ``...``.

    torch too raises NotImplementedError, for an operation that it lacks; then the line is no ``raise``.
    """
    if isinstance(error, NotImplementedError):
        return not line or "raise" in line
    return (
        isinstance(error, (TypeError, AttributeError, ValueError)) and "ellipsis" in message.lower()
    )
