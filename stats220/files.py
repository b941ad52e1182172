"""Files that are written beside their place and then put there: whoever looks finds the old one or the new one, whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a file to write in place of `path`, and put it there where the block ends well; folders are made.

    The file lies in the same folder, under one name for each place: what a killed process leaves of it, the next one
    writes over. So two that may write to one place at the same time have to agree who does.

    Parameters
    ----------
    path : Path
        Where the file is to be, whether or not there is one.

    Yields
    ------
    Path
        The file to write. It is gone where the block, or the putting in place, raises; `path` is then as it was.

    Raises
    ------
    OSError
        If the folder cannot be made, or the file cannot be put in its place.

    Examples
    --------
    >>> with replacing(Path("answers.json")) as scratch:  # doctest: +SKIP
    ...     scratch.write_text(text, encoding="utf-8")
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name[:200]}.part")
    try:
        yield scratch
        os.replace(scratch, path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
