"""Zip files for other platforms: the same bytes for the same content, put in place whole."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

from stats220.files import replacing
from stats220.staff.grade.files import clear_errors

FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_zip(
    path: Path, files: Iterable[tuple[str, bytes]], *, executable: Collection[str] = ()
) -> list[str]:
    """Write a zip.

    Parameters
    ----------
    path
        Where it goes.
    files
        Name and content of each.
    executable
        Names of those that are run.

    Returns
    -------
    list of str
        The names in it.

    Raises
    ------
    GradingError
        The zip cannot be written.
    """
    names = []
    with (
        clear_errors(path),
        replacing(path) as scratch,
        zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in files:
            info = zipfile.ZipInfo(name, FIXED_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(info, content)
            names.append(name)
    return names
