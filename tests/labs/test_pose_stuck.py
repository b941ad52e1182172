"""Lab 4 for a student who has solved nothing, or all but one: no figure ends in a traceback, and each says what it waits for."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
import torch
from bank import ROOT
from PIL import Image

from stats220.data import backbones
from stats220.errors import DataError
from stats220.reference.pose import extract_features
from stats220.staff.build.course import read_course
from stats220.staff.build.lab import Cell, read_lab
from stats220.staff.build.reference import read_reference

LAB = read_lab(ROOT, ROOT / "labs" / "lab4_pose.py", read_course(ROOT).labs["lab4_pose"])


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network, and no large random one in its place."""

    def offline(*args: Any, **kwargs: Any) -> Any:
        raise DataError("no network in tests")

    monkeypatch.setattr(backbones, "find_weights", offline)
    plt.switch_backend("agg")


def run(cell: Cell, names: dict[str, Any]) -> None:
    source = cell.source.replace('BACKBONE = "resnet50"', 'BACKBONE = "squeezenet1_1"')
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the banner of random weights
        exec(compile(source, f"<lab4_pose, line {cell.line}>", "exec"), names)
    plt.close("all")


def test_untouched_notebook_runs_to_its_end_and_says_what_each_figure_waits_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reference = read_reference(ROOT, "pose")
    names: dict[str, Any] = {"__name__": "__main__"}
    waiting = 0
    for cell in LAB.cells:
        if cell.role == "exercise":
            exercise = reference.exercise(cell.name)
            assert exercise is not None
            exec(exercise.stub, names)
        elif cell.role in ("given", "explore"):
            run(cell, names)
            said = capsys.readouterr().out
            waiting += len(
                re.findall(r"^This figure needs Problem \d\w, \w+: ", said, re.MULTILINE)
            )
    assert waiting >= 20


def test_features_are_there_without_the_bonus_and_nothing_asks_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    backbone = backbones.load_backbone("squeezenet1_1", weights="random")
    names: dict[str, Any] = {"__name__": "__main__"}
    run(next(cell for cell in LAB.cells if cell.role == "given"), names)
    image = torch.rand(3, 40, 48)
    names |= {"PART1": {}, "PART4": {}, "ResNetPoseTracker": len}  # nothing else is waited for
    names |= {"backbone": backbone, "device": "cpu", "image": image, "data": [(image, None)]}
    reference = read_reference(ROOT, "pose").exercise("extract_features")
    assert reference is not None
    exec(reference.stub, names)
    for definition in ("def feature_maps(", "def features_once("):
        run(next(cell for cell in LAB.cells if definition in cell.source), names)
    (found,) = names["features_once"](2)
    assert capsys.readouterr().out == ""
    torch.testing.assert_close(found, extract_features(backbone, [image], 2)[0])


@pytest.mark.parametrize(("labeled_in", "chosen"), [("small", 2), ("none", None)])
def test_the_example_of_ones_own_frames_has_all_key_points(
    labeled_in: str, chosen: int | None, tmp_path: Path
) -> None:
    rows = {
        "large": "a0.png,5,6,,\na1.png,,,7,8",
        "small": f"b0.png,{'1,2' if chosen else ','},3,4",
    }
    for video, size in (("large", (40, 30)), ("small", (32, 24))):
        (tmp_path / video).mkdir()
        for row in rows[video].splitlines():
            Image.new("L", size).save(tmp_path / video / row.partition(",")[0])
        table = f"scorer,M,M,M,M\nbodyparts,A,A,B,B\ncoords,x,y,x,y\n{rows[video]}\n"
        (tmp_path / video / "CollectedData_M.csv").write_text(table, encoding="utf-8")
    names: dict[str, Any] = {"__name__": "__main__"}
    imports, setup = [cell for cell in LAB.cells if cell.role in ("given", "explore")][:2]
    run(imports, names)
    source = setup.source.replace('FOLDER = ""', f"FOLDER = {str(tmp_path)!r}")
    setup = replace(setup, source=source)
    if chosen is None:
        with pytest.raises(ValueError, match="in no frame are all key points labeled"):
            run(setup, names)
    else:
        run(setup, names)
        assert (names["example"], names["small_example"]) == (chosen, 0)
        assert names["large"].tolist() == [False, False, True]


def test_graded_questions_about_figures_have_a_stand_in() -> None:
    """A question may not wait for an exercise: the cell above it that needs one shows something in its place."""
    for name in ("interpret_templates", "deeper_or_shallower"):
        place = next(i for i, cell in enumerate(LAB.cells) if cell.name == name)
        above = next(cell for cell in reversed(LAB.cells[:place]) if cell.role == "explore")
        assert "load_stand_in(" in above.source
