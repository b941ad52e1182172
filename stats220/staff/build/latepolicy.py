"""The table ``[late]`` of ``labs/course.toml``: what a late submission costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from stats220.staff.build.sourcefile import SourceFile

LATE_KEYS: dict[str, type] = {
    "timezone": str,
    **dict.fromkeys(("free_days", "percent_a_day", "max_days", "grace_minutes"), int),
}


@dataclass(frozen=True)
class LatePolicy:
    """What a late submission costs.

    Attributes
    ----------
    timezone
        In which all dates of the course are; an IANA name.
    free_days
        In all labs together.
    percent_a_day
        Of the points that were earned, taken off for each further day.
    max_days
        Later than that earns nothing; None: there is no such limit.
    grace_minutes
        After the due time, that are not late.
    """

    timezone: str = "America/Los_Angeles"
    free_days: int = 0
    percent_a_day: int = 0
    max_days: int | None = None
    grace_minutes: int = 0


def read_late(source: SourceFile, table: dict[str, Any]) -> LatePolicy:
    """Read the table, whose keys and types are right; raises AuthorError at the line that is wrong."""
    for key, value in table.items():
        if isinstance(value, int) and value < 0:
            raise source.error(
                f"[late] {key} is negative", line=source.line_of(key), remedy="write 0 or more"
            )
    policy = LatePolicy(**table)
    try:
        ZoneInfo(policy.timezone)
    except (ValueError, LookupError, OSError):
        raise source.error(
            f"{policy.timezone!r} is no time zone",
            line=source.line_of("timezone"),
            remedy='write an IANA name: timezone = "America/Los_Angeles"',
        ) from None
    return policy
