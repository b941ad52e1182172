"""Paths as a user writes them: ``~`` is the home folder, ``~ada`` that of ada."""

from __future__ import annotations

from pathlib import Path

from stats220.errors import InputError


def expand_home(path: str | Path, *, named: str = "") -> Path:
    """Put the home folder in place of a path's ``~`` or ``~name``.

    Parameters
    ----------
    path : str or Path
        As the user wrote it.
    named : str, default: ""
        The variable that says it, for the message.

    Returns
    -------
    Path
        The same, or what it stands for.

    Raises
    ------
    InputError
        If there is no such user, or this one has no home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        name = Path(path).parts[0]
        raise InputError(
            f"{named and f'{named} says '}{path}: {name} is nobody's home folder on this machine. Write the path in full, from / on."
        ) from None
