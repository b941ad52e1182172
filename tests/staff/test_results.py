"""Results, their file, the table of scores, and the writing of both."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from stats220.checks import CheckResult
from stats220.errors import GradingError
from stats220.staff.grade.files import output_folder, write_atomically
from stats220.staff.grade.results import (
    CellError,
    ExerciseResult,
    QuestionResult,
    SubmissionResult,
    from_json,
    to_dict,
    to_json,
)
from stats220.staff.grade.table import grades_csv, score_table

CHECK = CheckResult(
    "is <b>finite</b>", 0, 2, "failed", "got inf\u2028", "exp(1000) overflows", 0.0123456, False
)
RESULT = SubmissionResult(
    student="ada",
    lab="lab4_pose",
    score=4.0,
    max_score=6,
    bonus=0,
    max_bonus=2.5,
    isolation="bwrap",
    memory_limit="cgroup",
    seed=7,
    submission_sha256="ab" * 32,
    seconds=1.23456789,
    mended=("a cell was moved",),
    notes=(),
    exercises=(
        ExerciseResult("bernoulli_loss", 4, 6, False, "partial", 0.5, "", (CHECK,)),
        ExerciseResult("upsample", 0.0, 2.5, True, "lost", 0.5, "out of memory", ()),
    ),
    questions=(QuestionResult("why", 2, True, "Because \u2026 \U0001f600"),),
    cells=(CellError("cell-1", "NameError: x"),),
)


def test_a_result_survives_its_file() -> None:
    rounded = replace(
        RESULT,
        seconds=1.235,
        exercises=(
            replace(RESULT.exercises[0], checks=(replace(CHECK, seconds=0.012),)),
            RESULT.exercises[1],
        ),
    )
    assert from_json(to_json(RESULT)) == rounded
    assert to_json(from_json(to_json(RESULT))) == to_json(RESULT)


def test_the_file_has_the_agreed_fields() -> None:
    content = json.loads(to_json(RESULT))
    assert content == to_dict(RESULT) | {"mended": ["a cell was moved"]}
    assert set(content) == {
        *(
            "schema",
            "student",
            "lab",
            "score",
            "max_score",
            "bonus",
            "max_bonus",
            "isolation",
            "memory_limit",
            "seed",
            "submission_sha256",
        ),
        *("seconds", "mended", "notes", "exercises", "questions", "cells", "submitted", "late"),
    }
    assert set(content["exercises"][0]) == {
        *(
            "name",
            "points",
            "max_points",
            "bonus",
            "status",
            "seconds",
            "message",
            "checks",
            "memorized",
        )
    }
    assert set(content["exercises"][0]["checks"][0]) == {
        *("what", "points", "max_points", "status", "message", "hint", "seconds", "hidden")
    }
    assert content["schema"] == 3
    assert '"score": 4,' in to_json(RESULT)  # whole points as whole numbers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"schema": 3}',
        to_json(RESULT).replace('"score"', '"points"', 1),
        to_json(RESULT).replace('"what"', '"why"'),
        to_json(RESULT).replace('"exercises": [', '"exercises": [3, '),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(text: str) -> None:
    with pytest.raises(GradingError, match=r"ada\.json is damaged"):
        from_json(text, where="ada.json")


def test_a_file_of_another_schema_is_an_error() -> None:
    with pytest.raises(GradingError, match="written by another version"):
        from_json(to_json(RESULT).replace('"schema": 3', '"schema": 4'))


def test_no_number_that_json_has_not_gets_into_a_file() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json(replace(RESULT, score=float("nan")))


# ---- grades.csv


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_grades_are_sorted_and_bonus_columns_say_so() -> None:
    ben = replace(RESULT, student='ben, "the" best', score=3.5)
    head, *lines = rows(grades_csv([ben, RESULT]))
    assert head[3:7] == ["bernoulli_loss", "upsample (bonus)", "score", "max_score"]
    assert [[line[0], *line[3:7]] for line in lines] == [
        ["ada", "4", "0", "4", "6"],
        ['ben, "the" best', "4", "0", "3.5", "6"],
    ]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_no_name_is_a_formula(name: str) -> None:
    cell = rows(grades_csv([replace(RESULT, student=name)]))[1][0]
    assert cell == "'" + name


def test_the_table_for_the_terminal_prints_names_as_they_are() -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(score_table([replace(RESULT, student="[red]ada[/red]")]))
    assert "[red]ada[/red]" in console.file.getvalue()  # type: ignore[attr-defined]
    assert "lost: upsample; bernoulli_loss 4/6" in console.file.getvalue()  # type: ignore[attr-defined]


def test_who_was_not_graded_has_no_zero_in_the_table() -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(score_table([replace(RESULT, score=0, notes=("not graded: no file",))]))
    assert re.search(r"ada +│ +– │ +6 │ +– │", console.file.getvalue())  # type: ignore[attr-defined]


# ---- writing


def test_a_write_that_fails_leaves_the_old_file_and_no_scraps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "results" / "ada.json"
    write_atomically(path, "old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        GradingError, match=r"no space left to write .*ada.json.*what was written is kept"
    ):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["ada.json"]


def test_a_write_that_is_interrupted_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ada.json"
    write_atomically(path, "old")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("ada.json", "old")]


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GradingError, match="cannot write"):
        write_atomically(tmp_path / "file" / "ada.json", "x")
    with pytest.raises(GradingError, match="cannot write"), output_folder(tmp_path / "file"):
        pass


def test_an_output_folder_is_one_runs_alone(tmp_path: Path) -> None:
    with (
        output_folder(tmp_path / "out"),
        pytest.raises(GradingError, match=r"in use by .* process \d+, since 20\d\d-"),
        output_folder(tmp_path / "out"),
    ):
        pass
    with output_folder(tmp_path / "out"):
        pass


def test_a_disk_that_is_nearly_full_is_refused_before_grading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    usage = shutil.disk_usage(tmp_path)._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with (
        pytest.raises(GradingError, match=r"no space left for .*1 MB free"),
        output_folder(tmp_path / "out"),
    ):
        pass
