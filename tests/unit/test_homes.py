"""Paths with ``~``: a home folder that there is, and one that there is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stats220.data.frames import load_labeled_frames
from stats220.data.homes import expand_home
from stats220.data.registry import cache_folder
from stats220.errors import InputError
from stats220.student.finding import find_notebook

NOBODY = "~nosuchuser/recordings"


def test_a_home_folder_that_there_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expand_home("~/recordings") == tmp_path / "recordings"
    assert expand_home("recordings/~ada") == Path("recordings/~ada")


@pytest.mark.parametrize("ask", [expand_home, load_labeled_frames, find_notebook])
def test_a_home_folder_that_nobody_has_is_named(ask: Callable[[str], object]) -> None:
    with pytest.raises(
        InputError, match=r"^~nosuchuser/recordings: ~nosuchuser is nobody's"
    ) as error:
        ask(NOBODY)
    assert "Write the path in full" in str(error.value)
    assert error.value.__cause__ is None


def test_the_variable_that_moves_the_cache_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATS220_DATA", NOBODY)
    with pytest.raises(InputError, match="STATS220_DATA"):
        cache_folder()
