"""What a cell defines and needs, from its text alone; the text may be anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats220.staff.grade.names import Names, cells_needed_by, names_of, same_code

# The names that Python's own rules of scope give.
CASES = {
    "import torch.nn as nn, numpy": ({"nn", "numpy"}, set(), set()),
    "import torch.nn": ({"torch"}, set(), set()),
    "x = y": ({"x"}, set(), {"y"}),
    "def f(a, b=K):\n    return g(a) + b + c": ({"f"}, {"f"}, {"K", "g", "c"}),
    "def f():\n    x = 1\n    return x": ({"f"}, {"f"}, set()),
    "def f():\n    global G\n    G = 1": ({"f", "G"}, {"f"}, set()),
    "@deco\nclass A(Base):\n    k = v\n    def m(self):\n        return h": (
        {"A"},
        {"A"},
        {"deco", "Base", "v", "h"},
    ),
    "if flag:\n    def f(): pass\nelse:\n    f = lambda: w": ({"f"}, {"f"}, {"flag", "w"}),
    "for i in items:\n    pass": ({"i"}, set(), {"items"}),
    "[q for q in items]": (set(), set(), {"items"}),
    "with a as b, c: d": ({"b"}, set(), {"a", "c", "d"}),
    "from m import *": ({"*"}, set(), set()),
    "%matplotlib inline\n!ls\nx = !pwd\ny = 1": ({"y"}, set(), set()),
    "%%time\nx = 1": ({"x"}, set(), set()),
    "%%bash\nx = 1": (set(), set(), set()),
    "def f(:": (set(), set(), set()),
}


@pytest.mark.parametrize("source", CASES)
def test_names_follow_pythons_scopes(source: str) -> None:
    defined, objects, needed = CASES[source]
    found = names_of(source)
    assert (found.defined, found.objects, found.needed) == (defined, objects, needed)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 100_000,
        "-" * 100_000 + "1",
        "x=" + "lambda:" * 1400 + "1",
        "a" + ".b" * 200_000,
        "if x:\n pass\n" + "elif x:\n pass\n" * 50_000,
        "\0",
        "def f():\n" * 3,
        "'\\d'",  # a warning of the compiler's, which is an error in these tests
    ],
)
def test_hostile_text_has_no_names_and_does_no_harm(source: str) -> None:
    assert names_of(source).objects == frozenset()
    assert same_code(source, source)
    assert not same_code(source, "x = 1")


@given(st.text(max_size=60))
def test_any_text_will_do(source: str) -> None:
    assert names_of(source) == names_of(source)
    assert same_code(source, "x") == same_code("x", source)


def test_code_is_the_same_up_to_comments_and_layout() -> None:
    assert same_code("x = 1  # one\n\ny=2", "x = 1\ny = 2")
    assert not same_code("x = 1", "x = 2")


def test_needed_cells_are_found_through_others() -> None:
    cells = dict(
        enumerate(
            names_of(s) for s in ("import a", "b = a.c", "c = 1", "def f():\n    return b", "d = 2")
        )
    )
    assert cells_needed_by(3, cells) == {0, 1}
    assert cells_needed_by(2, cells) == set()


def test_a_skipped_cell_is_needed_only_for_what_no_other_defines() -> None:
    cells = {0: names_of("x = 1"), 1: names_of("x = 2\ny = 3"), 2: names_of("x"), 3: names_of("y")}
    assert cells_needed_by(2, cells, skipped={1}) == {0}
    assert cells_needed_by(3, cells, skipped={1}) == {1}


def test_a_star_import_may_define_anything() -> None:
    cells = {0: names_of("from torch import *"), 1: names_of("relu(0)"), 2: Names()}
    assert cells_needed_by(1, cells) == {0}


@pytest.mark.parametrize("filler", ["\n", " \n", "\t", "a=", "%x\n", "!"])
def test_text_made_to_keep_the_grader_busy_is_read_at_once(filler: str) -> None:
    # Not Python, so that magic lines are looked for: at each of a hundred thousand places, but from there only once.
    assert names_of(filler * (190_000 // len(filler)) + "(") == Names()
