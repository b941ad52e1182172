"""Name the mistake of an answer that failed by how it does on one more input, a fixed one on which known mistakes differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stats220.checks import Checks
from stats220.line.failures import CheckFailed, NotAttempted, StudentError, UnexpectedObject

# What an answer of another form or one that raises does to the comparison.
NO_ANSWER = (CheckFailed, NotAttempted, StudentError, UnexpectedObject, TypeError, ValueError)

NO_SOLUTION = ("infeasible", "unbounded")


@contextmanager
def named_by(checks: Checks, find: Callable[[], str]) -> Iterator[None]:
    """Let a failure without a name have that which `find` gives, unless an earlier block was given one."""
    try:
        yield
    except (CheckFailed, StudentError) as failure:
        # The answer's own exception says what is wrong, but for a problem that has no solution.
        is_told = bool(
            not any(word in str(failure) for word in NO_SOLUTION)
            if isinstance(failure, StudentError)
            else failure.slip
        )
        if is_told or checks.slips:
            raise
        if checks.session is not None:  # the call that failed is this one, none of the diagnosis
            checks.failed_call = checks.failed_call or checks.session.last_call()
        try:
            slip = find()
        except NO_ANSWER:
            slip = ""
        if not slip and isinstance(failure, StudentError) and "unbounded" in str(failure):
            slip = "what is minimized falls without end: what should cost something is rewarded"
        if isinstance(failure, StudentError) and not slip:
            raise
        says_all = isinstance(failure, CheckFailed) and failure.says_all
        raise CheckFailed(str(failure), slip=slip, says_all=says_all) from failure
