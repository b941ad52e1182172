"""Checks in a notebook: nothing of it is disturbed, Ctrl-C stops them, and they run on a GPU too."""

from __future__ import annotations

import contextlib
import logging
import random
import signal
import sys
import warnings
from typing import Any

import numpy as np
import pytest
import torch

from stats220.checks import CheckResult, Checks, checked, notebook
from stats220.errors import InputError
from stats220.line.session import Loopback, active_session


def test_nothing_shows_and_no_warning_costs_points(capsys: pytest.CaptureFixture[str]) -> None:
    """Plain nbgrader gives no points to a cell that writes to stderr. Here, as everywhere in these tests, warnings are errors."""
    logger = logging.getLogger("student")
    handler = logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)
    logging.root.addHandler(handler)

    def noisy(x: Any) -> Any:
        sys.stdout.write("out\n")
        sys.stderr.write("err\n")
        warnings.warn("careful", stacklevel=1)
        logger.warning("log")
        logging.getLogger("unhandled").error("log")
        np.log(np.zeros(1))
        return x

    @checked
    def check(f: Any) -> Checks:
        checks = Checks("exercise")
        with checks(1, "a"):
            checks.equal(f(1), 1)
            warnings.warn("of the check's own", stacklevel=1)
            sys.stdout.write("of the check's own")
        return checks

    filters = list(warnings.filters)
    try:
        assert check(noisy).results[0].status == "passed"
    finally:
        logger.removeHandler(handler)
        logging.root.removeHandler(handler)
    assert warnings.filters == filters
    assert handler.stream is sys.stderr
    assert capsys.readouterr() == ("", "")


def test_a_check_does_not_disturb_the_notebook() -> None:
    plt = pytest.importorskip("matplotlib.pyplot")

    @checked
    def check(f: Any) -> Checks:
        checks = Checks("exercise")
        with checks(1, "a"):
            checks.seed(7)
            f()
        with checks(1, "sees defaults"):
            checks.dtype(torch.ones(2), torch.float32)
            checks.that(torch.is_grad_enabled(), "no gradients")
            checks.equal(np.geterr()["divide"], "warn")
        with checks(1, "and the student their own"):
            checks.equal(f(), "torch.float64 False")
        return checks

    def student() -> str:
        random.random(), np.random.rand(), torch.rand(2)
        plt.figure()
        np.seterr(divide="ignore")
        return f"{torch.ones(2).dtype} {torch.is_grad_enabled()}"

    states = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    plt.figure()
    figures = plt.get_fignums()
    floats = np.geterr()
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    try:
        result = check(student)
        assert torch.get_default_dtype() == torch.float64
        assert not torch.is_grad_enabled()
        assert np.geterr() == floats
        assert plt.get_fignums() == figures
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        plt.close("all")
    assert [row.message for row in result.results] == ["", "", ""]
    assert states == (
        random.getstate(),
        np.random.get_state()[1].tolist(),
        torch.get_rng_state().tolist(),
    )


def test_a_module_of_the_students_is_not_changed() -> None:
    @checked
    def check(model: Any) -> Checks:
        checks = Checks("exercise")
        with checks(1, "a"):
            model.load_state_dict({k: torch.zeros_like(v) for k, v in model.state_dict().items()})
            checks.equal(model.weight, torch.zeros(1, 2))
        return checks

    model = torch.nn.Linear(2, 1)
    before = model.weight.detach().clone()
    assert check(model).points == 1
    assert torch.equal(model.weight, before)


def test_objects_that_are_plain_values_or_stubs() -> None:
    @checked
    def check(answer: Any) -> Checks:
        checks = Checks("exercise")
        with checks(1, "a"):
            checks.close(answer, 3.0, atol=0.1)
        return checks

    assert check(3.05).points == 1
    assert check(torch.tensor(3.0)).points == 1
    assert check("three").results[0].status == "failed"
    assert check(None).results[0].status == "not attempted"
    assert check(...).results[0].status == "not attempted"


def test_what_a_stub_leaves_empty_is_not_attempted_either() -> None:
    @checked
    def check(make: Any) -> Checks:
        checks = Checks("exercise")
        with checks(1, "has parameters"):
            checks.equal(len(list(make().parameters())), 2)
        with checks(1, "runs"):
            make()(torch.ones(2))
        return checks

    class Stub(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear: Any = ...

        def forward(self, x: Any) -> Any:
            return self.linear(x)

    assert [row.status for row in check(Stub).results] == ["not attempted", "not attempted"]
    no_forward = [row.status for row in check(lambda: torch.nn.Identity()).results]
    assert no_forward == ["failed", "passed"]


def test_in_the_grader_the_check_runs_as_it_is() -> None:
    seen = []

    @checked
    def check(f: Any) -> Checks:
        seen.append(f)
        return Checks("exercise")

    with Loopback().activate():
        check("as given")
    assert seen == ["as given"]
    assert check.__name__ == "check"


def test_ctrl_c_stops_the_check_and_a_students_keyboardinterrupt_does_not() -> None:
    before = signal.getsignal(signal.SIGINT)

    def pressed() -> int:
        signal.raise_signal(signal.SIGINT)
        return 1

    def swallowed() -> int:
        with contextlib.suppress(BaseException):
            signal.raise_signal(signal.SIGINT)
        return 1

    def raised() -> int:
        raise KeyboardInterrupt

    @checked
    def check(f: Any) -> Checks:
        checks = Checks("exercise")
        with checks(1, "a"):
            checks.equal(f(), 1)
        return checks

    for function in (pressed, swallowed):
        with pytest.raises(KeyboardInterrupt):
            check(function)
    assert check(raised).results[0].status == "failed"
    assert check(lambda: 1).points == 1
    assert signal.getsignal(signal.SIGINT) is before
    assert active_session.get() is None


# On a GPU too.


class OtherDevice(Loopback):
    """A stand-in for a GPU: says that it is one, and knows what a function's argument says of itself."""

    def __init__(self, device: str = "cpu") -> None:
        super().__init__("cpu")
        self.device = device


@checked
def on_devices(f: Any) -> Checks:
    checks = Checks("exercise")
    for name in ("a", "b"):
        with checks(1, name):
            checks.equal(f(name, checks.device), "fine")
    return checks


def test_a_block_passes_if_it_passes_on_every_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(notebook, "Loopback", OtherDevice)
    asked: list[tuple[str, str]] = []

    def student(name: str, device: str) -> str:
        asked.append((name, device))
        return "bad" if (name, device) == ("b", "cuda") else "fine"

    result = on_devices(student)
    assert [(row.status, row.message) for row in result.results] == [
        ("passed", ""),
        ("failed", "on cuda: result is 'bad', expected 'fine'"),
    ]
    assert repr(result) == "1"
    assert len(asked) == 4
    asked.clear()
    result = on_devices(lambda name, device: asked.append((name, device)) or "bad")
    assert [device for _, device in asked] == ["cpu", "cpu"]  # nothing to gain on the GPU
    assert all(not row.message.startswith("on cuda") for row in result.results)


def test_a_check_must_have_the_same_blocks_on_both_devices() -> None:
    one, two = Checks("exercise"), Checks("exercise")
    one.results.append(CheckResult("a", 1, 1, "passed"))
    with pytest.raises(InputError, match="other blocks"):
        notebook.merge_devices(one, two)


@pytest.mark.gpu
def test_a_hard_wired_device_shows_before_grading_does() -> None:
    @checked
    def check(scale: Any) -> Checks:
        checks = Checks("exercise")
        with checks(1, "a"):
            checks.equal(scale(torch.ones(2)), torch.full((2,), 2.0))
        with checks(1, "a model"):
            model = checks.make(torch.nn.Linear, 2, 1)
            checks.shape(model(torch.ones(2)), (1,))
        return checks

    def good(x: torch.Tensor) -> torch.Tensor:
        return x * torch.full((2,), 2.0, device=x.device)

    def on_cpu(x: torch.Tensor) -> torch.Tensor:
        return x * torch.full((2,), 2.0)

    def on_cuda(x: torch.Tensor) -> torch.Tensor:
        return x * torch.full((2,), 2.0, device="cuda")

    state = torch.cuda.get_rng_state()
    assert check(good).points == 2
    rows = check(on_cpu).results
    assert [row.points for row in rows] == [0, 1]
    assert rows[0].message.startswith("on cuda: RuntimeError: Expected all tensors")
    rows = check(on_cuda).results
    assert [row.points for row in rows] == [0, 1]
    assert rows[0].message.startswith("RuntimeError: Expected all tensors")
    assert torch.equal(state, torch.cuda.get_rng_state())
