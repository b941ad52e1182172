"""Name the mistake of an answer that failed by how it does on one more input, a fixed one on which known mistakes differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from stats220.checks import Checks
from stats220.checks.calcium.inputs import Array, noisy_trace
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


TAU, PENALTY = 6.0, 1.5


def traces_of_pools() -> list[Array]:
    """Two traces of 120 frames, in the second of which only the first pools have heights below zero."""
    rng = np.random.default_rng(220)
    first, dipped = (noisy_trace(120, TAU, rng, baseline=-0.5) for _ in range(2))
    dipped[:10] -= 8
    return [first, dipped]


def overlapping_neurons() -> tuple[Array, Array, Array]:
    """A movie of 9 pixels and 12 frames, first footprints of three neurons that overlap, and one of the background."""
    rng = np.random.default_rng(220)
    movie, footprints = rng.normal(size=(9, 12)), np.zeros((3, 9))
    for k, first in enumerate((0, 2, 4)):
        weights = rng.permutation([1, 1, 1, -1, -1]) * rng.uniform(0.5, 2, 5)
        footprints[k, first : first + 5] = weights / np.linalg.norm(weights)
    behind = rng.uniform(0.2, 1, 9)
    return movie, footprints, behind / np.linalg.norm(behind)
