"""The page an instructor and an operator get: how the class did, what was hard, and what a person should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from stats220.errors import GradingError
from stats220.staff.report.marked import Said
from stats220.staff.report.page import fill_in, write_page
from stats220.staff.report.summary import (
    broken_checks,
    has_no_grade,
    histogram,
    is_blank,
    needs_a_look,
    never_passed,
    summarise_checks,
    summarise_exercises,
)

# In a class of hundreds one odd release can touch everybody: the list says how many more there are.
MAX_LOOKS = 100


def write_report(
    results: Sequence[Mapping[str, Any]],
    path: Path,
    *,
    title: str,
    exercises: Sequence[str] = (),
    labels: Mapping[str, str] = {},
    said: Mapping[str, Said] = {},
    names: Mapping[str, str] = {},
    absent: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """Write the class report.

    Parameters
    ----------
    results
        One a submission: the contents of ``results/<student>/<lab>.json``.
    path
        Where the page goes; it links to ``feedback/<student>/<lab>.html`` beside it.
    title
        The lab's title.
    exercises
        The lab's exercises in their order; by default the order in the results.
    labels
        "Problem 1a" for the exercises and questions that have such a label.
    said
        By student what people marked and how late it was, where that is known.
    names
        By student the person's name, where a roster gives it.
    absent
        Of the roster those who have handed in nothing.
    notes
        What a person should look at that is no single student's.

    Raises
    ------
    GradingError
        There are no results, or the page cannot be written there.
    """
    if not results:
        raise GradingError(f"no results to report on: grade a submission before writing {path}")
    results = sorted(results, key=lambda result: str(result["student"]).casefold())
    graded = [result for result in results if not has_no_grade(result)]
    # Where nobody was graded there are still zeros to show.
    scores = np.array([result["score"] for result in graded or results], dtype=float)
    seconds = np.array([result["seconds"] for result in results], dtype=float)
    maximum = max(result["max_score"] for result in results)
    summaries = summarise_exercises(results, exercises)
    looks = needs_a_look(results, said)
    checks = summarise_checks(results)
    html = fill_in(
        "classreport.html.j2",
        title=title,
        labels=labels,
        results=results,
        ungraded=len(results) - len(graded),
        has_no_grade=has_no_grade,
        names=names,
        absent=[*absent][:MAX_LOOKS],
        more_absent=max(0, len(absent) - MAX_LOOKS),
        notes=notes,
        maximum=maximum,
        mean=float(scores.mean()),
        quartiles=[float(value) for value in np.quantile(scores, [0.25, 0.5, 0.75])],
        full=int((scores >= maximum).sum()),
        blank=sum(map(is_blank, results)),
        bins=histogram(scores.tolist(), maximum),
        exercises=summaries,
        rows=[_row(result, [summary.name for summary in summaries]) for result in results],
        checks=checks,
        unpassed=never_passed(checks),
        broken=broken_checks(results),
        looks=looks[:MAX_LOOKS],
        more_looks=max(0, len(looks) - MAX_LOOKS),
        unsafe=[result for result in results if result["isolation"] != "bwrap"],
        questions=_questions(results),
        total_seconds=float(seconds.sum()),
        median_seconds=float(np.median(seconds)),
        slowest=results[int(seconds.argmax())],
        feedback_link=feedback_link,
        said=said,
    )
    write_page(html, path)


def feedback_link(result: Mapping[str, Any]) -> str:
    """Where a student's feedback page lies, relative to the report; odd characters do not lead out of the folder."""
    # No file name is longer than 255 characters.
    student, lab = (
        quote(str(result[key])[:255], safe="", errors="replace") for key in ("student", "lab")
    )
    return f"feedback/{student}/{lab}.html"


def _row(
    result: Mapping[str, Any], names: Sequence[str]
) -> tuple[Mapping[str, Any], list[Mapping[str, Any] | None]]:
    """A student's line of the table: the result, and what it says of each exercise."""
    found = {exercise["name"]: exercise for exercise in result["exercises"]}
    return result, [found.get(name) for name in names]


def _questions(results: Sequence[Mapping[str, Any]]) -> list[tuple[str, float, int, int]]:
    """The questions marked by hand: (name, points, answered by, perhaps answered elsewhere by)."""
    found: dict[str, tuple[float, int, int]] = {}
    for result in results:
        for question in result["questions"]:
            points, count, maybe = found.get(question["name"], (question["max_points"], 0, 0))
            answered, elsewhere = bool(question["answered"]), bool(question["candidates"])
            found[question["name"]] = (points, count + answered, maybe + elsewhere)
    return [(name, *counts) for name, counts in found.items()]
