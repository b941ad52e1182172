"""The last result of each exercise in this kernel: what `stats220.progress` adds up."""

from __future__ import annotations

from stats220.checks.results import Record

latest: dict[str, Record] = {}


def remember(checks: Record) -> None:
    """Keep the result of a visible check that ran in this notebook."""
    latest[checks.exercise] = checks
