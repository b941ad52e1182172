"""Lab 5's slips: a solution with lines replaced by a common mistake is told that very mistake."""

import ast
import inspect
from pathlib import Path

import pytest
from test_triangulation_checks import LAB

from stats220.line.capture import captured, no_display
from stats220.line.session import Loopback
from stats220.line.surroundings import undisturbed

TABLE = Path(__file__).with_name("triangulation_slips.txt").read_text(encoding="utf-8").splitlines()
ROWS = [line.split(" ::: ", 1) for line in TABLE if not line.startswith("#")]
EXERCISES = sorted({exercise for exercise, _ in ROWS})


def solution(exercise: str) -> str:
    """The key's function, without annotations and comments, written as `ast.unparse` writes it."""
    function = ast.parse(inspect.getsource(getattr(LAB.key, exercise))).body[0]
    assert isinstance(function, ast.FunctionDef)
    function.returns = None
    function.body = function.body[1:]  # without the docstring
    for argument in function.args.args:
        argument.annotation = None
    return ast.unparse(function)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_mistakes_are_named(exercise: str) -> None:
    wrong = []
    for name, row in ROWS:
        if name != exercise:
            continue
        changes, clause = row.split(" ::: ")
        source = solution(exercise)
        for change in changes.split(" &&& "):
            old, _, new = change.partition(" >>>")
            assert old in source
            source = source.replace(old, new.removeprefix(" "))
        session = Loopback("cpu")
        check = getattr(LAB.visible, exercise)
        with undisturbed(), captured(), no_display(), session.activate():
            results = check(session.put(LAB.define(source, exercise))).results
        hints = [result.hint for result in results]
        if f"this is what comes out if {clause}" not in hints:
            wrong.append((row, hints))
    assert wrong == []
