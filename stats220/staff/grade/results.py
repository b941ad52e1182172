"""What grading found, as frozen dataclasses, and as the JSON of ``results/<student>/<lab>.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeVar

from stats220.errors import GradingError
from stats220.verdicts import CheckResult

SCHEMA = 3
Status = Literal["passed", "partial", "failed", "not attempted", "lost"]
T = TypeVar("T")


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise of one submission.

    Attributes
    ----------
    message
        Says, where ``checks`` do not, why points were lost.
    memorized
        Whether the visible checks pass with the inputs that students can look up, and not with those of this run.
    """

    name: str
    points: float
    max_points: float
    bonus: bool
    status: Status
    seconds: float
    message: str
    checks: tuple[CheckResult, ...]
    memorized: bool = False


@dataclass(frozen=True)
class QuestionResult:
    """One question that is marked by hand.

    Attributes
    ----------
    answered
        Whether an answer was found in its place.
    answer
        It.
    candidates
        Where there is none: what the student wrote elsewhere, any of which may be it.
    """

    name: str
    max_points: float
    answered: bool
    answer: str
    candidates: tuple[str, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        """Whether there is something that only a person can mark."""
        return self.answered or bool(self.candidates)


@dataclass(frozen=True)
class CellError:
    """A cell that did not run to its end."""

    id: str
    error: str


@dataclass(frozen=True)
class SubmissionResult:
    """One submission.

    Attributes
    ----------
    score, max_score
        Points of the core exercises; questions are marked by hand, in nbgrader's gradebook.
    bonus, max_bonus
        Points of the bonus exercises, beside the score.
    isolation
        What kept the student's code away from the grader: "bwrap" or "none".
    memory_limit
        What held the memory of all its processes together: "cgroup" (the kernel's own count), "watched" (a look several
        times a second), or "none".
    seed
        What the checks drew their inputs from.
    submission_sha256
        Of the file as handed in; empty where there was none.
    mended
        What had to be put right in the notebook, in words.
    notes
        What a person should know: an unreadable file, a check that crashed.
    submitted, late
        When it was handed in and whether late, as the platform that it comes from says.
    """

    student: str
    lab: str
    score: float
    max_score: float
    bonus: float
    max_bonus: float
    isolation: str
    memory_limit: str
    seed: int
    submission_sha256: str
    seconds: float
    mended: tuple[str, ...]
    notes: tuple[str, ...]
    exercises: tuple[ExerciseResult, ...]
    questions: tuple[QuestionResult, ...]
    cells: tuple[CellError, ...]
    submitted: str = ""
    late: bool = False


def to_dict(result: SubmissionResult) -> dict[str, Any]:
    """The result as plain JSON values."""
    return {"schema": SCHEMA, **_tidy(asdict(result))}


def to_json(result: SubmissionResult) -> str:
    """The text of a result file: the same for the same result."""
    return json.dumps(to_dict(result), indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def from_json(text: str, *, where: str = "result") -> SubmissionResult:
    """Read a result file back.

    Raises
    ------
    GradingError
        It is damaged, or of another schema; `where` names it in the message.
    """
    try:
        content = json.loads(text)
        if content.pop("schema") != SCHEMA:
            raise GradingError(f"{where} was written by another version: grade it again")
        content["exercises"] = tuple(_exercise(value) for value in content["exercises"])
        content["questions"] = tuple(_question(value) for value in content["questions"])
        content["cells"] = _all(CellError, content["cells"])
        content |= {key: tuple(content[key]) for key in ("mended", "notes")}
        return _make(SubmissionResult, content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise GradingError(f"{where} is damaged ({error}): delete it and grade again") from error


def _exercise(content: Mapping[str, Any]) -> ExerciseResult:
    return _make(ExerciseResult, {**content, "checks": _all(CheckResult, content["checks"])})


def _question(content: Mapping[str, Any]) -> QuestionResult:
    return _make(QuestionResult, {**content, "candidates": tuple(content["candidates"])})


def _all(cls: type[T], values: list[Mapping[str, Any]]) -> tuple[T, ...]:
    return tuple(_make(cls, value) for value in values)


def _make(cls: type[T], content: Mapping[str, Any]) -> T:
    names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
    if names != content.keys():
        raise ValueError(f"{cls.__name__} has other fields: {sorted(names ^ content.keys())}")
    return cls(**content)


def _tidy(value: Any) -> Any:
    """Whole points as integers, seconds to the millisecond, and nothing but JSON's own types."""
    if isinstance(value, Mapping):
        return {
            key: round(item, 3) if key == "seconds" else _tidy(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_tidy(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
