"""A figure says which exercise it waits for: holes are seen, and nothing that is written is taken for one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stats220.checks.waiting import is_written, ready
from stats220.data.standins import load_stand_in, save_stand_in
from stats220.errors import InputError

HOLES = {
    "a value": "def f(x):\n    y = ...\n    return y",
    "an item": "def f(x):\n    x[0] = ...\n    return x",
    "raises": "def f(x):\n    raise NotImplementedError('f')",
    "inside a loop": "def f(x):\n    for k in x:\n        part = ...\n    return part",
    "an inner function": "def f(x):\n    def g():\n        raise NotImplementedError('f')\n    return g()",
    "a class": "class f:\n    def first(self):\n        return 1\n    def second(self):\n        z = ...\n        return z",
    "an attribute": "class f:\n    def __init__(self):\n        self.weight = ...",
}
WRITTEN = {
    "an index": "def f(x):\n    y = x[..., 1:]\n    return y",
    "an assigned index": "def f(x):\n    x[..., 0] = 1\n    return x",
    "all items": "def f(x, y):\n    x[...] = y\n    return x",
    "an argument": "def f(x):\n    y = g(x, ...)\n    return y",
    "a docstring": "def f(x):\n    '''... NotImplementedError'''\n    return x",
    "a class": "class f:\n    size = 3\n    def first(self):\n        return self.size",
    "an expression": "def f(x):\n    ...\n    return x",
}


def defined(source: str) -> Any:
    names: dict[str, Any] = {}
    exec(source, names)
    return names["f"]


@pytest.mark.parametrize("what", HOLES)
def test_a_hole_is_named_in_one_line(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not ready({"Problem 1a": len, "Problem 1b": defined(HOLES[what])})
    assert capsys.readouterr().out == "This figure needs Problem 1b, f: it is waiting for you.\n"


@pytest.mark.parametrize("what", WRITTEN)
def test_what_is_written_is_ready(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ready({"Problem 1b": defined(WRITTEN[what])})
    assert capsys.readouterr().out == ""


def test_what_can_go_on_without_an_exercise_asks_quietly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert [is_written(defined(source)) for source in HOLES.values()] == [False] * len(HOLES)
    assert is_written(defined(WRITTEN["a class"]))
    assert capsys.readouterr().out == ""


def test_a_stand_in_says_that_it_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stand_ins").mkdir()
    values = np.linspace(0, 3, 7)
    save_stand_in(tmp_path / "stand_ins" / "lab.npz", {"values": values})
    monkeypatch.setattr("stats220.data.standins.files", lambda package: tmp_path)
    found = load_stand_in("lab")
    assert "answer key" in capsys.readouterr().out
    assert found["values"].dtype == np.float32
    np.testing.assert_allclose(found["values"], values, rtol=1e-3)
    with pytest.raises(InputError, match="choose one of lab"):
        load_stand_in("other")
