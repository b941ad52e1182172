"""Refuse folders that a submission should not see, or could not read."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from stats220.errors import GradingError


def check_folders(packages: Path, data: Path | None) -> None:
    """Make sure that the folders are what they should be.

    Raises
    ------
    GradingError
        If ``packages`` holds the staff's tools or no stats220, or ``data`` is no folder.
    """
    if not (packages / "stats220").is_dir() or (packages / "stats220" / "staff").exists():
        raise GradingError(
            f"{packages} is not an unpacked student wheel (stats220 without stats220/staff): "
            "run `stats220 build`"
        )
    if data is not None and not data.is_dir():
        raise GradingError(
            f"the data folder {data} does not exist: set STATS220_DATA, or leave it out"
        )


def check_readable(packages: Path, data: Path | None, site: tuple[Path, ...]) -> None:
    """Make sure that another user can read the folders, as far as a look at the first levels tells.

    Folders made under a strict umask, or by `tempfile.mkdtemp`, are closed to all but their owner; in the sandbox that
    would show as some import failing, somewhere.

    Raises
    ------
    GradingError
        If one cannot.
    """
    for path in _looked_at(packages, data, site):
        if not path.exists():  # a link that leads nowhere
            continue
        mode = path.stat().st_mode
        needed = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
        if mode & needed != needed:
            raise GradingError(
                f"submissions run as another user, who cannot read {path}: "
                "`chmod -R a+rX` the folder that it belongs to"
            )


def _looked_at(packages: Path, data: Path | None, site: tuple[Path, ...]) -> Iterator[Path]:
    yield packages
    yield from packages.rglob("*")
    for folder in site:
        yield folder
        yield from folder.iterdir()
    if data is not None:
        yield data
        yield from data.glob("*")
        yield from data.glob("*/*")
