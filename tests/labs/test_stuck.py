"""Labs 3, 5 and 6 for a student who has solved nothing: no figure ends in a traceback, and each says what it waits for. Lab 4: test_pose_stuck."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

import matplotlib.pyplot as plt
import pytest
from bank import ROOT

from stats220.staff.build.course import read_course
from stats220.staff.build.lab import read_lab
from stats220.staff.build.reference import read_reference

# How many cells wait, and the questions about a figure that a stand-in is shown for.
LABS = {"lab3_calcium": (8, []), "lab5_triangulation": (18, ["more_cameras", "calibration"])}
LABS["lab6_encoding"] = (20, [])


@pytest.mark.parametrize("name", LABS)
def test_untouched_notebook_runs_to_its_end_and_says_what_each_figure_waits_for(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plt.switch_backend("agg")
    lab = read_lab(ROOT, ROOT / "labs" / f"{name}.py", read_course(ROOT).labs[name])
    reference = read_reference(ROOT, name.partition("_")[2])
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in lab.cells:
        if cell.role == "exercise":
            exercise = reference.exercise(cell.name)
            assert exercise is not None
            exec(exercise.stub, names)
        elif cell.role in ("given", "explore"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(cell.source, f"<{name}, line {cell.line}>", "exec"), names)
            plt.close("all")
    said = capsys.readouterr().out
    at_least, questions = LABS[name]
    waiting = re.findall(r"^This figure needs (Bonus p|P)roblem \d\w, \w+: ", said, re.MULTILINE)
    assert len(waiting) >= at_least
    assert said.count("Shown instead: what the answer key found") >= len(questions)
    for question in questions:
        place = next(i for i, cell in enumerate(lab.cells) if cell.name == question)
        above = [cell.source for cell in lab.cells[:place] if cell.role == "explore"][-2:]
        assert "load_stand_in(" in "".join(above)


def names_in(source: str, context: type[ast.expr_context]) -> set[str]:
    """The names that a cell, its functions included, sets or uses."""
    tree = ast.parse(source)
    found = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}
    if context is ast.Store:
        found |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    return found


def test_no_mandatory_figure_waits_for_a_bonus() -> None:
    """What a cell sets that uses a bonus exercise is used by such cells alone, unless it goes on without."""
    num_bonus = 0
    for name in (*LABS, "lab4_pose"):
        lab = read_lab(ROOT, ROOT / "labs" / f"{name}.py", read_course(ROOT).labs[name])
        exercises = {cell.name for cell in lab.cells if cell.role == "exercise" and cell.bonus}
        cells = [cell.source for cell in lab.cells if cell.role in ("given", "explore")]
        waits = [
            bool(names_in(source, ast.Load) & exercises) and "is_written(" not in source
            for source in cells
        ]
        bonus = [source for source, waiting in zip(cells, waits, strict=True) if waiting]
        others = [source for source, waiting in zip(cells, waits, strict=True) if not waiting]
        by_bonus, by_others = (
            set[str]().union(*(names_in(source, ast.Store) for source in sources))
            for sources in (bonus, others)
        )
        for source in others:
            assert not names_in(source, ast.Load) & (by_bonus - by_others), source
        num_bonus += len(bonus)
    assert num_bonus >= 3
