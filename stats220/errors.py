"""Every error the package raises on purpose. Each message says what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class Stats220Error(Exception):
    """Base of all errors that the package raises on purpose."""


class InputError(Stats220Error, ValueError):
    """An argument has the wrong shape, type or value."""


class DataError(Stats220Error):
    """A recording cannot be had, or is damaged."""


class AuthorError(Stats220Error):
    """A mistake in an authored lab, its reference functions, or ``course.toml``.

    Parameters
    ----------
    message
        What is wrong.
    file, line
        Where; ``line`` counts from 1.
    excerpt
        The first lines of the cell or function, to find it by eye.
    remedy
        What the author should do next.
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | str,
        line: int = 1,
        excerpt: Sequence[str] = (),
        remedy: str,
    ) -> None:
        self.message, self.file, self.line, self.remedy = message, str(file), line, remedy
        quoted = "".join(f"\n    | {text}" for text in excerpt)
        super().__init__(f"{file}:{line}: {message}{quoted}\n    -> {remedy}")


class GradingError(Stats220Error):
    """Grading cannot start or go on; the message is for the operator, in one line."""


class InterruptedWork(KeyboardInterrupt):
    """A person stopped a long computation; in a notebook the message takes the place of the traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"Interrupted: {self}"]
