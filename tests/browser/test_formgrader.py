"""Marking by hand, in nbgrader's formgrader on the output folder: from the list of assignments to the feedback page and back after regrading."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import tiny_lab
from lab import CHROMIUM, browser_page, formgrader
from tiny_lab import ANSWERS, LAB

from stats220.staff.export.export import export
from stats220.staff.grade import worker
from stats220.staff.grade.course import grade_class

pytest.importorskip("playwright")
pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"), pytest.mark.slow]

PICTURES = Path(__file__).resolve().parents[2] / "build" / "browser"


def hand_in(folder: Path, **answers: str) -> Path:
    """Ada's notebook: one answer as given, all others right, and a text for the question."""
    notebook = tiny_lab.with_answers({**ANSWERS, **answers})
    tiny_lab.find(notebook, "answer-why").source = "Because **twice** is double."
    (folder / "ada").mkdir(parents=True, exist_ok=True)
    (folder / "ada" / f"{LAB}.ipynb").write_bytes(tiny_lab.as_bytes(notebook))
    return folder


def grades(out: Path) -> dict[str, str]:
    head, row = csv.reader((out / f"grades-{LAB}.csv").read_text().splitlines())
    return dict(zip(head, row, strict=True))


def test_marking_regrading_and_feedback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    tiny_lab.install_checks()
    monkeypatch.setattr(worker, "start", tiny_lab.start_worker)
    root, out = tiny_lab.write_root(tmp_path / "root"), tmp_path / "graded"
    submissions = hand_in(tmp_path / "in", Counter="class Counter:\n    pass")

    def grade() -> None:
        grade_class(root, LAB, submissions, out, jobs=1, isolation="none", seed=7)

    grade()
    assert [grades(out)[c] for c in ("score", "why", "total")] == ["4", "", "4"]
    with formgrader(out, tmp_path / "state") as address, browser_page() as page:
        page.goto(f"{address}/manage_assignments")
        page.wait_for_selector(f"tr:has-text('{LAB}')")
        page.screenshot(path=PICTURES / "8-manage-assignments.png")

        _open_submission(page, address, "9-manual-grading")
        assert "4 of 4" in page.inner_text("body")  # the grader's verdict, as the cell's output
        assert "Because twice is double." in page.inner_text("body")
        _mark(page, "1.5", "Say why, too.")
        page.screenshot(path=PICTURES / "10-marked.png", full_page=True)

        export(root, LAB, submissions, out, "folders")
        assert [grades(out)[c] for c in ("score", "why", "total")] == ["4", "1.5", "5.5"]
        page.goto((out / "feedback" / "ada" / f"{LAB}.html").as_uri())
        page.screenshot(path=PICTURES / "11-feedback-marked.png", full_page=True)
        assert "Say why, too." in page.inner_text("#question-why")
        assert "1.5 points" in page.inner_text("#question-why")

        hand_in(submissions)  # mended, and handed in again
        grade()
        assert [grades(out)[c] for c in ("score", "why", "total")] == ["6", "1.5", "7.5"]
        assert (
            grades(out)["questions"] == "1 to mark"
        )  # a person should look again, nothing is lost
        _open_submission(page, address, "12-marked-before")
        assert page.input_value("#why") == "1.5"
        _mark(page, "2", "Now it is clear.")
        export(root, LAB, submissions, out, "folders")
        page.goto((out / "feedback" / "ada" / f"{LAB}.html").as_uri())
        assert "Now it is clear." in page.inner_text("#question-why")
        assert "Say why, too." not in page.inner_text("body")
        assert [grades(out)[c] for c in ("questions", "total")] == ["0 to mark", "8"]


def _open_submission(page: Any, address: str, picture: str) -> None:
    """Through *Manual Grading*, as a person goes: the assignment, its notebook, the first submission."""
    page.goto(f"{address}/gradebook")
    page.click(f"td.name a:has-text('{LAB}')")
    page.wait_for_url(f"**/gradebook/{LAB}")
    page.click(f"td.name a:has-text('{LAB}')")
    page.wait_for_selector("a:has-text('Submission #1')")
    page.screenshot(path=PICTURES / f"{picture}.png")
    page.click("a:has-text('Submission #1')")
    page.wait_for_selector("#why.tabbable")
    # The boxes stand before formgrader has fetched what is in them: what is typed until then is never saved.
    page.wait_for_function("formgrader.grades?.loaded && formgrader.comments?.loaded")


def _mark(page: Any, points: str, comment: str) -> None:
    """Type, and leave each box: formgrader saves then."""
    for box, value in (("#why", points), ("#why-comment", comment)):
        with page.expect_response(lambda response: response.request.method == "PUT"):
            page.fill(box, value)
            page.press(box, "Tab")
