"""What a class did: the numbers of the class report, from the students' results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stats220.verdicts import NOT_AS_EXPECTED

Result = Mapping[str, Any]

# Widths that bins of points may have: the narrowest that gives at most `MAX_BINS` is taken.
BIN_WIDTHS = (1, 2, 5, 10, 20, 50, 100, 1000)
MAX_BINS = 16

# Who fail a check all alike: fewer say nothing about the check.
FEW = 3

# How messages begin that point at another check's, or tell only that a hidden one did not pass.
SAYS_NOTHING = ("the same error as above", "first mend the check", NOT_AS_EXPECTED)

# How the note begins that says why a submission has no grade.
NOT_GRADED = "not graded: "


@dataclass(frozen=True)
class Bin:
    """A bar of the histogram: how many scores are from ``low`` to below ``high`` points, and what is written under it."""

    low: float
    high: float
    count: int
    label: str


@dataclass
class ExerciseSummary:
    """How the class did in one exercise."""

    name: str
    max_points: float
    bonus: bool
    points: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def mean(self) -> float:
        """Mean points, those who did not attempt it included."""
        return float(np.mean(self.points))

    def share(self, status: str) -> float:
        """Share of the class, 0 to 1, whose result has this status."""
        return self.statuses[status] / len(self.points)


@dataclass
class CheckSummary:
    """How the class did in one check; who did not attempt it, or was stopped, does not count as a try."""

    exercise: str
    what: str
    hidden: bool
    hints: Counter[str] = field(default_factory=Counter)
    passed: int = 0
    failed: int = 0
    lost: int = 0
    messages: Counter[str] = field(default_factory=Counter)

    @property
    def tried(self) -> int:
        """How many tried."""
        return self.passed + self.failed

    @property
    def rate(self) -> float:
        """Share of those who tried that passed, 0 to 1; 1 where nobody tried."""
        return self.passed / self.tried if self.tried else 1.0

    @property
    def usual_message(self) -> str:
        """The message that most of the failures had."""
        return self.messages.most_common(1)[0][0] if self.messages else ""


@dataclass(frozen=True)
class Look:
    """A submission that a person should look at, and why: (rank, reason) pairs, rank 0 being the most urgent."""

    result: Result
    reasons: tuple[tuple[int, str], ...]


def histogram(scores: Sequence[float], maximum: float) -> list[Bin]:
    """Scores counted in bins of a whole number of points, from 0 to the maximum.

    Parameters
    ----------
    scores : (num_submissions,), points
    maximum
        The most points there are.
    """
    width = next((w for w in BIN_WIDTHS if maximum // w < MAX_BINS), BIN_WIDTHS[-1])
    # The last bar begins at or below the maximum: full marks never share a bar that ends there.
    edges = np.arange(0, maximum // width * width + 2 * width, width, dtype=float)
    counts, _ = np.histogram(np.clip(scores, 0, maximum), edges)
    bins = []
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        last = min(high - 1, maximum)
        label = f"{low:g}–{last:g}" if last > low else f"{low:g}"
        bins.append(Bin(float(low), float(high), int(count), label))
    return bins


def summarise_exercises(
    results: Iterable[Result], order: Sequence[str] = ()
) -> list[ExerciseSummary]:
    """One summary an exercise, in the lab's order: ``order``, or else as the results have it. What was not graded does not count."""
    results = list(results)
    # Where nobody was graded the exercises stand there all the same, with the zeros that everybody has.
    counted = [result for result in results if not has_no_grade(result)] or results
    summaries: dict[str, ExerciseSummary] = {}
    for result in counted:
        for exercise in result["exercises"]:
            name = exercise["name"]
            summary = summaries.setdefault(
                name, ExerciseSummary(name, exercise["max_points"], exercise["bonus"])
            )
            summary.points.append(exercise["points"])
            summary.statuses[exercise["status"]] += 1
    rank = {name: position for position, name in enumerate(order)}
    return sorted(summaries.values(), key=lambda summary: rank.get(summary.name, len(rank)))


def summarise_checks(results: Iterable[Result]) -> list[CheckSummary]:
    """One summary a check, the hardest first."""
    summaries: dict[tuple[str, str, bool], CheckSummary] = {}
    for result in results:
        for exercise in result["exercises"]:
            for check in exercise["checks"]:
                key = (exercise["name"], check["what"], check["hidden"])
                summary = summaries.setdefault(key, CheckSummary(*key))
                if check["hint"]:
                    summary.hints[check["hint"]] += 1
                summary.passed += check["status"] == "passed"
                summary.lost += check["status"] == "lost"
                if check["status"] == "failed":
                    summary.failed += 1
                    if not check["message"].startswith(SAYS_NOTHING):
                        summary.messages[check["message"][:1000]] += 1
    return sorted(summaries.values(), key=lambda summary: (summary.rate, -summary.tried))


def broken_checks(results: Iterable[Result]) -> list[tuple[str, str, int, str, str]]:
    """Checks that raised by themselves: (exercise, check, how often, a student, the message)."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for result in results:
        for exercise in result["exercises"]:
            for check in exercise["checks"]:
                if check["status"] == "error":
                    cases = found.setdefault((exercise["name"], check["what"]), [])
                    cases.append((result["student"], check["message"]))
    return [(*key, len(cases), *cases[0]) for key, cases in found.items()]


def never_passed(checks: Iterable[CheckSummary]) -> list[CheckSummary]:
    """Checks that `FEW` or more have tried and nobody has passed: the check, its text or the key may be wrong."""
    return [check for check in checks if check.tried >= FEW and not check.passed]


def is_ungraded(note: str) -> bool:
    """Whether this note says that there was nothing to grade."""
    return note.startswith(NOT_GRADED)


def has_no_grade(result: Result) -> bool:
    """Whether there was nothing to grade."""
    return any(map(is_ungraded, result["notes"]))


def is_blank(result: Result) -> bool:
    """Whether a submission was graded and had nothing in it."""
    statuses = {exercise["status"] for exercise in result["exercises"]}
    return statuses == {"not attempted"} and not has_no_grade(result)


def needs_a_look(results: Iterable[Result], said: Mapping[str, Any] = {}) -> list[Look]:
    """Submissions that a person should look at, the most urgent first; `said` is what else is known, by student."""
    looks = []
    for result in results:
        reasons = _reasons(result)
        if of := said.get(result["student"]):
            reasons += [(2, of.late.why)] if of.late.days is None else []
            reasons += [(1, reason) for reason in of.looks]
        if reasons:
            looks.append(Look(result, tuple(sorted(reasons))))
    return sorted(looks, key=lambda look: (look.reasons[0][0], look.result["student"]))


def _reasons(result: Result) -> list[tuple[int, str]]:
    reasons = []
    for exercise in result["exercises"]:
        name = exercise["name"]
        if any(check["status"] == "error" for check in exercise["checks"]):
            reasons.append((0, f"a check of `{name}` did not work"))
        if exercise["status"] == "lost":
            reasons.append((1, f"`{name}` ended early: {exercise['message'] or 'no reason given'}"))
    for question in result["questions"]:
        if question["candidates"]:
            why = f"nothing in the place of the answer `{question['name']}`, but text elsewhere"
            reasons.append((2, f"{why}: mark it by hand"))
    if result["isolation"] != "bwrap":
        reasons.append((2, f"graded without a sandbox (isolation: {result['isolation']})"))
    if result["mended"]:
        more = f", and {len(result['mended']) - 1} more" if len(result["mended"]) > 1 else ""
        reasons.append((3, f"mended: {result['mended'][0]}{more}"))
    if result["cells"]:
        more = f", and {len(result['cells']) - 1} more" if len(result["cells"]) > 1 else ""
        first = result["cells"][0]
        _, is_exercise, name = first["id"].partition("exercise-")
        where = f"the cell of `{name}`" if is_exercise else "a cell"
        reasons.append((4, f"{where} ended with an error: {first['error']}{more}"))
    return reasons + [(0 if is_ungraded(note) else 5, note) for note in result["notes"]]
