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
