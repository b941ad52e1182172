"""The student's feedback page: what it says, in which order, and that anybody can read it."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from sample_results import (
    LOSS,
    make_check,
    make_exercise,
    make_notebook,
    make_question,
    make_result,
)

from stats220.errors import GradingError
from stats220.staff.build.problems import labels_of
from stats220.staff.report import write_feedback
from stats220.staff.report.feedback import exercise_sources, feedback_page, next_steps
from stats220.verdicts import NAMES_SLIP

SECRET = "secret_hidden_value_3.14159"


EMPTY = make_notebook({})


def page(folder: Path, *exercises: dict[str, Any], notebook: Any = EMPTY, **changes: Any) -> Tag:
    path = folder / "feedback" / "ada" / "lab4_pose.html"
    write_feedback(make_result(*exercises, **changes), notebook, path, title="Lab 4: pose")
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def section(soup: Tag, heading: str) -> str:
    return words(soup.find(attrs={"aria-labelledby": heading}))


def test_the_problem_stands_beside_the_function(tmp_path: Path) -> None:
    cells = [
        ("text", "", "## Part 1\n### Problem 1d: room for error"),
        ("exercise", "dilate", ""),
        ("question", "why", "### Problem 2a: why?"),
        ("text", "", "## Part 3"),
        ("exercise", "loose", ""),
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[
            (nbformat.v4.new_code_cell if role == "exercise" else nbformat.v4.new_markdown_cell)(
                source, metadata={"stats220": {"role": role, "name": name}}
            )
            for role, name, source in cells
        ]
    )
    labels = labels_of(notebook)
    assert labels == {"dilate": "Problem 1d", "why": "Problem 2a"}
    failed = make_exercise("dilate", make_check(status="failed", max_points=1))
    result = make_result(failed, questions=[make_question("why", "because", 3)])
    told = BeautifulSoup(feedback_page(result, EMPTY, title="Lab 4", labels=labels), "html.parser")
    assert (
        words(told).count("Problem 1d, dilate") >= 2
    )  # among the next steps, and above its checks
    assert "Problem 2a, why" in words(told)


def test_score_bonus_and_hand_marked_points_stand_apart(tmp_path: Path) -> None:
    soup = page(
        tmp_path,
        make_exercise("dilate", make_check(), make_check(status="failed", max_points=1)),
        make_exercise("upsample", make_check(max_points=4), bonus=True),
        questions=[make_question("why", "because", 3), make_question("when", "", 2)],
    )
    text = section(soup, "score")
    assert "2 of 3 points" in text
    assert "Bonus, beside the total: 4 of 4 points" in text
    assert "Marked by hand, still to come: 5 points" in text


def test_a_failed_check_shows_its_hint_and_what_happened(tmp_path: Path) -> None:
    soup = page(
        tmp_path,
        make_exercise(
            "dilate",
            make_check("grows evenly", "failed", hint="Pad by `size // 2`.", message="got 3"),
            make_check("keeps zeros", hint="not shown when passed"),
        ),
    )
    text = words(soup.find(id="exercise-dilate"))
    assert "✗ not yet" in text
    assert "✓ passed" in text
    assert "Hint: Pad by size // 2 ." in text
    assert "What happened: got 3" in text
    assert "not shown when passed" not in text
    assert soup.find("code", string="size // 2") is not None


def test_the_students_own_code_is_shown_highlighted_and_whole(tmp_path: Path) -> None:
    soup = page(
        tmp_path,
        make_exercise("bernoulli_loss", make_check(status="failed")),
        notebook=make_notebook({"bernoulli_loss": LOSS}),
    )
    block = soup.find("pre", class_="code")
    assert isinstance(block, Tag)
    assert block.get_text() == LOSS.rstrip()
    assert block.find("span", class_="k", string="def") is not None


def test_a_stub_is_not_quoted_back(tmp_path: Path) -> None:
    soup = page(
        tmp_path,
        make_exercise("dilate", make_check(status="not attempted")),
        notebook=make_notebook({"dilate": "def dilate(masks): ..."}),
    )
    assert soup.find("pre") is None
    text = words(soup.find(id="exercise-dilate"))
    assert "○ not attempted" in text
    assert "not yet" not in text


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (f"max |difference| 1: got 2, expected {SECRET}", "not the expected result"),
        ("your code raised an error", "your code raised an error on inputs that stay hidden"),
        (f"your code raised an error: {SECRET}", "not the expected result"),
        (f"ValueError: `return x[{SECRET}]`", "not the expected result"),
        (SECRET, "not the expected result"),
        ("", "not the expected result"),
    ],
)
def test_a_hidden_check_is_named_but_tells_no_value(
    tmp_path: Path, message: str, told: str
) -> None:
    check = make_check(
        "holds for any size", "failed", hidden=True, message=message, hint="Mind it."
    )
    soup = page(
        tmp_path,
        make_exercise("dilate", check),
        notebook=make_notebook({"dilate": "def dilate(x):\n    return x[3]"}),
    )
    text = words(soup.find(id="exercise-dilate"))
    assert "holds for any size hidden" in text
    assert f"What happened: {told}" in text
    assert "Hint: Mind it." in text
    assert SECRET not in str(soup)


def test_a_broken_check_is_not_the_students_fault_and_its_trace_stays_inside(
    tmp_path: Path,
) -> None:
    broken = make_check("sums to one", "error", message=f"hidden.py:3 {SECRET}")
    soup = page(tmp_path, make_exercise("dilate", make_check(), broken))
    text = words(soup.find(id="exercise-dilate"))
    assert "not your fault" in text
    assert SECRET not in str(soup)
    assert "There is nothing for you to do" in section(soup, "next")


def test_a_stopped_exercise_says_why(tmp_path: Path) -> None:
    lost = make_exercise("dilate", make_check(status="lost"), message="killed: out of memory")
    soup = page(tmp_path, lost, make_exercise("preprocess", make_check()))
    assert "ended early: killed: out of memory" in words(soup.find(id="exercise-dilate"))
    assert "dilate : grading of it ended early: killed: out of memory" in section(soup, "next")


def test_next_steps_put_the_stopped_first_then_the_largest_gain_then_the_untouched() -> None:
    result = make_result(
        make_exercise("untouched", make_check(status="not attempted")),
        make_exercise("small", make_check(), make_check("b", "failed", max_points=1)),
        make_exercise("done", make_check()),
        make_exercise(
            "large",
            make_check("unseen", "failed", hidden=True),
            make_check("seen", "failed", max_points=5, hint="Look here."),
        ),
        make_exercise("endless", make_check(status="lost")),
        make_exercise("extra", make_check(status="failed"), bonus=True),
    )
    steps = next_steps(result)
    assert [step.exercise for step in steps] == ["endless", "large", "small", "untouched"]
    assert steps[1].text == "7 more points to gain. “seen” does not pass yet"
    assert steps[1].hint == "Look here."
    assert steps[2].text.startswith("1 more point to gain.")


def test_next_steps_name_an_error_which_has_no_hint_and_never_a_hidden_one() -> None:
    error = "NameError: name 'zero' is not defined (line 3: return y / zero)"
    seen = make_check("seen", "failed", message=error, hint="")
    unseen = make_check("unseen", "failed", hidden=True, message=error, hint="")
    (step,) = next_steps(make_result(make_exercise("dilate", seen, unseen)))
    assert step.text.endswith(f"“seen” does not pass yet: {error}")
    (step,) = next_steps(make_result(make_exercise("dilate", unseen)))
    assert step.text.endswith("“unseen” does not pass yet")


def test_the_next_step_is_the_check_that_names_the_mistake() -> None:
    slip = f"{NAMES_SLIP} signs are lost"
    seen = make_check("seen", "failed", message="got 3")
    named = make_check("scaled", "failed", message="got 6", hint=slip)
    (step,) = next_steps(make_result(make_exercise("dilate", seen, named)))
    assert step.text.endswith("“scaled” does not pass yet")
    assert step.hint == slip


def test_bonus_exercises_come_up_when_the_core_is_done(tmp_path: Path) -> None:
    exercises = (
        make_exercise("done", make_check()),
        make_exercise("extra", make_check(status="not attempted"), bonus=True),
    )
    assert [step.exercise for step in next_steps(make_result(*exercises))] == ["extra"]
    assert "Every check passes, well done" in section(page(tmp_path, *exercises), "next")


def test_unanswered_questions_are_asked_for() -> None:
    questions = [make_question("why", "", 4), make_question("when", "", 2)]
    (step,) = next_steps(make_result(make_exercise("done", make_check()), questions=questions))
    assert step.text == "2 questions have no answer yet (6 points, marked by hand)."


def test_full_marks_and_an_untouched_notebook_get_a_fitting_word(tmp_path: Path) -> None:
    full = page(tmp_path, make_exercise("dilate", make_check()))
    assert "nothing is left to do. Well done." in section(full, "next")
    blank = page(
        tmp_path,
        *(make_exercise(name, make_check(status="not attempted")) for name in ("one", "two")),
    )
    text = section(blank, "next")
    assert "No exercise has been attempted yet" in text
    assert "one : not attempted yet, 2 points" in text
    assert "two" not in text


def test_an_answer_is_shown_as_jupyter_would_with_formulas_as_typed(tmp_path: Path) -> None:
    answer = "# Why\n\n**m** is $\\max(0, a)_i * b_i$\n\n$$e^{a-m} < 1$$\n\n- `one`\n\n![plot](attachment:p.png)"
    soup = page(
        tmp_path,
        make_exercise("dilate", make_check()),
        questions=[make_question("why", answer), make_question("when")],
    )
    shown = soup.find(class_="answer")
    assert isinstance(shown, Tag)
    assert [words(tag) for tag in shown.find_all(["h4", "strong", "li"])] == ["Why", "m", "one"]
    assert [tag.get_text() for tag in shown.find_all("code")] == [
        "$\\max(0, a)_i * b_i$",
        "$$e^{a-m} < 1$$",
        "one",
    ]
    assert "[picture: plot]" in shown.get_text()
    assert "Marked by hand, up to 4 points" in words(soup.find(id="question-why"))
    assert "No answer yet" in words(soup.find(id="question-when"))


def test_what_was_mended_and_which_cells_stopped_is_said(tmp_path: Path) -> None:
    soup = page(
        tmp_path,
        make_exercise("dilate", make_check()),
        mended=["the cell `test_dilate` was put back"],
        cells=[
            {"id": "given_1", "error": "NameError: name 'load' is not defined"},
            {"id": "gone", "error": "ZeroDivisionError"},
        ],
        notebook=make_notebook({}, other="# read it\nframes = load()"),
    )
    text = section(soup, "notebook")
    assert "the cell test_dilate was put back" in text
    assert "frames = load() NameError: name 'load' is not defined" in text
    assert "cell gone ZeroDivisionError" in text


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        (["not graded: the file is empty"], "could not be graded: the file is empty."),
        (
            [f"not graded: the grader failed: {SECRET}"],
            "an error in grading, which the course staff",
        ),
        ([f"the hidden checks crashed: {SECRET}"], "an error in grading, which the course staff"),
    ],
)
def test_a_notebook_that_could_not_be_graded_says_what_to_do(
    tmp_path: Path, notes: list[str], said: str
) -> None:
    untouched = make_exercise("dilate", make_check(status="not attempted"))
    soup = page(tmp_path, untouched, notebook=None, notes=notes)
    assert said in section(soup, "next")
    assert "hand in this one file again" in section(soup, "next")
    assert section(soup, "score") == "Not graded"  # and no 0 of anything
    assert "Graded in" not in words(soup)
    assert SECRET not in str(soup)
    assert soup.find("table") is None


def test_the_operators_notes_do_not_reach_the_student(tmp_path: Path) -> None:
    exercise = make_exercise("dilate", make_check())
    assert SECRET not in str(page(tmp_path, exercise, notes=[f"crashed: {SECRET}"]))


def test_an_exercise_that_is_missing_says_so(tmp_path: Path) -> None:
    missing = make_exercise("dilate", status="not attempted", message="nothing is named dilate")
    text = words(page(tmp_path, missing).find(id="exercise-dilate"))
    assert "Not attempted yet: nothing is named dilate." in text


@pytest.mark.parametrize(
    ("isolation", "said"),
    [
        ("bwrap", "in a sandbox (bubblewrap) in 3.2 s"),
        ("none", "without a sandbox (isolation: none)"),
    ],
)
def test_the_footer_tells_isolation_and_version(tmp_path: Path, isolation: str, said: str) -> None:
    soup = page(tmp_path, make_exercise("dilate", make_check()), isolation=isolation)
    assert said in words(soup.footer)
    assert "0123456789ab" in words(soup.footer)


def test_sources_survive_foreign_metadata_and_copies() -> None:
    notebook = make_notebook({"dilate": "first", "other": "second"})
    notebook.cells.append(notebook.cells[1].copy() | {"source": "a copy"})
    notebook.cells[0].metadata["stats220"] = "not a mapping"
    del notebook.cells[2]["metadata"]
    assert exercise_sources(notebook) == {"dilate": "first"}
    assert exercise_sources(None) == {}


def test_the_page_is_put_in_place_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = make_result(make_exercise("dilate", make_check()))
    path = tmp_path / "page.html"
    path.write_text("the page before")

    def full_disk(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(
        GradingError, match=r"cannot write .*page.html: No space left on device; make room"
    ):
        write_feedback(result, None, path, title="Lab")
    assert path.read_text() == "the page before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "feedback").write_text("a file where a folder should be")
    with pytest.raises(GradingError, match=r"cannot write .*feedback/ada"):
        page(tmp_path, make_exercise("dilate", make_check()))


def test_the_page_can_be_read_by_everybody(tmp_path: Path) -> None:
    soup = page(
        tmp_path,
        make_exercise("dilate", make_check(), make_check(status="failed")),
        questions=[make_question("why", "because")],
        notebook=make_notebook({"dilate": "x = 1"}),
    )
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    for landmark in ("header", "main", "footer", "h1", "title"):
        assert len(soup.find_all(landmark)) == 1, landmark
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for tag in soup.find_all(attrs={"aria-labelledby": True}):
        assert tag["aria-labelledby"] in ids
    for link in soup.find_all("a"):
        assert str(link["href"]).removeprefix("#") in ids
    for table in soup.find_all("table"):
        assert all(cell.get("scope") for cell in table.find_all("th"))
        assert table.find("th", scope="col")
        assert table.find("th", scope="row")
    levels = [int(tag.name[1]) for tag in soup.find_all(re.compile(r"^h\d$"))]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    for label in soup.find_all(class_="state"):
        assert re.search(r"[a-z]{3}", label.get_text()), "a state says itself in words"


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_in_light_and_in_dark(root: Path) -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    css = (root / "stats220/staff/report/templates/style.css").read_text(encoding="utf-8")
    schemes = [
        dict(re.findall(r"--([\w-]+): (#\w{6});", css_block))
        for css_block in css.split("@media")[:2]
    ]
    assert len(schemes[0]) == len(schemes[1]) == 21
    for scheme in schemes:
        pairs = [
            ("text", "page"),
            ("text", "panel"),
            ("text", "lost-back"),
            ("quiet", "page"),
            ("quiet", "panel"),
        ]
        pairs += [("link", back) for back in ("page", "panel", "lost-back")]
        pairs += [
            (name, f"{name}-back") for name in ("passed", "partial", "failed", "none", "lost")
        ]
        pairs += [(name, "panel") for name in ("keyword", "string", "comment", "literal", "named")]
        for ink, paper in pairs:
            assert contrast(scheme[ink], scheme[paper]) >= 4.5, (ink, paper)
