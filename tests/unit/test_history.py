"""A nudge first; the line itself for whoever has tried again, in a notebook, and nowhere else."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from typing import Any

import pytest
from boundary import Notebook, remote

from stats220.checks import Checks, checked, history, results
from stats220.line.session import Loopback

NUDGE, LINE = "How far does it reach?", "Pad by size // 2."


@checked
def check(f: Any) -> Checks:
    checks = Checks("dilate", hidden_points=1)
    with checks(1, "is three", hint=NUDGE, remedy=LINE):
        checks.equal(f(1), 3)
    with checks(1, "is four", hint="Another nudge.", remedy="Another line."):
        checks.equal(f(2), 4)
    return checks


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_failed", {})
    monkeypatch.setattr(history, "latest", {})


def defined(*sources: str, name: str = "f") -> Any:
    """The last of what cells define, each as a notebook's cell would."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for source in sources:
        exec(compile(source, f"<cell {next(NUMBERS)}>", "exec"), names)
    return names[name]


NUMBERS = itertools.count()


def shown(checks: Checks) -> list[str]:
    """What is shown besides results, in the text and in the notebook's table alike."""
    both = str(checks), checks._repr_html_()
    texts = [NUDGE, LINE, "Another nudge.", "Another line."]
    assert [t in both[0] for t in texts] == [t in both[1] for t in texts]
    return [text for text in texts if text in both[0]]


def test_the_line_comes_with_the_second_failing_attempt() -> None:
    assert shown(check(defined("def f(x): return 1"))) == [NUDGE, "Another nudge."]
    assert shown(check(defined("def f(x): return 2"))) == [
        NUDGE,
        LINE,
        "Another nudge.",
        "Another line.",
    ]
    assert shown(check(defined("def f(x): return 3"))) == ["Another nudge.", "Another line."]
    assert shown(check(defined("def f(x): return x + 2"))) == []
    assert shown(check(defined("def f(x): return 4"))) == [NUDGE, LINE]


def test_blocks_are_counted_each_for_itself() -> None:
    check(defined("def f(x): return 3"))
    assert shown(check(defined("def f(x): return 1"))) == [NUDGE, "Another nudge.", "Another line."]


@pytest.mark.parametrize(
    ("first", "second", "is_another"),
    [
        ("def f(x): return 1", "def f(x): return 1", False),
        ("def f(x): return 1", "def f(x):\n    # a comment\n    return 1", False),
        ("def f(x): y = 1; return y", "def f(x): z = 1; return z", False),
        ("def f(x): return 1", "def f(x): return 1.0", True),
        ("def f(x): return x + 7", "def f(x): return x - 7", True),
        ("def f(x): return abs(x)", "def f(x): return float(x)", True),
        ("def f(x, by=7): return x + by", "def f(x, by=8): return x + by", True),
        ("def f(x): return (lambda: 1)()", "def f(x): return (lambda: 2)()", True),
        (
            "def g(x): return 1\ndef f(x): return g(x)",
            "def g(x): return 2\ndef f(x): return g(x)",
            True,
        ),
        ("def g(x): return 1\ndef f(x): return 7", "def g(x): return 2\ndef f(x): return 7", False),
        (
            "class f(int):\n  def __add__(s, o): return 1",
            "class f(int):\n  def __add__(s, o): return 1",
            False,
        ),
        (
            "class f(int):\n  def __new__(c, o): return 1",
            "class f(int):\n  def __new__(c, o): return 2",
            True,
        ),
        (
            "import functools\nf = functools.partial(max, 9)",
            "import functools\nf = functools.partial(max, 8)",
            True,
        ),
    ],
)
def test_only_other_code_is_another_attempt(first: str, second: str, is_another: bool) -> None:
    check(defined(first))
    assert (LINE in shown(check(defined(second)))) == is_another


def test_a_hint_that_nobody_saw_is_no_attempt() -> None:
    """After an exception and for a stub no nudge was shown: whoever gets further first sees it."""
    check(defined("def f(x): return 1 / 0"))
    check(defined("def f(x): raise NotImplementedError('dilate')"))
    assert shown(check(defined("def f(x): return 1"))) == [NUDGE, "Another nudge."]


@pytest.mark.parametrize("line", [Notebook, remote])
def test_grading_never_shows_the_line(line: Any) -> None:
    for number in (1, 2, 5):
        with line() if line is remote else Loopback().activate() as session:
            if line is remote:
                session.run_cell(f"def f(x): return {number}")
                f = session.get("f")
            else:
                f = session.put(defined(f"def f(x): return {number}"))
            with session.activate():
                graded = check(f)
        assert shown(graded) == [NUDGE, "Another nudge."]
        assert LINE not in repr([asdict(result) for result in graded.results])
    assert history.latest == {}


def test_what_ran_last_is_kept() -> None:
    assert check(defined("def f(x): return 3")).points == 1
    assert history.latest["dilate"].points == 1
    check(defined("def f(x): return x + 2"))
    assert history.latest["dilate"].points == 2


def test_a_problem_is_named_where_the_notebook_has_said_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(check(abs)).startswith("dilate: 0 of 2 here")
    monkeypatch.setitem(results.problems, "dilate", "Problem 1b")
    assert str(check(abs)).startswith("Problem 1b, dilate: 0 of 2 here")
    assert "<b>Problem 1b, dilate</b>" in check(abs)._repr_html_()

    def calls(x: Any) -> Any:
        raise NotImplementedError("dilate")

    @checked
    def train(f: Any) -> Checks:
        checks = Checks("train")
        with checks(1, "a", hint=NUDGE):
            f(1)
        return checks

    (result,) = train(calls).results
    assert result.message == "needs Problem 1b, `dilate`, which is not attempted yet"
    assert result.hint == ""
