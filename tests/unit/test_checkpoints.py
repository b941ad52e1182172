"""Long works that are killed, stopped, changed or hindered: what they come to is what a run without a break comes to."""

from __future__ import annotations

import errno
import json
import os
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import long_works
import numpy as np
import pytest
import torch
from long_works import CELLS, calls, notebook, plain
from torch import nn

from stats220.checkpoints import checkpoint, installed, places, resume, running, store
from stats220.errors import InterruptedWork

Run = Callable[..., tuple[Any, int]]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `long_works` leaves: each work whole, and killed twice."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, long_works.__file__, str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    return folder


@pytest.mark.parametrize("name", CELLS)
def test_killed_and_started_again_it_comes_to_the_same_bits(killed: Path, name: str) -> None:
    status = {
        step: (killed / f"{name}-{step}.status").read_text()
        for step in ("whole", "first", "second", "third")
    }
    assert status == {"whole": "0", "first": "-9", "second": "-9", "third": "0"}
    whole, again = (
        json.loads((killed / f"{name}-{step}.json").read_text()) for step in ("whole", "third")
    )
    assert again["results"] == whole["results"]
    assert 0 < again["calls"] < whole["calls"]
    assert whole["said"] == ""
    at = {"demix": "2 of at most 12 deconvolutions", "training": "epoch 2 of 6", "grid": "the end", "gimbal": "sweep 2 of 8"}[name]  # fmt: skip
    for line in again["said"].splitlines():
        assert re.search(rf": picked up at {at}, from .*checkpoint; anew=True starts over\.$", line)
    assert len(again["said"].splitlines()) == (2 if name == "grid" else 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where checkpoints lie, in what passes for a kernel."""
    monkeypatch.chdir(tmp_path)
    long_works.in_a_kernel(tmp_path, monkeypatch.setattr)
    return tmp_path / places.FOLDER


@pytest.fixture
def run() -> Run:
    """One run of a work, in a notebook with some of its text replaced: its results, and the calls that it needed."""

    def run(name: str, *changes: tuple[str, str], **options: Any) -> tuple[Any, int]:
        before = calls.num
        return plain(notebook(name, *changes)["work"](**options)), calls.num - before

    return run


CHANGES = [
    ("demix", ("footprint @ residual)\ndef", "1.0 * footprint @ residual)\ndef"), {}),
    ("demix", ("PRICE = 1.0", "PRICE = 1.5"), {}),
    ("demix", ("size=(6, 5, 80)", "scale=2, size=(6, 5, 80)"), {}),
    ("demix", ("max_sweeps=4", "max_sweeps=3"), {}),
    ("training", ("counts * torch.log", "1.1 * counts * torch.log"), {}),
    ("training", ("EPSILON = 1e-6", "EPSILON = 1e-3"), {}),
    ("training", ("F.softplus(", "F.relu("), {}),
    ("training", ("rng.poisson(0.5", "rng.poisson(0.6"), {}),
    ("training", ("num_epochs=6", "num_epochs=7"), {}),
    ("training", ("nn.Dropout(0.2)", "nn.Dropout(0.3)"), {}),
    ("training", ("", ""), {"seed": 1}),
    ("grid", ("momentum=0.9", "momentum=0.8"), {}),
    ("grid", ("learning_rate in (0.01, 0.02, 0.03, 0.04)", "learning_rate in (0.015, 0.025)"), {}),
    ("grid", ("nn.Linear(3, 2)", "nn.Linear(3, 2, bias=False)"), {}),
    ("gimbal", ("kappa[..., None] * mean", "1.1 * kappa[..., None] * mean"), {}),
    ("gimbal", ("rng.normal(0, 2,", "rng.normal(0, 3,"), {}),
    ("gimbal", ("num_burn=3", "num_burn=4"), {}),
]


@pytest.mark.parametrize(("name", "change", "options"), CHANGES)
def test_a_changed_work_never_gets_an_old_result(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    name: str, change: tuple[str, str], options: dict[str, Any],
) -> None:  # fmt: skip
    run(name)
    found, needed = run(name, change, **options)
    assert "picked up" not in capsys.readouterr().out
    monkeypatch.setenv("STATS220_CHECKPOINTS", "off")
    expected, most = run(name, change, **options)
    assert (found, needed) == (expected, most)


def test_another_version_never_gets_an_old_result(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, most = run("grid")
    assert run("grid")[1] == 0
    installed.environment.cache_clear()
    monkeypatch.setattr(installed.importlib.metadata, "distributions", list)
    try:
        assert run("grid")[1] == most
    finally:
        installed.environment.cache_clear()


@pytest.mark.parametrize("name", CELLS)
def test_anew_starts_over(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    expected, most = run(name)
    assert run(name, anew=True) == (expected, most)
    assert capsys.readouterr().out == ""
    assert run(name) == (expected, 0)
    assert "picked up" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NBGRADER_EXECUTION", "autograde"),
        ("NBGRADER_EXECUTION", "validate"),
        ("NBGRADER_VALIDATING", "1"),
        ("STATS220_CHECKPOINTS", "off"),
    ],
)
def test_where_notebooks_are_graded_nothing_is_kept_or_used(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    expected, most = run("grid")
    before = sorted(folder.iterdir())
    monkeypatch.setenv(variable, value)
    assert run("grid") == (expected, most)
    run("grid", ("momentum=0.9", "momentum=0.8"))
    assert sorted(folder.iterdir()) == before


def test_outside_of_a_kernel_nothing_is_kept(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "SECONDS", 0.0)
    run("training")
    assert list(tmp_path.iterdir()) == []


def test_they_lie_beside_the_notebook_or_where_one_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "kernel_shell", lambda: object())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / "lab4_pose.ipynb").write_text("{}")
    assert places.checkpoint_folder() == tmp_path / ".stats220_checkpoints"
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "labs" / "lab4_pose.ipynb"))
    assert places.checkpoint_folder() == tmp_path / "labs" / ".stats220_checkpoints"
    monkeypatch.setenv("STATS220_CHECKPOINTS", "~/kept")
    assert places.checkpoint_folder() == Path.home() / "kept"


def test_a_working_folder_that_is_gone_is_one_line(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    run("gimbal")
    assert re.fullmatch(
        r"GIMBAL: no checkpoint, the notebook's folder .*\.\n", capsys.readouterr().out
    )


# Files that are not what they should be ---------------------------------------------------------------------------------------------


def _pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps({"state": 1}))


def _zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("state", "1")


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


def _of_another_key(path: Path) -> None:
    store.write(path, {**store.read(path), "key": "0" * 64})


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "only its head": lambda path: path.write_bytes(path.read_bytes()[:40]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "a bit flipped": _flipped,
    "another version": lambda path: path.write_bytes(path.read_bytes().replace(b"checkpoint 1", b"checkpoint 2", 1)),
    "a pickle": _pickled,
    "a zip": _zipped,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "other data": lambda path: store.write(path, [1, 2]),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_one_line_and_the_work_starts_over(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    expected, most = run("training")
    [path] = folder.glob("*.checkpoint")
    DAMAGES[damage](path)
    assert run("training") == (expected, most)
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf"training: {path.name}.* so this starts over\.", lines[0])
    assert len(lines) == (2 if damage == "a folder" else 1)  # which cannot be written over either


def test_a_file_of_another_work_is_not_used(folder: Path, run: Run) -> None:
    expected, most = run("training")
    [path] = folder.glob("*.checkpoint")
    _of_another_key(path)
    assert run("training") == (expected, most)
    assert run("training") == (expected, 0)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_full_or_locked_disk_is_one_line_and_the_work_goes_on(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:  # fmt: skip
    expected, most = run("gimbal", anew=True)
    for path in folder.iterdir():
        path.unlink()

    @contextmanager
    def failing(path: Path) -> Iterator[Path]:
        raise OSError(number, os.strerror(number))
        yield path

    monkeypatch.setattr(store, "replacing", failing)
    assert run("gimbal") == (expected, most)
    [line] = capsys.readouterr().out.splitlines()
    assert line == (
        f"GIMBAL: no checkpoint, {folder} cannot be written ({os.strerror(number)}); this goes on without."
    )


def test_a_file_in_the_place_of_the_folder_is_one_line(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write_text("mine")
    run("gimbal")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 2
    assert "cannot be" in lines[-1]
    assert folder.read_text() == "mine"


def test_what_is_read_is_what_was_written_and_only_plain_data(tmp_path: Path) -> None:
    path = tmp_path / "a.checkpoint"
    content = {"state": [1, 2.5, float("nan"), None, True, "µ", (np.arange(3), torch.ones(2).half()), 2**200]}  # fmt: skip
    store.write(path, content)
    assert repr(store.read(path)) == repr(content)
    assert (tmp_path / ".gitignore").read_text() == "*\n"
    with pytest.raises(store.CheckpointError, match="a Path"):
        store.write(path, {"state": type("Path", (), {})()})
    assert repr(store.read(path)) == repr(content)
    assert store.read(tmp_path / "none.checkpoint") is None


def test_files_are_few_and_small_and_the_oldest_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_FILES", 3)
    half = tmp_path / ".old.checkpoint.part"
    half.write_text("half")
    os.utime(half, (0, 0))
    (tmp_path / "notes.txt").write_text("mine")
    for i, name in enumerate("abcde"):
        store.write(tmp_path / f"{name}.checkpoint", np.zeros(1000))
        os.utime(tmp_path / f"{name}.checkpoint", (i + 1, i + 1))
    assert sorted(p.name for p in tmp_path.iterdir()) == [".gitignore", "c.checkpoint", "d.checkpoint", "e.checkpoint", "notes.txt"]  # fmt: skip
    monkeypatch.setattr(store, "MAX_BYTES", 20_000)
    store.write(tmp_path / "f.checkpoint", np.zeros(1000))
    assert sorted(p.name for p in tmp_path.glob("*.checkpoint")) == ["e.checkpoint", "f.checkpoint"]


# Works that cannot be kept, or need not be --------------------------------------------------------------------------------------------


def test_a_short_work_leaves_no_file(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SECONDS", 3600.0)
    run("training")
    assert not folder.exists()


def test_a_work_that_changes_something_else_is_not_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[int] = []

    def counting(limit: int) -> int:
        seen.append(limit)
        return limit

    def emptying(values: list[int]) -> int:
        return values.pop()

    assert resume(counting, 3) == 3
    assert resume(emptying, [1, 2]) == 2
    out = capsys.readouterr().out
    assert out.count("it changes something else than what it returns; this goes on without.") == 2
    assert not folder.exists()


def test_a_work_whose_key_is_not_sure_is_not_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(os.devnull) as log:

        def reading(limit: int) -> int:
            return limit + (log is None)

        assert resume(reading, 3) == 3
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("reading: no checkpoint, reading → log is a TextIOWrapper")
    assert not folder.exists()


def test_a_result_that_is_no_plain_data_is_returned_and_not_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def making() -> Any:
        return nn.Linear(2, 2)

    assert isinstance(resume(making), nn.Linear)
    assert "a Linear cannot be kept in a file; this goes on without." in capsys.readouterr().out


def test_random_numbers_that_all_share_are_as_without_a_checkpoint(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def drawing() -> float:
        return float(np.random.random()) + torch.rand(1).item()

    np.random.seed(1)
    torch.manual_seed(1)
    expected = resume(drawing), np.random.random(), torch.rand(1).item()
    np.random.seed(1)
    torch.manual_seed(1)
    assert (resume(drawing), np.random.random(), torch.rand(1).item()) == expected
    np.random.seed(2)
    assert resume(drawing) != expected[0]
    first, second = capsys.readouterr().out.splitlines()
    assert "picked up" in first
    assert (
        second
        == "drawing: it draws random numbers, and others than last time, so this starts over."
    )


def test_of_a_frozen_backbone_nothing_is_stored(folder: Path) -> None:
    model = nn.Sequential(nn.Linear(1000, 100), nn.Linear(100, 1))
    model[0].requires_grad_(False)

    def shifting(model: Any) -> None:
        with torch.no_grad():
            model[1].weight.add_(1)

    resume(shifting, model)
    [path] = folder.glob("*.checkpoint")
    assert path.stat().st_size < 20_000
    moved = model[1].weight.detach().clone()
    with torch.no_grad():
        model[1].weight.sub_(1)
    resume(shifting, model)
    assert torch.allclose(model[1].weight, moved)


# Interrupts -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("active", "expected"), [(True, "it goes on"), (False, "it starts over")])
def test_an_interrupt_says_in_one_line_what_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, active: bool, expected: str
) -> None:
    if not active:
        monkeypatch.setenv("STATS220_CHECKPOINTS", "off")

    def add(total: int, i: int) -> int:
        if i == stop:
            raise KeyboardInterrupt
        return total + i

    def work() -> int:
        with checkpoint("counting", "numbers up to 5") as saved:
            first, total = saved.state or (0, 0)
            for i in range(first, 5):
                total = add(total, i)
                saved.keep(lambda: (i + 1, total), f"number {i} of 5")  # noqa: B023
            return total

    stop = 3
    with pytest.raises(InterruptedWork, match=expected) as caught:
        work()
    assert isinstance(caught.value, KeyboardInterrupt)
    [line] = caught.value._render_traceback_()
    assert line.startswith("Interrupted: counting")
    if active:
        assert "kept at number 2 of 5" in line
    stop = -1
    assert work() == 10


def test_of_works_in_works_the_inner_one_says_it(folder: Path) -> None:
    with (
        pytest.raises(InterruptedWork, match="inner"),
        checkpoint("outer"),
        checkpoint("inner"),
    ):
        raise KeyboardInterrupt
