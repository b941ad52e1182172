"""Similar answers and reaching ones: copies with other names are found, independent right answers are left in peace."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
import tiny_lab
from sample_results import make_exercise, make_result
from test_reader import BOMBS

from stats220.errors import GradingError
from stats220.staff.demo import CHEAT
from stats220.staff.grade.lateness import Lateness
from stats220.staff.grade.marks import Marks
from stats220.staff.grade.similar import MIN_WEIGHT, exercise_cells, looks, read_bounded, similar
from stats220.staff.grade.unusual import Unusual, read_answer
from stats220.staff.report.marked import Said
from stats220.staff.report.summary import needs_a_look

ROOT = Path(__file__).resolve().parents[2]
# An answer and its variant, a line apart, are what a copy looks like: by design of the bank, not by chance.
VARIANTS = {
    ("train_loader_default", "train_loader_workers"),
    ("train_multiplicative", "train_multistep"),
}


class Renamed(ast.NodeTransformer):
    """A copy's own names, changed."""

    def __init__(self, tree: ast.AST) -> None:
        nodes = list(ast.walk(tree))
        bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.own = bound | {n.arg for n in nodes if isinstance(n, ast.arg)}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(f"my_{node.id}", node.ctx) if node.id in self.own else node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(f"my_{node.arg}", node.annotation)


def renamed(source: str) -> str:
    tree = ast.parse(source)
    return "# all my own work\n" + ast.unparse(ast.fix_missing_locations(Renamed(tree).visit(tree)))


def bank() -> dict[tuple[str, str], dict[str, str]]:
    """The right answers of the attempts, by lab and exercise."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for path in sorted((ROOT / "tests" / "attempts").glob("*/*.py")):
        text = path.read_text()
        exercise = re.search(r"^# exercise: (\w+)", text, re.MULTILINE)
        if exercise and re.search(r"^# points: all", text, re.MULTILINE):
            found[path.parent.name, exercise[1]][path.stem] = text
    return found


def test_independent_right_answers_are_not_similar_and_renamed_copies_are() -> None:
    given: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in [*(ROOT / "release").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")]:
        for name, text in exercise_cells(path).items():
            given[path.stem, name] |= read_answer(text).statements.keys()
    pairs, wrong, copies, caught = 0, [], 0, 0
    for key, answers in bank().items():
        read = {name: read_answer(text) for name, text in answers.items()}
        pairs += len(read) * (len(read) - 1) // 2
        wrong += [p for p in similar(read, given[key]) if p not in VARIANTS]
        for name, text in answers.items():
            own = sum(w for s, w in read[name].statements.items() if s not in given[key])
            if own >= MIN_WEIGHT:  # the usual short way says nothing
                copies += 1
                found = similar({**read, "a copy": read_answer(renamed(text))}, given[key])
                caught += ("a copy", name) in found
    assert pairs > 1000
    assert wrong == []
    assert copies > 150
    # Those that are missed share their lines with two others of the bank, so that the lines are no longer unusual.
    assert caught > 0.85 * copies


WORK = """
def double(x):
    total = [None] * len(x)
    for place, value in enumerate(x):
        if value is not None and place % 2 == 0:
            total[place] = value + value + 0 * place
        else:
            total[len(x) - 1 - place] = 2.0 * value - place + place
    return np.asarray(total).reshape(-1, 1).ravel()[::-1]
"""


def test_what_the_release_the_key_and_many_have_says_nothing() -> None:
    answers = {("ada", "double"): WORK, ("ben", "double"): renamed(WORK)}
    found = looks(answers, {}, ["double"])
    assert found == {
        "ada": ("`double` is much like that of ben",),
        "ben": ("`double` is much like that of ada",),
    }
    assert looks(answers, {"double": [WORK]}, ["double"]) == {}
    many = {(f"student {n}", "double"): WORK for n in range(10)}
    assert looks(many, {}, ["double"]) == {}


@pytest.mark.parametrize(
    ("source", "what"),
    {
        CHEAT.replace("{name}", "double"): "puts its own assert_close in the place of another",
        "import stats220.checks": "imports stats220.checks",
        "from stats220.reference.pose import hidden": "imports from stats220.reference.pose",
        "import os\ndef f(x):\n    os._exit(0)": "calls os._exit",
        "class A:\n    def __eq__(self, other):\n        return True": "defines __eq__",
    }.items(),
)
def test_an_answer_that_reaches_for_the_checks_is_named(source: str, what: str) -> None:
    assert what in read_answer(source).reaching


def test_no_right_answer_reaches() -> None:
    reaching = [
        (name, found.reaching)
        for answers in bank().values()
        for name, text in answers.items()
        if (found := read_answer(text)).reaching
    ]
    assert reaching == []


def test_a_cheat_that_earned_nothing_is_on_the_report() -> None:
    result = make_result(make_exercise("double"), student="finn")
    [(student, reasons)] = looks(
        {("finn", "double"): CHEAT.replace("{name}", "double")}, {}, ["double"]
    ).items()
    said = {student: Said(Marks(), Lateness(), reasons)}
    [look] = needs_a_look([result], said)
    assert "reaches for the checks" in look.reasons[0][1]


def test_texts_made_to_hurt_the_reader_cost_themselves_alone() -> None:
    hostile = [*list(BOMBS.values())[:2], "(" * 200_000, "x = " + "-" * 100_000 + "1", "\0"]
    read = read_bounded([WORK, *hostile, WORK])
    assert read == [read_answer(WORK), *[Unusual({})] * len(hostile), read_answer(WORK)]


def test_exercises_are_found_in_a_notebook(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_bytes(tiny_lab.as_bytes(tiny_lab.key()))
    assert exercise_cells(path) == tiny_lab.ANSWERS


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [{}], "nbformat": 4, "metadata": {}}'])
def test_a_notebook_that_somebody_broke_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lab0_tiny.ipynb"
    path.write_text(text)
    with pytest.raises(GradingError, match=r"lab0_tiny.ipynb is damaged \(.*--again"):
        exercise_cells(path)
