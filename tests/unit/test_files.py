"""A file is put in its place whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from stats220.files import replacing


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "answers.json"
    for text in ("first", "second"):
        before = path.read_text() if path.exists() else None
        with replacing(path) as scratch:
            scratch.write_text(text)
            assert (path.read_text() if path.exists() else None) == before
        assert path.read_text() == text
    assert [p.name for p in path.parent.iterdir()] == ["answers.json"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_is_not_finished_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "answers.json"
    path.write_text("old")

    def write_half() -> None:
        with replacing(path) as scratch:
            scratch.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("answers.json", "old")]


def test_what_a_killed_process_left_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 240)
    with pytest.raises(RuntimeError), replacing(path) as scratch:
        raise RuntimeError
    scratch.write_text("left by another")
    with replacing(path) as again:
        assert again == scratch
        again.write_text("new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(path.name, "new")]
