"""What the long commands say of their progress where nobody watches."""

from __future__ import annotations

import pytest

from stats220.staff.grade import progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_log_file_gets_a_line_now_and_then(
    clock: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    with progress.progress_bar("grading lab4_pose", 100, show=True) as advance:
        for _ in range(100):
            clock[0] += 10  # seconds each
            advance()
    said = capfd.readouterr().err.splitlines()
    # The first, one a minute, the last: 1, 7, 13, ... 97, 100 of 100.
    assert len(said) == 18
    assert said[0] == "grading lab4_pose: 1 of 100, about 16 min left"
    assert said[1] == "grading lab4_pose: 7 of 100, about 16 min left"
    assert said[-1] == "grading lab4_pose: 100 of 100"


def test_nothing_is_said_where_nobody_asked(capfd: pytest.CaptureFixture[str]) -> None:
    with progress.progress_bar("grading", 2, show=False) as advance:
        advance()
        advance()
    assert capfd.readouterr().err == ""
