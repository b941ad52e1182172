"""Blocks: what costs points, what does not, whose fault it is, and what is told to whom."""

from __future__ import annotations

import builtins
import os
import random
from typing import Any

import numpy as np
import pytest
import torch

from stats220.checks import CheckResult, Checks
from stats220.errors import InputError
from stats220.line.session import Loopback, StudentError


def run(body: Any, student: Any = abs, hidden: bool = False) -> CheckResult:
    """The result of one block, `body(checks, proxy of student)`."""
    session = Loopback()
    with session.activate():
        checks = Checks("exercise", hidden=hidden)
        proxy = session.put(student)
        with checks(3, "does it", hint="so"):
            body(checks, proxy)
    (result,) = checks.results
    assert (result.what, result.max_points, result.hidden) == ("does it", 3, hidden)
    assert result.points == (3 if result.status == "passed" else 0)
    assert result.hint in (("so", "") if result.status == "failed" else ("",))
    assert result.seconds >= 0
    return result


def fails(x: Any) -> Any:
    raise ValueError(f"got {x}")


def stub(x: Any) -> Any:
    raise NotImplementedError("exercise")


def dots(x: Any) -> Any:
    total: Any = ...
    return total + x


def test_what_a_block_comes_to() -> None:
    cases: list[tuple[Any, Any, str, str]] = [
        (lambda c, f: c.equal(f(-3), 3), abs, "passed", ""),
        (lambda c, f: c.equal(f(-3), 4), abs, "failed", "result is 3, expected 4"),
        (lambda c, f: c.that(f(-3) > 3, "too small"), abs, "failed", "too small"),
        (lambda c, f: c.that(False, "a\nb\x1b[31m" + "x" * 999), abs, "failed", "a b [31mxxx"),
        (lambda c, f: f(1), fails, "failed", "ValueError: got 1"),
        (lambda c, f: f(1), stub, "not attempted", ""),
        (lambda c, f: f(1), dots, "not attempted", "`...` is still in place of your code"),
        (
            lambda c, f: c.equal(f(1), 1),
            lambda x: None,
            "not attempted",
            "nothing came back (None)",
        ),
        (lambda c, f: f(1).shape, lambda x: ..., "not attempted", "`...` came back"),
        (
            lambda c, f: f(1).shape,
            lambda x: [1],
            "failed",
            "the result has another form than expected (AttributeError: 'list'",
        ),
        (
            lambda c, f: f(1) == 3,
            lambda x: object(),
            "failed",
            "a number, string or array was expected here, not an object",
        ),
        (
            lambda c, f: f(object()),
            abs,
            "error",
            "this check is broken, tell the course staff (WireError in line",
        ),
        (lambda c, f: undefined, abs, "error", "this check is broken"),
        (lambda c, f: [].shape, abs, "error", "this check is broken"),
        (lambda c, f: __import__("no_such_module"), abs, "error", "this check is broken"),
        (lambda c, f: (f(1), undefined), abs, "error", "this check is broken"),
        (lambda c, f: (f(1), [][3]), abs, "error", "this check is broken"),
        (lambda c, f: (f(1), 1 / 0), abs, "error", "this check is broken"),
        (lambda c, f: (f(1), torch.ones(2) @ torch.ones(3)), abs, "error", "this check is broken"),
        (lambda c, f: f(1).shpe, torch.tensor, "error", "this check is broken"),
        (lambda c, f: (f(1), os.stat("/no/such/file")), abs, "error", "this check is broken"),
    ]
    for body, student, status, message in cases:
        result = run(body, student)
        assert (result.status, result.message[: len(message)]) == (status, message)
        assert len(result.message) <= 400
        assert result.message.isprintable()


def test_a_failing_block_costs_its_own_points_only() -> None:
    session = Loopback()
    with session.activate():
        checks = Checks("exercise", hidden_points=1)
        with checks(1, "a"):
            checks.that(False, "no")
        with checks(2, "b"):
            checks.that(True, "no")
    assert [(r.what, r.points, r.status) for r in checks.results] == [
        ("a", 0, "failed"),
        ("b", 2, "passed"),
    ]
    assert (checks.points, checks.max_points, repr(checks)) == (2, 3, "2")


def unpacks(checks: Checks, f: Any) -> None:
    left, right = f(1)
    checks.equal(left, right)


def loops(checks: Checks, f: Any) -> None:
    pairs = [*f(1)]
    for a, b in pairs:
        checks.equal(a, b)


def computes(checks: Checks, f: Any) -> None:
    result = torch.as_tensor(f(1)).float()
    twice = 2 * result
    torch.ones(2, 3) @ twice


def helper(value: Any) -> Any:
    return torch.ones(2, 3) @ value


def hands_on(checks: Checks, f: Any) -> None:
    helper(f(1))


def hands_on_its_own(checks: Checks, f: Any) -> None:
    found = f(1)
    helper(torch.ones(4))
    checks.equal(found, 1)


def computes_with_its_own(checks: Checks, f: Any) -> None:
    found = f(1)
    wanted = [1.0, 2.0]
    wanted[2]
    checks.equal(found, 1)


def compares_badly(checks: Checks, f: Any) -> None:
    found = f(1)
    wanted = np.array(["1"])
    checks.close(found, wanted.astype(float).reshape(3, 3), atol=1)


@pytest.mark.parametrize(
    ("body", "returned", "status"),
    [
        (unpacks, (1, 2, 3), "failed"),
        (unpacks, 3.0, "failed"),
        (loops, [(1, 1), (2,)], "failed"),
        (computes, [1.0, 2.0], "failed"),
        (computes, [1.0, 2.0, 3.0], "passed"),
        (hands_on, torch.ones(2), "failed"),
        (hands_on, torch.ones(3), "passed"),
        (hands_on_its_own, torch.ones(2), "error"),
        (computes_with_its_own, 1, "error"),
        (compares_badly, 1.0, "error"),
    ],
)
def test_what_raises_is_the_authors_unless_it_is_done_to_what_came_back(
    body: Any, returned: Any, status: str
) -> None:
    result = run(body, lambda x: returned)
    assert result.status == status
    if status == "failed":
        assert result.message.startswith("the result has another form than expected (")
    if status == "error":
        assert "tell the course staff" in result.message


def zips(checks: Checks, f: Any) -> None:
    for got, wanted in zip(f(1), [1, 2, 3], strict=True):
        checks.equal(got, wanted)


@pytest.mark.parametrize(
    ("body", "returned", "words"),
    [
        (zips, [1, 2], "it has another number of items"),
        (zips, [1, 2, 3, 4], "it has another number of items"),
        (zips, 7, "several values were expected, it is one int"),
        (unpacks, (1,), "2 values were expected, it has 1"),
        (unpacks, (1, 2, 3), "2 values were expected, it has "),
        (unpacks, 7.5, "several values were expected, it is one float"),
        (lambda c, f: f(1)[0], 7, "several values were expected, it is one int"),
        (lambda c, f: f(1).shape, [7], "AttributeError: 'list' object has no attribute 'shape'"),
    ],
)
def test_what_python_says_of_another_form_is_said_in_words(
    body: Any, returned: Any, words: str
) -> None:
    message = run(body, lambda x: returned).message
    assert message.startswith(f"the result has another form than expected ({words}")


def test_every_builtin_exception_arrives_as_itself() -> None:
    def raises(name: str) -> Any:
        raise getattr(builtins, name)(*("utf-8", b"x", 0, 1, "odd")[: ARGUMENTS.get(name, 1)])

    ARGUMENTS = {"UnicodeDecodeError": 5, "UnicodeEncodeError": 0, "UnicodeTranslateError": 0}
    f = Loopback().put(raises)
    for name, kind in vars(builtins).items():
        if not isinstance(kind, type) or not issubclass(kind, Exception):
            continue
        if not ARGUMENTS.get(name, 1) or "Group" in name or name.startswith("Stop"):
            continue
        with pytest.raises(kind) as caught:
            f(name)
        assert isinstance(caught.value, StudentError)
        assert caught.value.raised.type == kind.__name__


def test_a_students_memory_error_is_told() -> None:
    def too_much(x: Any) -> Any:
        raise MemoryError("16 GB are too much")

    assert run(lambda c, f: f(1), too_much).message.startswith("MemoryError: 16 GB are too much")


def test_an_error_is_told_once_and_no_hint_leads_away_from_it() -> None:
    def wrong(x: Any) -> Any:
        return [1, 2][x]

    with Loopback().activate() as session:
        f, checks = session.put(wrong), Checks("exercise")
        for number, argument in enumerate((5, 6, "a", 0)):
            with checks(1, f"block {number}", hint="Mind the colors."):
                checks.equal(f(argument), 2)
    rows = checks.results
    assert rows[0].message.startswith("IndexError: list index out of range")
    assert rows[1].message.startswith("the same error as above")
    assert rows[2].message.startswith("TypeError: ")
    assert [row.status for row in rows] == ["failed"] * 4
    assert [row.hint for row in rows] == ["", "", "", "Mind the colors."]


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda x: x.tolist(), ""),
        (lambda x: x > 0, ""),
        (lambda x: x[None].tolist(), "Mind the scale."),
        (lambda x: x[:1], "Mind the scale."),
    ],
)
@pytest.mark.parametrize("form", ["array", "tensor"])
def test_no_hint_about_numbers_follows_another_type(form: str, wrong: Any, hint: str) -> None:
    kind, dtype = {"array": (np.ones, np.float64), "tensor": (torch.ones, torch.float32)}[form]
    with Loopback().activate() as session:
        f, checks = session.put(wrong), Checks("exercise")
        with checks(1, "doubles", hint="Mind the scale."):
            getattr(checks, form)(f(kind(2)), (2,), dtype)  # type: ignore[operator]
    (row,) = checks.results
    assert "expected a " in row.message
    assert row.hint == hint


def hints(hidden: bool) -> list[str]:
    """Of an answer that takes absolute values, which only the second and the fourth of five blocks know for a mistake."""
    with Loopback().activate() as session:
        f, checks = session.put(abs), Checks("exercise", hidden=hidden)
        for number, slip in enumerate(["", "signs are lost", "", "signs are dropped", ""]):
            with checks(1, f"block {number}", hint="Mind the scale."):
                checks.close(f(-3), -3, atol=0, looks_like={slip: 3} if slip else {})
    assert [row.status for row in checks.results] == ["failed"] * 5
    return [row.hint for row in checks.results]


def test_where_a_mistake_is_named_no_other_hint_leads_away_from_it() -> None:
    named = "this is what comes out if "
    assert hints(hidden=False) == [
        "",
        f"{named}signs are lost",
        "",
        f"{named}signs are dropped",
        "",
    ]


def test_hidden_checks_name_no_mistake_which_would_tell_their_inputs() -> None:
    assert hints(hidden=True) == ["Mind the scale."] * 5


@pytest.mark.parametrize(
    ("raising", "says"),
    [
        (lambda: (lambda x: x)(y=1), "keep the names and the order of the arguments"),
        (lambda: (lambda x: x)(), "keep the names and the order of the arguments"),
        (lambda: torch.zeros(1).to("cuda"), "nor at grading: take the device of the input"),
    ],
)
def test_an_error_whose_text_does_not_say_what_to_do(raising: Any, says: str) -> None:
    if torch.cuda.is_available():
        pytest.skip("here is a GPU")
    assert says in run(lambda c, f: f(), raising).message


def test_another_exercises_stub_is_named() -> None:
    def calls(x: Any) -> Any:
        raise NotImplementedError("Tracker.forward")

    result = run(lambda c, f: f(1), calls)
    assert result.status == "failed"
    assert result.message == "needs `Tracker`, which is not attempted yet"

    def mine(x: Any) -> Any:
        raise NotImplementedError("exercise.step")

    assert (run(lambda c, f: f(1), mine).status, run(lambda c, f: f(1), mine).message) == (
        "not attempted",
        "",
    )
    assert run(lambda c, f: f(1), calls, hidden=True).message == ""


@pytest.mark.parametrize(("student", "status"), [(fails, "failed"), (stub, "not attempted")])
def test_a_block_that_needs_an_earlier_one_says_so(student: Any, status: str) -> None:
    session = Loopback()
    with session.activate():
        f = session.put(student)
        checks = Checks("exercise")
        with checks(1, "runs"):
            result = f(1)
        with checks(1, "is right"):
            checks.equal(result, 1)
    assert [row.status for row in checks.results] == [status, status]
    assert checks.results[1].message == "needs what is missing above: runs"


def test_raises() -> None:
    def refuse(x: Any) -> Any:
        raise KeyError("k")

    def body(kinds: Any) -> Any:
        return lambda c, f: c.raises(kinds, f, 1)

    assert run(body(KeyError), refuse).status == "passed"
    assert run(body((ValueError, LookupError)), refuse).status == "passed"
    assert run(body(ValueError), refuse).message == "expected ValueError, got KeyError: 'k'"
    message = run(body((ValueError, TypeError)), abs).message
    assert message == "expected ValueError or TypeError, but nothing was raised: 1 came back"
    # NotImplementedError is a RuntimeError, and `...` gives TypeErrors: a stub must not earn points by that.
    assert run(body(RuntimeError), stub).status == "not attempted"
    assert run(body(TypeError), dots).status == "not attempted"
    assert run(body(Exception), lambda x: None).status == "not attempted"


def test_a_stub_earns_nothing_for_leaving_its_inputs_alone() -> None:
    def body(checks: Checks, f: Any) -> None:
        _, (afterwards,) = checks.call(f, torch.ones(2))
        checks.equal(afterwards, torch.ones(2))

    assert run(body, lambda x: x).status == "passed"
    for nothing in (None, ...):
        assert run(body, lambda x, nothing=nothing: nothing).status == "not attempted"


def test_blocks_start_from_the_same_random_state_whatever_came_before() -> None:
    def check(draws_before: int) -> list[float]:
        session = Loopback()
        with session.activate():
            draw = session.put(lambda: torch.rand(()).item() + np.random.rand() + random.random())
            checks, drawn = Checks("exercise"), []
            with checks(1, "a"):
                for _ in range(draws_before):
                    draw()
            with checks(1, "b"):
                drawn = [draw(), draw()]
        return drawn

    assert check(0) == check(5)


def test_services_need_a_session() -> None:
    checks = Checks("exercise")
    assert checks.device == "cpu"
    with checks(1, "a"):
        checks.equal(3, 3)
    with pytest.raises(InputError, match="@checked"):
        checks.seed(0)
    assert repr(checks) == "1"


def test_a_block_that_needs_one_that_failed_says_so_and_earns_nothing() -> None:
    checks = Checks("f")
    with checks(1, "has the shape", hint="Look at the shape."):
        checks.that(False, "another shape")
    with checks(2, "has the values", hint="Look at the values.", needs="has the shape"):
        pass
    with checks(1, "stands alone", hint="Look."):
        checks.that(False, "wrong")
    _, waiting, alone = checks.results
    assert (waiting.status, waiting.points, waiting.hint) == ("failed", 0, "")
    assert waiting.message == "first mend the check above: has the shape"
    assert (alone.message, alone.hint) == ("wrong", "Look.")


def test_a_block_that_needs_one_that_passed_is_judged() -> None:
    checks = Checks("f")
    with checks(1, "has the shape"):
        pass
    with checks(2, "has the values", needs="has the shape"):
        pass
    assert checks.points == 3


def test_inputs_are_the_same_in_each_run_and_others_in_each_block() -> None:
    def draw(breaks: bool) -> list[float]:
        checks, drawn = Checks("f"), []
        for number in range(2):
            with checks(1, f"block {number}"):
                drawn.append(float(checks.rng.normal()))
                if breaks:
                    raise ValueError
                checks.rng.normal()
        return drawn

    first, second = draw(breaks=False)
    assert first != second
    assert draw(breaks=True) == [first, second]
