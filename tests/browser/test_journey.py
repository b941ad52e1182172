"""A student's day in a real JupyterLab, on the released notebook and wheel: from the first cell to the graded feedback page."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from lab import CHROMIUM, Notebook, browser_page, jupyterlab

from stats220.staff.grade.course import grade_class
from stats220.staff.grade.sandbox import bwrap_problem

pytest.importorskip("playwright")
pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"), pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
LAB = "lab4_pose"
TYPED = "Blobs of light, as wide as the paw."
WRONG = """def bernoulli_loss(logits, targets):
    print("largest logit", float(logits.max()))
    return ((1 + logits.exp()).log() - targets * logits).mean()"""
RIGHT = """def bernoulli_loss(logits, targets):
    m = torch.clamp(logits, min=0)
    return (m + torch.log(torch.exp(-m) + torch.exp(logits - m)) - targets * logits).mean()"""


def test_from_the_first_cell_to_the_feedback_page(tmp_path: Path) -> None:
    folder, state = tmp_path / "downloads", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    shutil.copyfile(ROOT / "release" / f"{LAB}.ipynb", folder / f"Copy of {LAB}.ipynb")
    [wheel] = (ROOT / "release").glob("*.whl")
    shutil.copyfile(wheel, folder / wheel.name)
    pictures = ROOT / "build" / "browser"
    with jupyterlab(folder, wheel, state) as address, browser_page() as page:
        book = Notebook(page, address, f"Copy of {LAB}.ipynb", pictures)
        book.picture("1-start-here")
        first = book.run("install")
        assert "it runs on the CPU" in first
        assert "WARNING" not in first
        given = [c for c in page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.map(w => w.model.id)") if c.startswith("given")]  # fmt: skip
        book.run(given[0])

        untouched = book.run("exercise-bernoulli_loss") + book.run("test-bernoulli_loss")
        assert "not attempted yet" in untouched
        book.type("exercise-bernoulli_loss", WRONG)
        book.run("exercise-bernoulli_loss")
        wrong = book.run("test-bernoulli_loss")
        book.picture("2-wrong-answer")
        assert "not yet" in wrong
        assert "Hint" in wrong
        assert "largest logit" in wrong  # what the answer printed
        book.type("exercise-bernoulli_loss", RIGHT)
        book.run("exercise-bernoulli_loss")
        right = book.run("test-bernoulli_loss")
        book.picture("3-right-answer")
        assert "not yet" not in right
        assert "more at grading" in right
        shown = book.add_below("test-bernoulli_loss", "stats220.progress()")
        book.picture("4-progress")
        assert "Problem 3b, bernoulli_loss\tdone" in shown
        assert "not attempted" in shown

        book.type("answer-interpret_templates", TYPED)  # and not saved: the hand-in does
        handed_in = book.answer("hand-in", "Ada Lovelace, Ben")
        book.picture("5-handed-in")
        assert f"{LAB}.zip" in handed_in
        assert "for Ada Lovelace, Ben" in handed_in
        assert "Problem 1a, preprocess: not attempted yet" in handed_in

    if bwrap_problem():
        pytest.skip("grading needs bubblewrap")
    submissions = tmp_path / "submissions" / "ada"
    submissions.mkdir(parents=True)
    with zipfile.ZipFile(folder / f"{LAB}.zip") as packed:
        packed.extract(f"{LAB}.ipynb", submissions)
    assert TYPED in (submissions / f"{LAB}.ipynb").read_text(encoding="utf-8")
    [result] = grade_class(ROOT, LAB, submissions.parent, tmp_path / "graded", jobs=1)
    scores = {
        exercise.name: (exercise.points, exercise.max_points) for exercise in result.exercises
    }
    points, most = scores.pop("bernoulli_loss")
    assert points == most
    assert all(points == 0 for points, _ in scores.values())
    with browser_page() as page:
        page.goto((tmp_path / "graded" / "feedback" / "ada" / f"{LAB}.html").as_uri())
        page.screenshot(path=pictures / "6-feedback.png", full_page=True)
        assert "bernoulli_loss" in page.inner_text("body")
        page.goto((tmp_path / "graded" / f"report-{LAB}.html").as_uri())
        page.screenshot(path=pictures / "7-report.png", full_page=True)
        assert "ada" in page.inner_text("body")
