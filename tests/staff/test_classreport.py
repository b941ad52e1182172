"""The class report: its numbers, its order, its warnings, and its size."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st
from sample_results import (
    LAB,
    make_check,
    make_exercise,
    make_question,
    make_result,
    simulate_class,
)

from stats220.errors import GradingError
from stats220.staff.report import write_report
from stats220.staff.report.classreport import feedback_link
from stats220.staff.report.summary import (
    MAX_BINS,
    histogram,
    needs_a_look,
    summarise_checks,
    summarise_exercises,
)
from stats220.verdicts import NAMES_SLIP


def page(folder: Path, results: list[dict[str, Any]], **options: Any) -> Tag:
    path = folder / "report.html"
    write_report(results, path, title="Lab 4: pose", **options)
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def words(tag: Any) -> str:
    return " ".join(tag.get_text(" ").split())


def rows(soup: Tag, heading: str) -> list[list[str]]:
    body = soup.select_one(f"section[aria-labelledby={heading}] tbody")
    assert body is not None
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in body.find_all("tr")]


def scored(student: str, points: int, **changes: Any) -> dict[str, Any]:
    """A student with so many of ten points in one exercise."""
    checks = [
        make_check(f"point {n}", "passed" if n < points else "failed", max_points=1)
        for n in range(10)
    ]
    return make_result(make_exercise("dilate", *checks), student=student, **changes)


def test_no_results_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="no results to report on: grade a submission"):
        write_report([], tmp_path / "report.html", title="Lab")
    assert not (tmp_path / "report.html").exists()


def test_one_result_makes_a_report(tmp_path: Path) -> None:
    soup = page(tmp_path, [scored("ada", 10)])
    assert words(soup.find(id="scores")) == "1 submission"
    assert rows(soup, "students") == [["ada", "10", "0", "10 ✓", "3.2 s"]]
    assert soup.find(id="look") is None
    assert soup.find(class_="banner") is None


def test_scores_are_summed_up(tmp_path: Path) -> None:
    # Mean and quartiles of 0, 4, 5, 10, 10 by hand: 5.8; 4, 5, 10.
    soup = page(
        tmp_path, [scored(f"s{n}", n_points) for n, n_points in enumerate([5, 0, 10, 10, 4])]
    )
    figures = {words(d.dt): words(d.dd) for d in soup.select(".figures > div")}
    assert figures["Mean score"] == "5.8 of 10"
    assert figures["Median"] == "5"
    assert figures["Middle half"] == "4 to 10"
    assert figures["Full marks"] == "2"
    svg = soup.find("svg")
    assert isinstance(svg, Tag)
    assert "0 points: 1 submission." in str(svg["aria-label"])
    assert "10 points: 2 submissions." in str(svg["aria-label"])


def test_an_untouched_notebook_is_counted(tmp_path: Path) -> None:
    blank = make_result(make_exercise("dilate", make_check(status="not attempted")), student="cleo")
    unread = blank | {"student": "dora", "notes": ["not graded: the file is empty"]}
    soup = page(tmp_path, [blank, unread, scored("ada", 3)])
    assert "Nothing attempted 1" in words(soup.find(class_="figures"))


def test_what_was_not_graded_is_not_not_attempted(tmp_path: Path) -> None:
    blank = make_result(make_exercise("dilate", make_check(status="not attempted")), student="cleo")
    unread = blank | {"student": "dora", "notes": ["not graded: the file is empty"]}
    full = make_result(make_exercise("dilate", make_check()), student="ada")
    (row,) = rows(page(tmp_path, [unread, blank, full, full | {"student": "ben"}]), "exercises")
    assert [row[3], row[-1]] == ["67 %", "33 %"]  # of three, not of four
    assert "100 %" in rows(page(tmp_path, [unread]), "exercises")[0]  # nobody: all the same


def test_a_check_that_nobody_passed_needs_a_look(tmp_path: Path) -> None:
    wrong = make_check("is a scalar", "failed")
    several = [
        make_result(make_exercise("dilate", wrong, make_check("is finite")), student=name)
        for name in ("ada", "ben", "cleo")
    ]
    soup = page(tmp_path, several)
    (item,) = soup.select("section[aria-labelledby=look] > ul > li")
    assert words(item).startswith("Nobody passed “is a scalar” of dilate , which 3 tried")
    assert "Needs a look 1" in words(soup.find(class_="figures"))
    assert page(tmp_path, several[:2]).find(id="look") is None  # too few to tell
    passed = make_result(make_exercise("dilate", make_check("is a scalar")), student="dan")
    assert page(tmp_path, [*several, passed]).find(id="look") is None


def test_what_is_not_a_students_own_is_told(tmp_path: Path) -> None:
    """Names of the roster, who of it is missing, who was not graded, and what holds for the whole class."""
    unread = scored("007", 0, notes=["not graded: the file is empty"])
    soup = page(
        tmp_path,
        [scored("008", 6), unread],
        names={"007": "Ada Lovelace", "008": "008", "009": "Ben <b>Bold"},
        absent=["009"],
        notes=["no submission says when it came"],
    )
    text = words(soup)
    assert "Not handed in: 009 ( Ben <b>Bold )." in text
    assert "1 submission could not be graded, and is not in these figures." in text
    assert "Mean score 6 of 10" in text
    assert rows(soup, "look") == [["007 Ada Lovelace", "–", "not graded: the file is empty"]]
    assert rows(soup, "students")[0] == ["007 Ada Lovelace", "not graded"]
    assert rows(soup, "students")[1][:2] == ["008", "6"]
    (note,) = soup.select("section[aria-labelledby=look] > ul > li")
    assert words(note) == "no submission says when it came"
    assert "Needs a look 2" in words(soup.find(class_="figures"))


def test_what_a_failure_says_says_something(tmp_path: Path) -> None:
    messages = ["the same error as above", "first mend the check above: a", "not as expected"]
    failed = [make_check("c", "failed", message=text, hint="") for text in messages]
    results = [make_result(make_exercise("dilate", check)) for check in failed]
    (check,) = summarise_checks(results)
    assert (check.failed, check.usual_message) == (3, "")
    results.append(make_result(make_exercise("dilate", make_check("c", "failed", message="got 3"))))
    assert summarise_checks(results)[0].usual_message == "got 3"


def test_a_cell_that_stopped_is_named(tmp_path: Path) -> None:
    cells = [{"id": "exercise-dilate", "error": "SyntaxError: invalid syntax (line 2: x y)"}]
    (look,) = needs_a_look([scored("ada", 3, cells=cells)])
    assert look.reasons[0][1] == (
        "the cell of `dilate` ended with an error: SyntaxError: invalid syntax (line 2: x y)"
    )


@given(
    maximum=st.integers(1, 300),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=50),
)
def test_every_score_is_in_one_bar(maximum: int, shares: list[float]) -> None:
    scores = [share * maximum for share in shares]
    bins = histogram(scores, maximum)
    assert sum(bar.count for bar in bins) == len(scores)
    assert len(bins) <= MAX_BINS
    assert bins[0].low == 0
    assert bins[-1].low <= maximum < bins[-1].high
    for bar, following in pairwise(bins):
        assert bar.high == following.low
    for bar in bins:
        assert bar.count == sum(bar.low <= score < bar.high for score in scores)


def test_bars_say_which_scores_they_hold() -> None:
    assert [bar.label for bar in histogram([1], 3)] == ["0", "1", "2", "3"]
    labels = [bar.label for bar in histogram([1], 29)]
    assert (len(labels), labels[0], labels[-1]) == (15, "0–1", "28–29")
    assert histogram([1], 30)[-1].label == "30"


def test_exercises_have_means_and_shares(tmp_path: Path) -> None:
    def student(status: str) -> dict[str, Any]:
        return make_result(
            make_exercise("second", make_check()),
            make_exercise("first", make_check(status=status), make_check("b", status), bonus=True),
        )

    statuses = ["passed", "failed", "not attempted", "lost"]
    summaries = summarise_exercises([student(status) for status in statuses], ["first", "second"])
    assert [summary.name for summary in summaries] == ["first", "second"]
    assert summaries[0].mean == 1  # 4 of 4 points for one of four
    assert [summaries[0].share(status) for status in statuses] == [0.25] * 4
    soup = page(tmp_path, [student(status) for status in statuses], exercises=["first", "second"])
    expected = ["first bonus", "1 / 4", "", "25 %", "0 %", "25 %", "25 %", "25 %"]
    assert rows(soup, "exercises")[0] == expected


def test_an_exercise_that_the_order_does_not_name_comes_last() -> None:
    result = make_result(*(make_exercise(name, make_check()) for name in "cab"))
    assert [s.name for s in summarise_exercises([result], ["a", "b"])] == ["a", "b", "c"]


def test_checks_are_ordered_by_how_many_of_those_who_tried_passed(tmp_path: Path) -> None:
    def student(easy: str, hard: str, message: str = "") -> dict[str, Any]:
        return make_result(
            make_exercise(
                "dilate",
                make_check("easy", easy),
                make_check(
                    "hard",
                    hard,
                    hint="Mind the sign." if hard == "failed" else "",
                    message=message,
                    hidden=True,
                ),
            )
        )

    results = [
        student("passed", "passed"),
        student("passed", "failed", "got -1"),
        student("failed", "failed", "got -1"),
        student("passed", "failed", "got nan"),
        student("not attempted", "not attempted"),
        student("lost", "lost"),
    ]
    hard, easy = summarise_checks(results)
    assert (hard.what, hard.passed, hard.tried, hard.lost, hard.rate) == ("hard", 1, 4, 1, 0.25)
    assert (easy.passed, easy.tried, easy.rate) == (3, 4, 0.75)
    first, _ = rows(page(tmp_path, results), "checks")
    expected = ["dilate hard hidden", "25 % 1 of 4 1 stopped", "Mind the sign. Most often: got -1"]
    assert first == expected


def test_of_the_mistakes_that_a_check_named_each_is_told_with_how_often(tmp_path: Path) -> None:
    hints = [f"{NAMES_SLIP} signs are lost", "Mind the sign.", f"{NAMES_SLIP} signs are lost", ""]
    results = [
        make_result(make_exercise("dilate", make_check("hard", "failed", hint=hint)))
        for hint in hints
    ]
    (row,) = rows(page(tmp_path, results), "checks")
    assert row[2] == f"2 ×: {NAMES_SLIP} signs are lost 1 ×: Mind the sign."


def test_a_check_that_nobody_tried_stands_last(tmp_path: Path) -> None:
    exercise = make_exercise(
        "dilate", make_check("untried", "not attempted"), make_check("b", "failed")
    )
    assert [row[0] for row in rows(page(tmp_path, [make_result(exercise)]), "checks")] == [
        "dilate b",
        "dilate untried",
    ]


def test_what_needs_a_look_comes_by_urgency(tmp_path: Path) -> None:
    results = [
        scored("fine", 3),
        scored("noted", 3, notes=["the file was renamed"]),
        scored(
            "stumbling", 3, cells=[{"id": "a", "error": "NameError"}, {"id": "b", "error": "x"}]
        ),
        scored("mended", 3, mended=["a cell was put back", "another one too"]),
        scored("bare", 3, isolation="none"),
        make_result(
            make_exercise("dilate", make_check(status="lost"), message="out of memory"),
            student="stopped",
            mended=["a cell was put back"],
        ),
        make_result(make_exercise("dilate", make_check(status="error")), student="puzzling"),
        scored("unread", 0, notes=["not graded: the file is empty"]),
    ]
    order = ["puzzling", "unread", "stopped", "bare", "mended", "stumbling", "noted"]
    assert [look.result["student"] for look in needs_a_look(results)] == order
    table = rows(page(tmp_path, results), "look")
    assert [row[0] for row in table] == order
    assert [row[2] for row in table] == [
        "a check of dilate did not work",
        "not graded: the file is empty",
        "dilate ended early: out of memory mended: a cell was put back",
        "graded without a sandbox (isolation: none)",
        "mended: a cell was put back, and 1 more",
        "a cell ended with an error: NameError, and 1 more",
        "the file was renamed",
    ]


def test_results_without_a_sandbox_are_in_a_banner(tmp_path: Path) -> None:
    results = [scored(f"s{n:02}", 1, isolation="none" if n < 20 else "bwrap") for n in range(30)]
    soup = page(tmp_path, results)
    banner = soup.find(class_="banner")
    assert "Graded without a sandbox: 20 results of 30." in words(banner)
    assert "and 8 more" in words(banner)
    assert "20 results came without a sandbox" in words(soup.footer)
    safe = page(tmp_path, [scored("ada", 1)])
    assert "Every submission ran in a sandbox" in words(safe.footer)


def test_a_check_that_breaks_is_flagged_for_the_operator(tmp_path: Path) -> None:
    broken = make_check("sums to one", "error", message="KeyError: 'mean' at hidden.py:12")
    results = [make_result(make_exercise("dilate", broken), student=name) for name in ("bo", "al")]
    banner = words(page(tmp_path, results).find(class_="banner"))
    assert banner.startswith("A check does not work: dilate , “sums to one”, in 2 submissions")
    assert "KeyError: 'mean' at hidden.py:12" in banner
    assert "al" in banner


def test_each_student_links_to_their_feedback(tmp_path: Path) -> None:
    soup = page(tmp_path, [scored("Zoë #1/..", 1), scored("bob", 2)])
    table = soup.select_one(".grades")
    assert table is not None
    links = [str(link["href"]) for link in table.find_all("a")]
    assert links == ["feedback/bob/lab4_pose.html", "feedback/Zo%C3%AB%20%231%2F../lab4_pose.html"]


@pytest.mark.parametrize(
    "student", ["javascript:alert(1)", "//evil.example", "\ud800", "a\\b?c", ""]
)
def test_a_link_stays_inside_the_feedback_folder(student: str) -> None:
    parts = feedback_link(make_result(student=student)).split("/")
    assert len(parts) == 3
    assert parts[0] == "feedback"
    assert not set(parts[1]) & set(":\\?#/")


def test_questions_say_how_many_answered(tmp_path: Path) -> None:
    results = [scored(f"s{n}", 1, questions=[make_question("why", "x" * n)]) for n in range(3)]
    text = words(page(tmp_path, results).find(attrs={"aria-labelledby": "exercises"}))
    assert "why (4 points): 2 of 3 answered" in text


def test_grading_time_is_told(tmp_path: Path) -> None:
    times = {"a": 2.0, "b": 3.0, "c": 130.0}
    footer = words(page(tmp_path, [scored(s, 1, seconds=t) for s, t in times.items()]).footer)
    assert (
        "2 min 15 s of submissions' time in all, 3.0 s in the middle, at most 2 min 10 s ( c )"
        in footer
    )


def test_a_class_of_a_thousand_stays_a_small_page(tmp_path: Path) -> None:
    results = simulate_class(1000)
    for result in results[:300]:
        result["mended"] = ["cell " + "x" * 1000]
    soup = page(tmp_path, results, exercises=[name for name, _, _ in LAB])
    assert (tmp_path / "report.html").stat().st_size < 2_000_000
    assert len(rows(soup, "students")) == 1000
    assert len(rows(soup, "look")) == 100
    assert "more, less urgent" in words(soup.find(attrs={"aria-labelledby": "look"}))


def test_students_who_lack_an_exercise_leave_its_column_empty(tmp_path: Path) -> None:
    other = make_result(make_exercise("preprocess", make_check()), student="bo")
    soup = page(tmp_path, [scored("ada", 4), other])
    assert [row[:5] for row in rows(soup, "students")] == [
        ["ada", "4", "0", "4 ◐", ""],
        ["bo", "2", "0", "", "2 ✓"],
    ]


def test_the_report_can_be_read_by_everybody(tmp_path: Path) -> None:
    soup = page(tmp_path, simulate_class(40, seed=3))
    assert len(soup.find_all("h1")) == len(soup.find_all("main")) == 1
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for table in soup.find_all("table"):
        assert all(cell.get("scope") for cell in table.find_all("th"))
    for region in soup.find_all(class_="scroll"):
        assert region["tabindex"] == "0"
        assert region["aria-labelledby"] in ids
    svg = soup.find("svg")
    assert isinstance(svg, Tag)
    assert svg["role"] == "img"
