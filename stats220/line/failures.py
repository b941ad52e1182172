"""Everything that can go wrong in a check, told apart: the student's code, the student's result, the sandbox."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any

from stats220.errors import Stats220Error
from stats220.line.wire import WireError


class CheckFailed(AssertionError):  # noqa: N818
    """A result is not what was expected; the message is for the student.

    Parameters
    ----------
    message
        What was found, and what was expected.
    slip
        Which known mistake gives just this result, as the clause after "this is what comes out if"; empty: none that is known.
    says_all
        Whether no hint can add to the message, as where a list came back in place of an array.
    """

    def __init__(self, message: str = "", *, slip: str = "", says_all: bool = False) -> None:
        super().__init__(message)
        self.slip, self.says_all = slip, says_all


class UnexpectedObject(TypeError):  # noqa: N818
    """A check asked an object of the student's for what only a number, string or array may answer."""


class NotAttempted(NotImplementedError):  # noqa: N818
    """Where a value was asked for there is none yet: `None`, ``...`` or ``NotImplementedError``."""


class SandboxLost(Stats220Error):  # noqa: N818
    """The student's process is gone, or talks nonsense. Its session is dead.

    Attributes
    ----------
    checks : stats220.checks.Checks or None
        What had been recorded when it was lost, where it happened in a block.
    """

    checks: Any = None


class SandboxTimeout(SandboxLost):
    """A request was not answered in time."""


@dataclass(frozen=True)
class Raised:
    """What is known of an exception that the student's code raised.

    Attributes
    ----------
    type : str
        Name of its class; the student's own choice.
    bases : list of str
        Builtin exception classes it derives from, nearest first.
    message : str
        Its text, shortened.
    line_number, line : int or None, str
        The last line of the student's own that ran, counted from 1 in its cell; ``None``, "" when it was none of theirs.
    attempted : bool
        False for the stub's own ``NotImplementedError`` and for what comes of a ``...`` left in place.
    """

    type: str
    bases: list[str]
    message: str
    line_number: int | None
    line: str
    attempted: bool

    @classmethod
    def from_reply(cls, reply: Any) -> Raised:
        """Check what came over the line. Raises `WireError` where it is malformed."""
        kinds: dict[str, Any] = {
            "type": str,
            "bases": list,
            "message": str,
            "line_number": (int, type(None)),
            "line": str,
            "attempted": bool,
        }
        if type(reply) is not dict or reply.keys() != kinds.keys():
            raise WireError("malformed error report")
        well_typed = all(isinstance(reply[name], kind) for name, kind in kinds.items())
        if not well_typed or any(type(base) is not str for base in reply["bases"]):
            raise WireError("malformed error report")
        return cls(**reply)


class StudentError(Exception):
    """The student's code raised. An instance also derives from the builtin class of that name.

    So ``except ValueError`` catches a student's ``ValueError``. ``KeyboardInterrupt``, ``SystemExit`` and the like
    arrive as plain `StudentError`, never as a ``BaseException`` that would end the grader.
    """

    def __init__(self, raised: Raised) -> None:
        Exception.__init__(self, raised.message)
        self.raised = raised

    def __str__(self) -> str:
        return (
            f"{self.raised.type}: {self.raised.message}"
            if self.raised.message
            else self.raised.type
        )


def student_error(raised: Raised) -> StudentError:
    """The exception that stands for what the student's code raised."""
    for base in raised.bases:
        if base in _CLASSES:
            return _CLASSES[base](raised)
    return StudentError(raised)


# StopIteration would end a loop of the check's; a group cannot be made without its exceptions.
_EXCLUDED = ("Exception", "StopIteration", "StopAsyncIteration", "ExceptionGroup")


def _class_for(builtin: type[Exception]) -> type[StudentError]:
    # Python refuses MemoryError's own, which hands out spare ones, to a class that has another base too.
    make = Exception.__new__ if builtin is MemoryError else builtin.__new__

    def new(cls: type, raised: Raised) -> Any:
        return make(cls, raised.message)

    methods = {"__new__": new, "__doc__": f"The student's code raised a {builtin.__name__}."}
    return type(f"Student{builtin.__name__}", (StudentError, builtin), methods)


_CLASSES: dict[str, type[StudentError]] = {
    name: _class_for(cls)
    for name, cls in vars(builtins).items()
    if isinstance(cls, type) and issubclass(cls, Exception) and name not in _EXCLUDED
}
