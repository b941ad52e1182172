"""Where the repository is."""

from __future__ import annotations

from pathlib import Path

from stats220.errors import GradingError


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds ``labs/course.toml``."""
    for folder in (start, *start.parents):
        if (folder / "labs" / "course.toml").is_file():
            return folder
    raise GradingError(
        f"no labs/course.toml at or above {start}: run inside the repository, or give --root"
    )
