"""Blocks of a grading run: hidden checks tell no values, and what ends a sandbox ends more than a block."""

from __future__ import annotations

from typing import Any

import pytest
from boundary import remote

from stats220.checks import Checks
from stats220.line.session import SandboxLost, SandboxTimeout

SECRET = 271828
LEAKS = {
    "message": "raise ValueError(f'the input is {x}')",
    "type": "raise type(f'Input{x}', (ValueError,), {})()",
    "type of an object": "return type(f'Input{x}', (), {})()",
    "line": "import linecache\n    code = f'raise ValueError  # {x}'\n    linecache.cache[str(x)] = 99, None, [code], str(x)\n"
    "    exec(compile(code, str(x), 'exec'), {'__name__': '__main__'})",
    "line number": "exec(compile('\\n' * (x - 1) + 'raise ValueError', 'f', 'exec'), {'__name__': '__main__'})",
    "value": "return x",
    "text": "return f'the input is {x}'",
    "attribute": "return [x].nope",
    "key": "return {}[x]",
    "what the wire says": "return '\\ud800', x",
}


def leak(checks: Checks, f: Any) -> None:
    result = f(SECRET)
    checks.equal(result, "nothing")
    result < 3  # noqa: B015


def misfit(checks: Checks, f: Any) -> None:
    f(SECRET).nope(SECRET)
    [][SECRET]


def mistake(checks: Checks, f: Any) -> None:
    raise OSError(str(SECRET))


@pytest.mark.parametrize("body", [leak, misfit, mistake])
@pytest.mark.parametrize("how", LEAKS)
def test_hidden_checks_tell_no_values(how: str, body: Any) -> None:
    with remote() as session:
        session.run_cell(f"def f(x):\n    {LEAKS[how]}")
        f = session.get("f")
        with session.activate():
            checks = Checks("exercise", hidden=True)
            with checks(1, "does it", hint="so"):
                body(checks, f)
    (result,) = checks.results
    assert result.hidden
    assert result.status in ("failed", "error")
    assert str(SECRET) not in repr(result)


def test_hidden_checks_tell_of_an_error_only_that_there_was_one() -> None:
    # One of 256 lines that raise would tell 8 bits of an input, one of 60 exceptions 6.
    lines = "\n".join(f"    if x == {n}: raise ValueError" for n in range(256))
    with remote() as session:
        session.run_cell(f"def f(x):\n{lines}\ndef g(x): return 1 / 0")
        with session.activate():
            checks = Checks("exercise", hidden=True)
            for name, value in (("f", 3), ("f", 200), ("g", 1)):
                with checks(1, name):
                    session.get(name)(value)
    assert {row.message for row in checks.results} == {"your code raised an error"}


# What ends more than a block.


def test_a_lost_sandbox_is_recorded_and_told() -> None:
    with remote() as session:
        session.run_cell("import os\ndef f(): os._exit(3)\ndef g():\n    while True: pass")
        f = session.get("f")
        with session.activate():
            checks = Checks("exercise")
        with checks(1, "a"):
            pass
        with pytest.raises(SandboxLost) as lost, checks(2, "b", hint="so"):
            f()
    assert lost.value.checks is checks
    assert [(r.status, r.points, r.max_points) for r in checks.results] == [
        ("passed", 1, 1),
        ("lost", 0, 2),
    ]
    assert checks.results[1].message
    with session.activate():
        checks = Checks("exercise")
    with pytest.raises(SandboxLost), checks(2, "c"):  # lost when the block begins
        pass
    assert [r.status for r in checks.results] == ["lost"]


def test_a_timeout_is_told_apart() -> None:
    with remote() as session:
        session.run_cell("def g():\n    while True: pass")
        g = session.get("g")
        session.timeout = 0.2
        with session.activate():
            checks = Checks("exercise")
        with pytest.raises(SandboxTimeout) as lost, checks(2, "b"):
            g()
    assert lost.value.checks is checks
