"""What the tests of every lab's checks do with an attempt: define it as a student's cell would, and run both kinds of checks on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from stats220.checks import CheckResult


@dataclass(frozen=True)
class LabChecks:
    """A lab's checks and key; ``given`` are the names of the lab's first cell."""

    visible: ModuleType
    hidden: ModuleType
    key: ModuleType
    given: dict[str, Any]

    def run_checks(self, exercise: str, attempt: Any) -> list[CheckResult]:
        return [
            *getattr(self.visible, exercise)(attempt).results,
            *getattr(self.hidden, exercise)(attempt).results,
        ]

    def points(self, exercise: str, attempt: Any) -> float:
        return sum(result.points for result in self.run_checks(exercise, attempt))

    def full_points(self, exercise: str) -> float:
        results = self.run_checks(exercise, getattr(self.key, exercise))
        return sum(result.max_points for result in results)

    def define(self, source: str, name: str) -> Any:
        """What a student's cell defines."""
        names: dict[str, Any] = {**self.given, "__name__": "__main__"}
        exec("from jaxtyping import Float, UInt8", names)
        exec(compile(source, f"<{name}>", "exec"), names)
        return names[name]


def headers(path: Path) -> dict[str, str]:
    """What an attempt says of itself in its first lines."""
    return dict(re.findall(r"^# (\w+): (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))
