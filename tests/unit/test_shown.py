"""What a notebook shows besides verdicts: what the code printed, and the call that failed, ready to be repeated."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from boundary import remote
from torch import nn

from stats220.checks import Checks, checked, display
from stats220.line.session import Loopback


@checked
def dilate(dilate: Any) -> Checks:
    checks = Checks("dilate")
    with checks(1, "gives ones"):
        checks.equal(dilate(torch.ones(2), 3), torch.ones(2))
    with checks(1, "takes a size"):
        checks.equal(dilate(torch.zeros(4), size=5), torch.zeros(4))
    return checks


def as_of_cell(function: Any) -> Any:
    function.__module__ = "__main__"
    function.__name__ = "dilate"
    return function


def test_what_is_printed_stands_under_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    def prints(x: Any, size: int) -> Any:
        print("<b>shape</b>", tuple(x.shape))  # noqa: T201
        sys.stderr.write("25%\r50%\r100%\n")
        return x

    checks = dilate(prints)
    assert checks.points == 2
    assert capsys.readouterr() == ("", "")
    text = str(checks)
    assert text.count("<b>shape</b> (2,)") == 1
    assert text.count("<b>shape</b> (4,)") == 1
    assert "\n100%\n" in text
    assert "50%" not in text
    page = checks._repr_html_()
    assert "&lt;b&gt;shape&lt;/b&gt; (2,)" in page
    assert "<b>shape" not in page
    assert repr(checks) == "2"


def test_what_is_printed_is_bounded() -> None:
    def prints(x: Any, size: int) -> Any:
        print("x" * 10**6)  # noqa: T201
        for number in range(10**4):
            print(number, "\x1b[31m\x00")  # noqa: T201
        return x

    def lines(x: Any, size: int) -> Any:
        print("\n" * 500)  # noqa: T201
        return x

    for student in (prints, lines):
        text = str(dilate(student))
        assert len(text) < 4000
        assert text.count("\n") < 50
        assert "[...]" in text
        assert "\x1b" not in text
    assert "[...]" not in str(dilate(lambda x, size: print("short") or x))  # noqa: T201


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("a\n", "a"),
        ("a\rb\r\n", "b"),
        ("a\nb", "a\nb"),
        ("\n".join("x" * 31), "\n".join("x" * 30) + "\n[...]"),
        ("y" * 3001, "y" * 3000 + "\n[...]"),
    ],
)
def test_what_is_printed_reads_as_on_a_screen(printed: str, shown: str) -> None:
    assert display.readable(printed) == shown


def test_the_call_that_failed_first_can_be_repeated() -> None:
    @as_of_cell
    def wrong(x: Any, size: int) -> Any:
        x += 1  # in place: what is offered is what was given, not what came of it
        return x

    assert dilate.failed_call is None
    checks = dilate(wrong)
    call = dilate.failed_call
    assert call.args[0].tolist() == [1, 1]
    assert call.args[1] == 3
    assert call.keywords == {}
    assert call().tolist() == [2, 2]
    line = "See for yourself what it returned there: dilate(*check.dilate.failed_call.args)"
    assert line in str(checks)
    assert line in checks._repr_html_()

    @as_of_cell
    def half(x: Any, size: int) -> Any:
        return x if size == 3 else x + size

    checks = dilate(half)
    call = dilate.failed_call
    assert (call.args[0].tolist(), call.keywords) == ([0] * 4, {"size": 5})
    assert "dilate(*check.dilate.failed_call.args, **check.dilate.failed_call.keywords)" in str(
        checks
    )

    checks = dilate(as_of_cell(lambda x, size: x))
    assert dilate.failed_call is None
    assert "See for yourself" not in str(checks)


def test_a_model_is_kept_with_the_weights_that_the_check_gave_it() -> None:
    @checked
    def Model(Model: Any) -> Checks:  # noqa: N802
        checks = Checks("Model")
        with checks(1, "multiplies"):
            model = Model()
            model.load_state_dict({"weight": torch.full((1, 1), 3.0)}, strict=False)
            result = model(torch.ones(1))
            model.eval()
            checks.close(result, torch.tensor([3.0]), atol=1e-6)
        return checks

    class Wrong(nn.Linear):
        def __init__(self) -> None:
            super().__init__(1, 1, bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) + 1

    Wrong.__module__, Wrong.__name__ = "__main__", "Model"
    checks = Model(Wrong)
    assert "See for yourself: check.Model.failed_call() repeats the call" in str(checks)
    call = Model.failed_call
    assert call().tolist() == [4]
    assert call.args[0].tolist() == [1]


def test_an_exception_and_a_block_without_a_call() -> None:
    @checked
    def check(f: Any) -> Checks:
        checks = Checks("check")
        with checks(1, "a"):
            f(torch.ones(3))
        with checks(1, "b"):
            checks.that(False, "no call here")
        return checks

    def raises(x: Any) -> Any:
        raise ValueError

    check(as_of_cell(raises))
    assert check.failed_call.args[0].tolist() == [1, 1, 1]
    with pytest.raises(ValueError):  # noqa: PT011
        check.failed_call()
    check(as_of_cell(lambda x: x))
    assert check.failed_call is None


def test_hidden_checks_and_grading_offer_nothing() -> None:
    def body(checks: Checks, f: Any) -> Checks:
        with checks(1, "a"):
            checks.equal(f(271828), 1)
        return checks

    @checked
    def hidden(f: Any) -> Checks:
        return body(Checks("hidden", hidden=True), f)

    def prints(x: Any) -> Any:
        print(x)  # noqa: T201
        return x

    checks = hidden(as_of_cell(prints))
    assert (checks.points, checks.printed, checks.failed_call) == (0, "", None)
    assert "271828" not in str(checks)
    with remote() as session:
        session.run_cell("def f(x):\n    print(x)\n    return x")
        with session.activate():
            checks = body(Checks("f"), session.get("f"))
    assert (checks.points, checks.printed, checks.failed_call) == (0, "", None)
    assert Loopback().last_call() is None
