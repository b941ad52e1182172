"""One with-block of a check: whatever happens in it becomes one `CheckResult`, and nothing but points is lost."""

from __future__ import annotations

import time
import warnings
from types import TracebackType
from typing import Generic, TypeVar

from stats220.checks.results import CheckResult, Record, Status
from stats220.line.failures import NotAttempted, SandboxLost, StudentError, UnexpectedObject

Recorder = TypeVar("Recorder", bound=Record)

MAX_MESSAGE = 400
RAISED = "your code raised an error"  # all that a hidden block tells of it
# What a check's own code raises when it goes on with a result that has another form than it thought.
MISFITS = (
    TypeError,
    AttributeError,
    ValueError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
)

# A hint answers a mistake: before there is an attempt it would only give the trick away.
HINTED = ("failed", "error", "lost")


class Block(Generic[Recorder]):
    """One with-block of a check; made by calling `Checks`."""

    def __init__(
        self, checks: Recorder, points: int, what: str, *, hint: str, remedy: str, needs: str
    ) -> None:
        self.checks, self.points, self.what = checks, points, what
        self.hint, self.remedy, self.needs = hint, remedy, needs
        self._replies = 0

    def __enter__(self) -> Recorder:
        self._start = time.perf_counter()
        # A warning in a check is no failure, whatever the filters say.
        self._warnings = warnings.catch_warnings(record=True)
        self._warnings.__enter__()
        warnings.simplefilter("default")
        session = self.checks.session
        try:
            if session is not None:
                # Each block starts from a random state of its own, whatever the blocks before it drew.
                session.seed(len(self.checks.results))
                self._replies = session.replies
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self.checks

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._warnings.__exit__(kind, error, trace)
        session = self.checks.session
        self.checks.heard |= session is not None and session.replies > self._replies
        if error is not None and not isinstance(error, Exception):
            return False  # the user's or the operator's own Ctrl-C
        status: Status = "passed"
        message = ""
        if error is not None:
            status, message = self._verdict(error)
        waits_for = None if isinstance(error, SandboxLost) else self._unmet_need()
        if waits_for is not None:
            # A right answer to this alone would be luck, and a wrong one says nothing.
            if status in ("passed", "failed"):
                status = waits_for.status
            message = f"first mend the check above: {waits_for.what}"
        result = CheckResult(
            what=self.what,
            points=self.points if status == "passed" else 0,
            max_points=self.points,
            status=status,
            message=message,
            hint=self.hint if status in HINTED and waits_for is None else "",
            seconds=time.perf_counter() - self._start,
            hidden=self.checks.hidden,
        )
        self.checks.results.append(result)
        if isinstance(error, SandboxLost):
            error.checks = self.checks
            return False
        return True

    def _unmet_need(self) -> CheckResult | None:
        """The result that this block cannot do without, where it is there and did not pass."""
        earlier = [result for result in self.checks.results if result.what == self.needs]
        return next((result for result in earlier if result.status != "passed"), None)

    def _verdict(self, error: Exception) -> tuple[Status, str]:
        """Whose fault it is, and the message."""
        text, hidden = one_line(str(error)), self.checks.hidden
        if isinstance(error, SandboxLost):
            return "lost", text
        if isinstance(error, StudentError):
            return "failed" if error.raised.attempted else "not attempted", self._raised(error)
        if isinstance(error, NotAttempted):
            return "not attempted", text
        earlier = next((r for r in self.checks.results if r.status != "passed"), None)
        if isinstance(error, NameError) and earlier is not None:
            # An earlier block did not get to the line that makes what this one needs.
            return earlier.status, f"needs what is missing above: {earlier.what}"
        if isinstance(error, (AssertionError, UnexpectedObject)):
            return "failed", "not as expected" if hidden else text or "not as expected"
        if isinstance(error, MISFITS) and self.checks.heard:
            how = "" if hidden else f" ({type(error).__name__}: {text})"
            return "failed", f"the result has another form than expected{how}"
        # Only the check's author can be meant: tell, for nothing the student does will help.
        trace = error.__traceback__
        line = 0 if trace is None else trace.tb_lineno
        why = f"{type(error).__name__} in line {line} of its file" + ("" if hidden else f": {text}")
        return "error", f"this check is broken, tell the course staff ({why})"

    def _raised(self, error: StudentError) -> str:
        """What the student's code raised, and where."""
        raised = error.raised
        if not raised.attempted:
            stub = "NotImplementedError" in raised.bases
            return "" if stub else "`...` is still in place of your code"
        if self.checks.hidden:
            return RAISED  # type, text and line are the student's to choose: they could carry the inputs out
        where = f" (line {raised.line_number}: {raised.line})" if raised.line else ""
        return one_line(str(error)) + one_line(where, before=" ")


def one_line(text: str, before: str = "") -> str:
    """Without line breaks and control characters, shortened; `before` it, unless it is empty."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * MAX_MESSAGE])
    line = " ".join(printable.split())
    if len(line) > MAX_MESSAGE:
        line = line[: MAX_MESSAGE - 3] + "..."
    return before + line if line else ""
