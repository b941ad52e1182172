"""A verdict in a notebook is the verdict at grading: the same checks, looped back and in another process."""

from __future__ import annotations

import builtins
import gc
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from boundary import Notebook, remote
from student_variants import CHECKS, FULL, GOOD, SETUP, VARIANTS

from stats220.checks.results import CheckResult
from stats220.line import failures
from stats220.line.failures import NotAttempted, UnexpectedObject
from stats220.line.proxy import Proxy
from stats220.line.session import (
    Loopback,
    Remote,
    SandboxLost,
    Session,
    StudentError,
    active_session,
)
from stats220.line.wire import WireError


def grade(session: Session, cells: dict[str, str]) -> dict[str, list[CheckResult]]:
    """The checks' results, without their seconds."""
    session.run_cell(SETUP)
    for source in cells.values():
        session.run_cell(source)
    with session.activate():
        results = {name: CHECKS[name](session.get(name)).results for name in cells}
    return {name: [replace(row, seconds=0) for row in rows] for name, rows in results.items()}


@pytest.mark.parametrize("name", VARIANTS)
def test_both_lines_give_the_same_verdict(name: str) -> None:
    variant = VARIANTS[name]
    with remote() as session:
        graded = grade(session, variant.cells)
    points = {exercise: sum(row.points for row in rows) for exercise, rows in graded.items()}
    assert points == variant.points
    assert {row.status for rows in graded.values() for row in rows} <= {
        "passed",
        "failed",
        "not attempted",
    }
    for exercise, status in variant.statuses.items():
        assert {row.status for row in graded[exercise]} == {status}
    for row in [row for rows in graded.values() for row in rows]:
        assert len(row.message) < 1000
        assert "\n" not in row.message
    if not variant.patches:
        assert grade(Notebook(), variant.cells) == graded


def test_the_variants_are_worth_something() -> None:
    assert len(VARIANTS) >= 20
    with remote() as session:
        rows = grade(session, GOOD)
    assert {name: sum(row.max_points for row in each) for name, each in rows.items()} == FULL


def test_a_plain_child_process_will_do() -> None:
    """No fork and no sandbox: the descriptors' numbers are all that it takes."""
    (read_fd, their_write), (their_read, write_fd) = os.pipe(), os.pipe()
    code = f"from stats220.line.inside import serve; serve({their_read}, {their_write})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        pass_fds=(their_read, their_write),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(their_read)
    os.close(their_write)
    session = Remote(read_fd, write_fd)
    rows = grade(session, {"loss": GOOD["loss"], "train": GOOD["train"]})
    assert [row.status for each in rows.values() for row in each] == ["passed"] * 9
    session.close()
    session.close()
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 0
    with pytest.raises(SandboxLost, match="closed"):
        session.get("loss")


LINES = [Notebook, remote]


def each_line(line: Any) -> Any:
    return line() if line is remote else Notebook().activate()


@pytest.mark.parametrize("line", LINES)
def test_proxies_forward_what_does_not_vouch_for_itself(line: Any) -> None:
    with each_line(line) as session:
        session.run_cell(
            "class Box:\n"
            "    width = 3\n"
            "    def __init__(self, *items): self.items = items\n"
            "    def __len__(self): return len(self.items)\n"
            "    def __getitem__(self, key): return self.items[key]\n"
            "    def __float__(self): return 2.5\n"
            "    def __int__(self): return 2\n"
            "    def __str__(self): return 'a box'\n"
            "    def twice(self, x, *, plus=0): return 2 * x + plus\n"
        )
        Box = session.get("Box")
        box = Box(1, (2, "a"), None)
        assert type(box) is Proxy
        assert repr(box) == "<student's Box>"
        assert (box.width, len(box), float(box), int(box), str(box), f"{box}") == (
            3,
            3,
            2.5,
            2,
            "a box",
            "a box",
        )
        assert list(box) == [1, (2, "a"), None]
        assert (box[0], box[-2:]) == (1, ((2, "a"), None))
        assert box.twice(4, plus=1) == 9
        assert box.twice(np.ones(2)).tolist() == [2, 2]
        assert session.isinstance(box, Box)
        assert not session.isinstance(box, torch.nn.Module)
        assert session.isinstance(3, int)
        assert session.call(Box.twice, box, torch.ones(2))[0].tolist() == [2, 2]
        with pytest.raises(AttributeError, match="no attribute 'height'"):
            _ = box.height
        with pytest.raises(IndexError):
            _ = box[7]
        with pytest.raises(AttributeError):
            _ = box.__secret


@pytest.mark.parametrize(
    "vouch",
    [
        lambda x: x == 3,
        lambda x: x != 3,
        lambda x: x > 3,
        lambda x: x >= 3,
        bool,
        lambda x: not x,
        hash,
        lambda x: {x: 1},
        lambda x: setattr(x, "a", 1),
        lambda x: delattr(x, "a"),
        lambda x: x.__setitem__(0, 1),
        np.asarray,
        lambda x: np.ones(2) + x,
        lambda x: x + np.ones(2),
        lambda x: torch.ones(2) * x,
        lambda x: torch.isfinite(x),
        lambda x: np.allclose(x, 1),
        lambda x: np.isfinite(x),
        lambda x: -x,
        lambda x: abs(x),
        lambda x: torch.zeros(x),
        lambda x: x in [1, 2],
    ],
)
def test_proxies_refuse_what_an_object_could_lie_about(vouch: Any) -> None:
    session = Loopback()
    proxy = session.put(object())
    with pytest.raises(UnexpectedObject, match="was expected here"):
        vouch(proxy)


@pytest.mark.parametrize("value", [None, ...])
@pytest.mark.parametrize(
    "use",
    [
        lambda x: x.shape,
        lambda x: x(1),
        lambda x: x[0],
        lambda x: len(x),
        lambda x: list(x),
        float,
        int,
        bool,
        str,
        hash,
        lambda x: x == 3,
        lambda x: x > 3,
        lambda x: x + 1,
        lambda x: 1 - x,
        lambda x: f"{x}",
        lambda x: 3 in x,
        lambda x: torch.ones(2) + x,
        lambda x: np.ones(2) + x,
        lambda x: torch.isfinite(x),
        lambda x: torch.as_tensor(x),
        lambda x: np.asarray(x),
        lambda x: np.isfinite(x),
        lambda x: np.allclose(x, 1),
        lambda x: isinstance(x, torch.Tensor),
        lambda x: Loopback().put(abs)(x),
        lambda x: Loopback().put(abs)([{"a": x}]),
        lambda x: Loopback().isinstance(x, int),
    ],
)
def test_nothing_says_not_attempted_whatever_is_done_with_it(use: Any, value: object) -> None:
    nothing = Loopback().put(lambda: value)()
    assert repr(nothing) == f"<nothing yet: {'None' if value is None else '...'}>"
    with pytest.raises(NotAttempted):
        use(nothing)


@pytest.mark.parametrize("line", LINES)
def test_services(line: Any) -> None:
    with each_line(line) as session:
        session.run_cell(
            "import random, numpy as np, torch\n"
            "def draw(): return random.random(), np.random.rand(2), torch.rand(2)\n"
            "def add(x, y, plus=0):\n    x += 1\n    y['a'] = 1\n    return x.sum() + plus\n"
            "def square(x, k): return (x ** 2 * k).sum(0)\n"
            "def count(x): return 3\n"
            "def cut(x): return x.detach()\n"
            "def none(x): pass\n"
        )
        draws = []
        for seed in (1, 1, 2):
            session.seed(seed)
            draws.append([np.asarray(part).tolist() for part in session.get("draw")()])
        assert draws[0] == draws[1] != draws[2]
        result, (x, y) = session.call(session.get("add"), torch.zeros(3), {}, plus=2)
        assert float(result) == 5
        assert x.tolist() == [1, 1, 1]
        assert y == {"a": 1}

        points = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        dx, dk = session.gradients(session.get("square"), points, 3)
        assert torch.equal(dx, 6 * points)
        assert dk is None
        dx, dk = session.gradients(session.get("square"), points, torch.tensor(3.0))
        assert dk == 30
        dx, dunused = session.gradients(torch.nn.functional.relu, points, torch.tensor(False))
        assert torch.equal(dx, torch.ones(2, 2))
        assert dunused is None
        with pytest.raises(TypeError, match="the result is a int, not a tensor"):
            session.gradients(session.get("count"), points)
        with pytest.raises(RuntimeError, match="cut off"):
            session.gradients(session.get("cut"), points)
        with pytest.raises(NotAttempted):
            session.gradients(session.get("none"), points)[0]

        linear = session.make(torch.nn.Linear, 2, 1)
        gradients = session.gradients(linear, points, parameters=linear)
        assert torch.equal(gradients["weight"], torch.tensor([[4.0, 6.0]]))
        assert torch.equal(gradients["bias"], torch.tensor([2.0]))
        kept = session.make(torch.zeros, 3)
        assert type(kept) is Proxy
        assert session.ask("value", kept).tolist() == [0, 0, 0]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    ("raising", "caught", "text"),
    [
        ("raise ValueError('no')", ValueError, "ValueError: no"),
        ("class MyError(KeyError): pass\nraise MyError('k')", LookupError, "MyError: 'k'"),
        ("raise OSError(2, 'gone')", OSError, "FileNotFoundError: [Errno 2] gone"),
        ("'\\xff'.encode('ascii')", UnicodeEncodeError, "UnicodeEncodeError: 'ascii' codec"),
        ("import json; json.loads('x')", ValueError, "JSONDecodeError: Expecting value"),
        (
            "import numpy as np; np.linalg.inv(np.zeros((2, 2)))",
            ValueError,
            "LinAlgError: Singular matrix",
        ),
        (
            "import torch; torch.zeros(2) @ torch.zeros(3)",
            RuntimeError,
            "RuntimeError: inconsistent",
        ),
        ("assert False", AssertionError, "AssertionError"),
        ("next(iter([]))", StudentError, "StopIteration"),
        ("raise KeyboardInterrupt", StudentError, "KeyboardInterrupt"),
        ("raise SystemExit(3)", StudentError, "SystemExit: 3"),
        ("raise ExceptionGroup('many', [ValueError()])", StudentError, "ExceptionGroup: many"),
        ("raise UserWarning('w')", UserWarning, "UserWarning: w"),
        ("exec('1 +')", SyntaxError, "SyntaxError: invalid syntax"),
    ],
)
def test_a_students_exception_is_the_builtin_of_its_name(
    line: Any, raising: str, caught: type[Exception], text: str
) -> None:
    body = "".join(f"    {part}\n" for part in raising.splitlines())
    with each_line(line) as session:
        session.run_cell(f"def f():\n{body}")
        with pytest.raises(caught) as error:
            session.get("f")()
        assert isinstance(error.value, StudentError)
        assert isinstance(error.value, Exception)
        assert str(error.value).startswith(text)
        assert error.value.raised.line == raising.splitlines()[-1]
        assert error.value.raised.line_number == 1 + len(raising.splitlines())


def test_what_a_check_cannot_hand_over_is_its_own_mistake() -> None:
    session, other = Loopback(), Loopback()
    function = session.put(lambda x: x)
    for odd in (lambda x: x, object(), other.put(object()), {1, 2}, "\ud800"):
        with pytest.raises(WireError):
            function(odd)
    with pytest.raises(WireError, match="no such handle"):
        session.ask("value", Proxy(session, 999, "x"))
    assert function(3) == 3


def test_handles_are_released() -> None:
    session = Loopback()
    make = session.put(lambda: object())
    for _ in range(50):
        make()
    gc.collect()
    make()
    assert len(session._inside._objects) <= 4


def test_sessions_are_activated_and_put_back() -> None:
    with Loopback().activate() as outer:
        with Loopback().activate() as inner:
            assert active_session.get() is inner
        assert active_session.get() is outer
    assert active_session.get() is None


def test_a_seed_goes_before_the_next_request_and_no_further() -> None:
    with remote() as session:
        session.run_cell("import random, numpy, torch")
        source = "drawn = [random.random(), numpy.random.rand(), torch.rand(1).item()]"
        found = []
        for seeded in (True, False, True):
            if seeded:
                session.seed(7)
            session.run_cell(source)
            found.append(session.get("drawn"))
    assert found[0] == found[2] != found[1]


@pytest.mark.parametrize("name", sorted(failures._CLASSES))
def test_every_builtin_exception_arrives_as_one(name: str) -> None:
    error = failures.student_error(failures.Raised(name, [name], "why", 1, "f()", True))
    assert isinstance(error, getattr(builtins, name))
    assert str(error) == f"{name}: why"
