"""One with-block of a check: whatever happens in it becomes one `CheckResult`, and nothing but points is lost."""

from __future__ import annotations

import re
import time
import warnings
from dataclasses import replace
from types import TracebackType
from typing import Generic, TypeVar

from stats220.checks.blame import is_misfit
from stats220.checks.results import CheckResult, Record, Status
from stats220.line.failures import (
    CheckFailed,
    NotAttempted,
    Raised,
    SandboxLost,
    StudentError,
    UnexpectedObject,
)
from stats220.verdicts import NAMES_SLIP, NOT_AS_EXPECTED, RAISED

Recorder = TypeVar("Recorder", bound=Record)

MAX_MESSAGE = 400
# A hint answers a wrong result: before there is an attempt it would only give the trick away.
HINTED = ("failed",)


class Block(Generic[Recorder]):
    """One with-block of a check; made by calling `Checks`."""

    def __init__(
        self, checks: Recorder, points: int, what: str, *, hint: str, remedy: str, needs: str
    ) -> None:
        self.checks, self.points, self.what = checks, points, what
        self.hint, self.remedy, self.needs = hint, remedy, needs

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
                session.forget_last_call()
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
        if error is not None and not isinstance(error, Exception):
            return False  # the user's or the operator's own Ctrl-C
        # A hint about something else would lead away from an exception, whose text says what is wrong.
        raised = isinstance(error, StudentError)
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
            hint="" if status not in HINTED or waits_for or raised else self._hint(error),
            seconds=time.perf_counter() - self._start,
            hidden=self.checks.hidden,
        )
        self.checks.results.append(result)
        self.checks.remedies[self.what] = self.remedy
        if isinstance(error, SandboxLost):
            error.checks = self.checks
            return False
        record, session = self.checks, self.checks.session
        if status == "failed" and waits_for is None and not record.hidden and session is not None:
            record.failed_call = record.failed_call or session.last_call()
        return True

    def _hint(self, error: Exception | None) -> str:
        """The known mistake that the failure was found to be; else this block's own hint.

        A hint fits several mistakes. Where the very one is named, in this block or another, hints would lead away from it.
        """
        if self.checks.hidden:
            return self.hint
        slips, results = self.checks.slips, self.checks.results
        if isinstance(error, CheckFailed) and error.slip:
            slips[self.what] = error.slip
            results[:] = [r if r.what in slips else replace(r, hint="") for r in results]
            return f"{NAMES_SLIP} {error.slip}"
        says_all = isinstance(error, CheckFailed) and error.says_all
        return "" if slips or says_all else self.hint

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
            return self._raised(error)
        if isinstance(error, NotAttempted):
            return "not attempted", text
        earlier = next((r for r in self.checks.results if r.status != "passed"), None)
        if isinstance(error, NameError) and earlier is not None:
            # An earlier block did not get to the line that makes what this one needs.
            return earlier.status, f"needs what is missing above: {earlier.what}"
        if isinstance(error, (AssertionError, UnexpectedObject)):
            return "failed", NOT_AS_EXPECTED if hidden else text or NOT_AS_EXPECTED
        if is_misfit(error, () if self.checks.session is None else self.checks.session.received):
            how = "" if hidden else f" ({in_words(type(error).__name__, text)})"
            return "failed", f"the result has another form than expected{how}"
        # Only the check's author can be meant: tell, for nothing the student does will help.
        trace = error.__traceback__
        line = 0 if trace is None else trace.tb_lineno
        why = f"{type(error).__name__} in line {line} of its file" + ("" if hidden else f": {text}")
        return "error", f"this check is broken, tell the course staff ({why})"

    def _raised(self, error: StudentError) -> tuple[Status, str]:
        """What the student's code raised, and where; the same error again in a few words."""
        raised = error.raised
        if not raised.attempted:
            if "NotImplementedError" not in raised.bases:
                return "not attempted", "`...` is still in place of your code"
            other = _stub_of(raised.message)
            if self.checks.hidden or other in ("", self.checks.exercise):
                return "not attempted", ""
            return "failed", f"needs {self.checks.label(other)}, which is not attempted yet"
        if self.checks.hidden:
            # Type, text and line are the student's to choose: they could carry the inputs out.
            return "failed", RAISED
        where = f" (line {raised.line_number}: {raised.line})" if raised.line else ""
        message = one_line(str(error)) + remedy_for(raised) + one_line(where, before=" ")
        again = raised.type, where or message
        if again in self.checks.raised:
            return "failed", "the same error as above" + one_line(where, before=" ")
        self.checks.raised.add(again)
        return "failed", message


# What Python says of a check that unpacks a result, and what it means to the student.
FORMS = {
    r"^zip\(\) argument \d+ is (shorter|longer)": "it has another number of items",
    r"values to unpack \(expected (?:at least )?(\d+), got (\d+)\)": r"\1 values were expected, it has \2",
    r"^too many values to unpack \(expected (\d+)\)": r"\1 values were expected, it has more",
    r"^cannot unpack non-iterable (.+) object": r"several values were expected, it is one \1",
    r"^'(.+)' object is not (?:iterable|subscriptable)": r"several values were expected, it is one \1",
}


def in_words(kind: str, text: str) -> str:
    """An exception in words that need no look at the check's own code, where there are such."""
    for pattern, words in FORMS.items():
        if match := re.search(pattern, text):
            return match.expand(words)
    return f"{kind}: {text}"


def _stub_of(message: str) -> str:
    """The exercise that a stub's ``NotImplementedError`` names, a class's with its method; else empty."""
    name = message.split(".")[0]
    return name if name.isidentifier() else ""


# What an exception's text says, and what to do about it, where its text does not say that.
REMEDIES = {
    r"unexpected keyword argument|missing \d+ required .*argument": "keep the names and the order of the arguments",
    r"NVIDIA driver|not compiled with CUDA|No CUDA GPUs|CUDA driver": "there is no GPU here, nor at grading: take the "
    "device of the input, as in `image.device`",
    r"raw_input was called|^EOF when reading": "nobody is there to answer `input()`: use the arguments",
}


def remedy_for(raised: Raised) -> str:
    """What to do about an exception, with a dash before it; empty where nothing is known of it."""
    found = (remedy for text, remedy in REMEDIES.items() if re.search(text, raised.message))
    return next((f" - {remedy}" for remedy in found), "")


def one_line(text: str, before: str = "") -> str:
    """Without line breaks and control characters, shortened; `before` it, unless it is empty."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * MAX_MESSAGE])
    line = " ".join(printable.split())
    if len(line) > MAX_MESSAGE:
        line = line[: MAX_MESSAGE - 3] + "..."
    return before + line if line else ""
