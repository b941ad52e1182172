"""The key of a checkpoint: the same for the same, another for each thing that could change a result, and none where one cannot tell."""

from __future__ import annotations

import builtins
import functools
import io
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special
import torch
from torch import nn

from stats220.checkpoints import UnsureError, digest
from stats220.data.training import TrainingHistory

CELL = """
import numpy as np, torch
from functools import partial
from torch import nn
RATE, TABLE = 0.5, {"a": [1, 2]}
def inner(x, scale=2.0):
    return scale * x + RATE
class Base:
    def step(self, x): return inner(x)
class Model(Base):
    kinds = {"on", "off"}
    @property
    def width(self): return 3
    @staticmethod
    def half(x): return x / 2
    def step(self, x): return super().step(x) + self.width
def outer(shift):
    def answer(x):
        return [inner(v) + shift for v in x if v in {"left", "right"}] + [Model().step(1), TABLE, np.exp(x)]
    return answer
answer = outer(1)
"""


def cell(*changes: tuple[str, str], source: str = CELL) -> dict[str, Any]:
    """The names that a notebook's cell leaves behind."""
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    exec(compile(source, "<cell>", "exec", dont_inherit=True), names)
    return names


def key_of(*changes: tuple[str, str]) -> str:
    return digest(cell(*changes)["answer"])


@pytest.mark.parametrize(
    "change",
    [
        ("scale * x + RATE", "scale * x - RATE"),
        ("scale=2.0", "scale=2"),
        ("RATE, TABLE = 0.5", "RATE, TABLE = 0.25"),
        ('{"a": [1, 2]}', '{"a": [1, 3]}'),
        ("outer(1)", "outer(2)"),
        ('"left", "right"', '"left", "up"'),
        ("return 3", "return 4"),
        ("self.width", "self.half(2)"),
        ("x / 2", "x / 4"),
        ("def step(self, x): return inner(x)", "def step(self, x): return inner(x) + 1"),
        ('{"on", "off"}', '{"on"}'),
        ("np.exp", "np.log"),
        ("class Model(Base)", "class Model(Base, dict)"),
        ("inner(v) + shift for", "inner(v, 3.0) + shift for"),
    ],
)
def test_whatever_a_function_uses_is_in_its_key(change: tuple[str, str]) -> None:
    try:
        assert key_of(change) != key_of()
    except UnsureError:
        assert "dict" in change[1]  # what a class holds that is compiled cannot be seen


def test_where_code_stands_and_what_it_does_not_use_is_not() -> None:
    elsewhere = ("\nimport numpy", "\n\n# a comment\nunused = object()\nimport numpy")
    assert key_of(elsewhere, ("scale * x + RATE", "scale*x + RATE  # why")) == key_of()


def test_it_is_the_same_in_another_process(tmp_path: Path) -> None:
    import os
    import subprocess

    program = tmp_path / "program.py"
    program.write_text(f"{CELL}\nfrom stats220.checkpoints import digest\nprint(digest(answer))\n")
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == key_of()


def nn_model(**changes: Any) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Dropout(0.1))
    for name, value in changes.items():
        setattr(model[2], name, value)
    return model


def trained(model: nn.Module) -> nn.Module:
    model(torch.ones(4, 3)).square().sum().backward()
    return model


def drawn(generator: Any) -> Any:
    torch.rand(1, generator=generator) if isinstance(generator, torch.Generator) else generator.random()  # fmt: skip
    return generator


class Attribute:
    def __init__(self, value: Any) -> None:
        self.value = value


BASE = np.arange(12.0).reshape(3, 4)
DIFFERENT: list[tuple[Any, ...]] = [
    (0, 0.0, -0.0, False, None, "", b"", "0", (), [], {}, set(), ..., 0j, np.float64(0), np.int8(0)),
    (float("nan"), float("inf"), -float("inf")),
    (["ab", "c"], ["a", "bc"], ("ab", "c"), ["abc"], [["ab"], "c"]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2, "b": 1}),
    (BASE, BASE.astype(np.float32), BASE.T, BASE.T.copy(), BASE.reshape(4, 3), BASE + 0.0**BASE, BASE.ravel()),
    (torch.ones(2, 3), torch.ones(3, 2), torch.ones(2, 3).double(), torch.ones(3, 2).T, torch.ones(2, 3, requires_grad=True)),
    (np.random.default_rng(0), np.random.default_rng(1), drawn(np.random.default_rng(0))),
    (torch.Generator().manual_seed(0), torch.Generator().manual_seed(1), drawn(torch.Generator().manual_seed(0))),
    (np.exp, np.log, scipy.special.expit, scipy.special.erf),
    (np.mean, np.std, torch.exp, torch.log, torch.Tensor.exp, nn.Linear, "numpy:mean"),
    (partial(np.mean, axis=0), partial(np.mean, axis=1), partial(np.std, axis=0)),
    (nn_model(), nn_model().eval(), trained(nn_model()), nn_model(p=0.2), nn_model(inplace=True)),
    (Attribute(1), Attribute(2), Attribute([1])),
    (TrainingHistory((1.0,), (2.0,), ()), TrainingHistory((1.0,), (2.5,), ()), ((1.0,), (2.0,), ())),
    (slice(1), slice(1, None), range(1), range(2)),
    ([].append, [1].append, {}.get),
]  # fmt: skip


@pytest.mark.parametrize("values", DIFFERENT)
def test_values_that_differ_have_different_keys(values: tuple[Any, ...]) -> None:
    found = [digest(value) for value in values]
    assert len(set(found)) == len(values)
    assert found == [digest(value) for value in values]


def test_copies_have_the_same_key() -> None:
    rows = np.ones((40, 30))
    assert digest(rows[:, ::2]) != digest(rows[:, :15].copy())  # the order in memory counts
    assert digest(rows[:, ::2]) == digest(np.ones((40, 30))[:, ::2])
    assert digest(nn_model()) == digest(nn_model())
    assert digest({"left", "right", (1, 2)}) == digest({(1, 2), "right", "left"})


def test_of_a_bare_module_numbers_and_mode_do_not_count() -> None:
    model = nn_model()
    before = digest(model, bare=[model])
    trained(model).eval()
    with torch.no_grad():
        model[0].weight.add_(1)
    assert digest(model, bare=[model]) == before
    model[2].p = 0.3
    assert digest(model, bare=[model]) != before


def test_what_refers_to_itself_has_a_key() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    source = "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)"
    assert len(digest(loop, cell(source=source)["even"])) == 64


LINE = "def f(x):\n    "


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (io.StringIO(), "StringIO"),
        (threading.Lock(), "lock"),
        ((i for i in range(3)), "generator"),
        (np.ma.masked_array([1.0], [True]), "MaskedArray"),
        (np.array([object()]), "ndarray"),
        (np.frompyfunc(abs, 1, 1), "ufunc"),
        (torch.empty(2, device="meta"), "layout"),
        (cell(source=LINE + "return open(x).read()")["f"], "f uses 'open'"),
        (cell(source=LINE + "return x.open().read_bytes()")["f"], "uses 'open'"),
        (cell(source=LINE + "return eval(x)")["f"], "f → eval"),
        (cell(source="import numpy as np\n" + LINE + "return np.load(x)")["f"], "uses 'load'"),
        (cell(source=LINE + "return [globals() for _ in x]")["f"], "globals"),
        (cell(source="import io\nlog = io.StringIO()\n" + LINE + "return log")["f"], "f → log is a StringIO"),
        (cell(source=LINE + "import my_own_helper\n    return my_own_helper.g(x)")["f"], "imports my_own_helper"),
        (list(range(60_000)), "too many parts"),
        (functools.reduce(lambda inner, _: [inner], range(5000), []), "cannot be looked at .RecursionError"),
        (cell(source="class Odd:\n    @property\n    def __dict__(self): raise OSError\nodd = Odd()")["odd"], "cannot be looked at|is a Odd"),
    ],
)  # fmt: skip
def test_of_what_one_cannot_tell_there_is_no_key(value: Any, message: str) -> None:
    with pytest.raises(UnsureError, match=message):
        digest(value)


def test_a_module_beside_the_notebook_is_no_installed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside_the_notebook.py").write_text("RATE = 1\ndef g(x): return x * RATE\n")
    monkeypatch.syspath_prepend(tmp_path)
    import beside_the_notebook  # type: ignore[import-not-found]

    with pytest.raises(UnsureError, match="beside_the_notebook"):
        digest(beside_the_notebook)
    before = digest(beside_the_notebook.g)
    beside_the_notebook.RATE = 2
    assert digest(beside_the_notebook.g) != before
