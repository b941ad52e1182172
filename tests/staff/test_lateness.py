"""Days late: times as platforms write them, zones, changes of the clock, free days, extensions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tiny_lab

from stats220.errors import AuthorError, GradingError
from stats220.staff.build.course import read_course
from stats220.staff.build.latepolicy import LatePolicy
from stats220.staff.grade.lateness import (
    Extension,
    class_lateness,
    days_late,
    doubts,
    moment,
    read_extensions,
)
from stats220.staff.grade.results import SubmissionResult
from stats220.staff.grade.roster import Person
from stats220.staff.grade.run import ungraded

PACIFIC = ZoneInfo("America/Los_Angeles")
POLICY = LatePolicy()


@pytest.mark.parametrize(
    ("text", "instant"),
    {
        "2026-02-06 23:10:00 -08:00": "2026-02-07T07:10:00",  # Gradescope's list
        "2026-02-06T23:10:00.123456-08:00": "2026-02-07T07:10:00",  # Gradescope's container
        "2026-02-07T07:10:00Z": "2026-02-07T07:10:00",  # Canvas
        "2026-02-06 23:10:00": "2026-02-07T07:10:00",  # a clock in the course's zone
        "2026-02-07 07:10:00 UTC": "2026-02-07T07:10:00",  # nbgrader's timestamp.txt
        "2026-02-07 02:10:00 America/New_York": "2026-02-07T07:10:00",
        "Feb 6, 2026 1110 PM": "2026-02-07T07:10:00",  # Brightspace
        "2026-07-06 23:10": "2026-07-07T06:10:00",  # summer: an hour nearer
    }.items(),
)
def test_times_as_platforms_write_them(text: str, instant: str) -> None:
    read = moment(text, PACIFIC)
    assert read is not None
    assert read.replace(microsecond=0) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "2026-02-06 23:10 Mars/Olympus", ""])
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert moment(text, PACIFIC) is None


# In 2026 clocks go forward on March 8 and back on November 1.
@pytest.mark.parametrize(
    ("due", "handed_in", "days"),
    [
        ("2026-02-06 23:59", "2026-02-06 23:59:59", 0),  # the whole minute
        ("2026-02-06 23:59", "2026-02-07 00:00:00", 1),
        ("2026-02-06 23:59", "2026-02-07 23:59:59", 1),
        ("2026-02-06 23:59", "2026-02-08 00:00:00", 2),
        ("2026-03-07 23:59", "2026-03-08 23:59:59", 1),  # 23 hours
        ("2026-03-07 23:59", "2026-03-09 00:00:00", 2),
        ("2026-10-31 23:59", "2026-11-01 23:59:59", 1),  # 25 hours
        ("2026-10-31 23:59", "2026-11-02 00:00:00", 2),
        ("2026-11-01 00:30", "2026-11-01 09:20:00 UTC", 1),  # the second 1:20 of that night
    ],
)
def test_a_day_ends_at_the_same_clock_time(due: str, handed_in: str, days: int) -> None:
    instant = moment(handed_in, PACIFIC)
    assert instant is not None
    assert days_late(instant, datetime.fromisoformat(due), POLICY) == days


def test_a_student_elsewhere_is_late_by_the_courses_clock() -> None:
    """23:00 in Berlin is 14:00 in California."""
    instant = moment("2026-02-07 08:30:00 Europe/Berlin", PACIFIC)
    assert instant is not None
    assert days_late(instant, datetime(2026, 2, 6, 23, 59), POLICY) == 0
    berlin = LatePolicy(timezone="Europe/Berlin")
    assert days_late(instant, datetime(2026, 2, 6, 23, 59), berlin) == 1


def test_grace() -> None:
    policy = LatePolicy(grace_minutes=15)
    for minute, days in ((14, 0), (15, 1)):
        instant = moment(f"2026-02-07 00:{minute}:30", PACIFIC)
        assert instant is not None
        assert days_late(instant, datetime(2026, 2, 6, 23, 59), policy) == days


COURSE = """
[course]
name = "Tiny"
[labs.lab1_one]
title = "One"
points = 8
due = 2026-02-06
[labs.lab2_two]
title = "Two"
points = 8
due = 2026-02-13
[late]
free_days = 3
percent_a_day = 20
max_days = 4
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / "course.toml").write_text(COURSE)
    return tmp_path


def hand_in(out: Path, lab: str, **times: str) -> None:
    for student, time in times.items():
        path = out / "results" / student / f"{lab}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"submitted": time, "late": time == "LATE"}))


def test_free_days_are_used_in_the_order_of_due_dates(root: Path) -> None:
    course = read_course(root)
    hand_in(root, "lab1_one", ada="2026-02-08 12:00", ben="2026-02-06 12:00")
    hand_in(root, "lab2_two", ada="2026-02-15 12:00", ben="2026-02-15 12:00", cleo="2026-02-20")
    one = class_lateness(course, "lab1_one", root, {})
    assert (one["ada"].days, one["ada"].free, one["ada"].share) == (2, 2, 0.0)
    two = class_lateness(course, "lab2_two", root, {})
    assert (two["ada"].days, two["ada"].free, two["ada"].share) == (2, 1, 0.2)
    assert (two["ben"].days, two["ben"].free, two["ben"].share) == (2, 2, 0.0)
    assert two["ada"].why == "2 days late, 1 day free, 1 at 20 % each"
    # Too late costs all, and no free day: nothing is left to save.
    assert (two["cleo"].days, two["cleo"].free, two["cleo"].share) == (7, 0, 1.0)
    assert two["cleo"].penalty(8) == 8


def test_an_extension_moves_the_date_and_a_flag_without_a_time_is_a_persons(root: Path) -> None:
    course = read_course(root)
    hand_in(root, "lab1_one", ada="2026-02-08 12:00", ben="LATE", cleo="LATE", dan="")
    extensions = {
        ("ada", "lab1_one"): Extension(datetime(2026, 2, 8, 23, 59)),
        ("cleo", "lab1_one"): Extension(handed_in="2026-02-07 09:00"),
    }
    found = class_lateness(course, "lab1_one", root, extensions)
    assert (found["ada"].days, found["ada"].why) == (0, "in time, with an extension")
    assert found["ben"].days is None
    assert "extensions.csv" in found["ben"].why
    assert (found["cleo"].days, found["cleo"].free) == (1, 1)
    assert found["dan"].days == 0


def test_a_file_of_extensions(tmp_path: Path) -> None:
    path = tmp_path / "extensions.csv"
    assert read_extensions(path) == {}
    path.write_text("id,lab,due\nada,lab1_one,2026-02-09\nben,lab1_one,2026-02-09T12:00\n")
    found = read_extensions(path)
    assert found["ada", "lab1_one"].due == datetime(2026, 2, 9, 23, 59)
    assert found["ben", "lab1_one"].due == datetime(2026, 2, 9, 12, 0)
    for line in (
        "ada,lab1_one,soon",
        "ada,lab1_one,2026-02-09,9:00,",
        ",lab1_one,2026-02-09",
        "a,l,2026-02-09\na,l,2026-02-10",
    ):
        path.write_text(f"id,lab,due\n{line}\n")
        with pytest.raises(GradingError, match=r"extensions.csv:\d"):
            read_extensions(path)


def handed_in(student: str, submitted: str = "", late: bool = False) -> SubmissionResult:
    result = ungraded(tiny_lab.release(), "", student=student, isolation="none")
    return replace(result, submitted=submitted, late=late)


def test_days_late_that_nobody_can_tell_are_no_silent_zero(root: Path) -> None:
    course = read_course(root)
    (silent,) = doubts(course, "lab1_one", [handed_in("ada")], {})
    assert silent.startswith("no submission says when it came, so all count as in time")
    for told in (handed_in("ben", "2026-02-08 12:00"), handed_in("ben", late=True)):
        assert doubts(course, "lab1_one", [handed_in("ada"), told], {}) == []
    by_hand = {("ada", "lab1_one"): Extension(handed_in="2026-02-07 09:00")}
    assert doubts(course, "lab1_one", [handed_in("ada")], by_hand) == []


def test_late_days_without_a_due_date_are_told(root: Path) -> None:
    path, results = root / "labs" / "course.toml", [handed_in("ada", "2026-02-08 12:00")]
    path.write_text(COURSE.replace("due = 2026-02-06\n", ""))
    (told,) = doubts(read_course(root), "lab1_one", results, {})
    assert told == (
        "nobody's days late can be told: write due = 2026-02-06 below [labs.lab1_one] in labs/course.toml"
    )
    path.write_text(COURSE.replace("due = 2026-02-06\n", "").partition("[late]")[0])
    course = read_course(root)
    assert doubts(course, "lab1_one", results, {}) == []  # nobody asks for days late
    asked = {("ada", "lab1_one"): Extension(handed_in="2026-02-07 09:00")}
    assert doubts(course, "lab1_one", results, asked) == [told]
    own = {("ada", "lab1_one"): Extension(datetime(2026, 2, 8))}  # a date of their own
    assert doubts(course, "lab1_one", results, own) == []


def test_an_extension_for_nobody_is_named(root: Path) -> None:
    results = [handed_in("ada", "2026-02-08 12:00")]
    extensions = {("ada", "lab1"): Extension(), ("adda", "lab1_one"): Extension()}
    extensions |= {("ben", "lab1_one"): Extension(), ("ben", "lab2_two"): Extension()}
    told = doubts(read_course(root), "lab1_one", results, extensions, [Person("ben")])
    assert told == [
        "extensions.csv names 'lab1', which is no lab (did you mean 'lab1_one'?)",
        "extensions.csv names 'adda', which is nobody (did you mean 'ada'?)",
    ]


@pytest.mark.parametrize("line", ['timezone = "Mars/Olympus"', "free_days = -1", "days = 3"])
def test_a_policy_that_cannot_be_is_named(root: Path, line: str) -> None:
    head = COURSE.partition("[late]")[0]
    (root / "labs" / "course.toml").write_text(f"{head}[late]\n{line}\n")
    with pytest.raises(AuthorError, match=r"Mars|negative|unknown key"):
        read_course(root)
