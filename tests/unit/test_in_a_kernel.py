"""Checks in a real notebook: a kernel runs the cells, and its outputs are what a student sees."""

from __future__ import annotations

from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

SETUP = """\
%matplotlib inline
import logging, random, sys, warnings
import matplotlib.pyplot as plt, numpy as np, torch
from IPython.display import HTML, display
from stats220.checks import Checks, checked
logging.basicConfig()

@checked
def check(f):
    checks = Checks("noisy", hidden_points=2)
    with checks(4, "doubles", hint="Twice."):
        checks.close(f(torch.ones(2)), torch.full((2,), 2.0), atol=1e-6)
    return checks
"""
NOISY = """\
def noisy(x):
    print("out"); print("err", file=sys.stderr)
    warnings.warn("careful"); logging.warning("log")
    display(HTML("<b>shown</b>"))
    plt.plot([1, 2]); plt.show(); plt.figure()
    random.random(), np.random.rand(), torch.rand(2)
    return 2 * x
before = random.getstate(), torch.get_rng_state()
"""
SAME = "assert before[0] == random.getstate() and torch.equal(before[1], torch.get_rng_state())"


@pytest.fixture(scope="module")
def outputs() -> list[Any]:
    """The outputs of each cell."""
    sources = [
        SETUP,
        NOISY,
        "check(noisy)",
        SAME,
        "def wrong(x):\n    y = x + 1\n    return y / zero",
        "check(wrong)",
        "def stub(x):\n    raise NotImplementedError('stub')\ncheck(stub)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def test_a_passing_check_shows_its_table_and_nothing_else(outputs: list[Any]) -> None:
    (only,) = outputs[2]
    assert only.output_type == "execute_result"
    assert only.data["text/plain"] == "4"
    assert "4 of 4 here, 2 more at grading" in only.data["text/html"]
    printed = only.data["text/html"].split("Your code printed:")[1]
    for text in ("out\nerr\n", "UserWarning: careful", "WARNING:root:log"):
        assert text in printed
    assert outputs[3] == []


def test_an_exception_is_shown_short_with_the_students_own_line(outputs: list[Any]) -> None:
    (only,) = outputs[5]
    assert only.data["text/plain"] == "0"
    html = only.data["text/html"]
    assert "NameError: name &#x27;zero&#x27; is not defined (line 3: return y / zero)" in html
    assert "Traceback" not in html
    assert "Twice." not in html


def test_a_stub_is_not_attempted(outputs: list[Any]) -> None:
    (only,) = outputs[6]
    assert only.data["text/plain"] == "0"
    assert "not attempted yet" in only.data["text/html"]


def cells(*sources: str) -> list[list[Any]]:
    """The outputs of each cell of another notebook, whose errors stop nothing."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", allow_errors=True
    )
    client.execute()
    return [cell.outputs for cell in notebook.cells]


LIBRARY = """\
import types, torch
from stats220.checks import Checks, checked
from stats220.checks.results import problems

@checked
def dilate(dilate):
    checks = Checks("dilate")
    with checks(2, "doubles"):
        checks.close(dilate(torch.ones(2)), torch.full((2,), 2.0), atol=1e-6)
    return checks

library = types.SimpleNamespace(dilate=dilate, Dilate=dilate)
"""
RIGHT = "def dilate(x):\n    return 2 * x"


def html(outputs: list[Any]) -> str:
    (only,) = outputs
    return str(only.data["text/html"])


def test_names_that_are_not_there_yet_are_told_in_one_line() -> None:
    found = cells(
        LIBRARY + "del dilate",
        "check.dilate(dilate)",
        "check = library",
        "# %%\ncheck.dilate(dilate)",
        "problems['dilate'] = 'Problem 1b'",
        "check.dilate(dilate)  # 2 points",
        "x = dilate + 1",
        "check.nope(nope)\n1",
        RIGHT,
        "check.dilate(dilate)",
    )
    (error,) = found[1]
    assert error.traceback == [
        "NameError: the checks are not imported yet: run the cells above this one, from the first on"
    ]
    (error,) = found[3]
    assert error.traceback == [
        "NameError: `dilate` is not there yet: run the cell with `dilate` first, and then this one again"
    ]
    (error,) = found[5]
    assert "run the cell of Problem 1b, `dilate`, first" in error.traceback[0]
    for others in (found[6], found[7]):
        (error,) = others
        assert len(error.traceback) > 1  # the usual one
    assert "2 of 2" in html(found[9])


def test_an_answer_of_before_is_told() -> None:
    found = cells(
        LIBRARY + "check = library\nimport functools",
        RIGHT,
        "check.dilate(dilate)",
        "def dilate(x)\n    return 2 * x",
        "check.dilate(dilate)",
        "1 / 0\n" + RIGHT,
        "check.dilate(dilate)",
        "# " + RIGHT,
        RIGHT,
        "check.dilate(dilate)",
        "%%time\n" + RIGHT,
        "check.dilate(dilate)",
        "@functools.cache\ndef helper(): return 2\n\n\n@torch.no_grad()\ndef dilate(x):\n    !true\n    return helper() * x\n\n",
        "check.dilate(dilate)",
        "class dilate:\n    def __new__(cls, x):\n        return 2 * x",
        "check.dilate(dilate)",
        "class dilate:\n    def __new__(cls, x:\n        return 2 * x",
        "check.dilate(dilate)",
        "dilate = lambda x: x * 2",
        "check.dilate(dilate)",
    )
    assert all("2 of 2" in html(found[k]) for k in (2, 4, 6, 9, 11, 13, 15, 17))
    told = "This is your `dilate` of before: the cell that you ran since then"
    assert [told in html(found[k]) for k in (2, 4, 6, 9, 11, 13, 15, 17)] == [
        *(False, True, True, False, False, False, False, True)
    ]
    assert f"{told} ended with a SyntaxError in line 1" in html(found[4])
    assert f"{told} did not get as far as that" in html(found[6])


def test_an_endless_loop_that_is_interrupted_ends_in_one_line() -> None:
    found = cells(
        LIBRARY + "check = library\nimport signal",
        "def dilate(x):\n    n = 0\n    while True:\n        n += 1\n        if n == 9: signal.raise_signal(signal.SIGINT)",
        "check.dilate(dilate)",
        "3",
    )
    (error,) = found[2]
    assert error.ename == "Interrupted"
    assert error.traceback == [
        "KeyboardInterrupt: you stopped the check in line 5 of your code: if n == 9: signal.raise_signal(signal.SIGINT)"
    ]
    assert found[3][0].data["text/plain"] == "3"
