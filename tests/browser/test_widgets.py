"""Every control of every explorer, moved in a real JupyterLab: the picture below it changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from lab import CHROMIUM, Notebook, browser_page, jupyterlab

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytest.importorskip("playwright")
pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"), pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
MADE = """\
import numpy as np
from stats220.models.calcium import Deconvolution

rng = np.random.default_rng(0)
ramp = np.linspace(0, 1, 80)


def deconvolve(trace, decay_frames, slack):
    amplitudes = np.zeros(len(trace))
    amplitudes[5:8] = decay_frames
    return Deconvolution((1 - slack) * trace, amplitudes, 0.0, 0.1)


def track(index, threshold):
    maps = np.stack([np.tile(ramp[:20], (12, 1)), np.tile(ramp[:20, None], (1, 20))[:12]])
    return maps, np.array([[5.0, 6.0], [20.0, 9.0]])


def project(cameras, points):
    return np.stack([points[:, :2], points[:, 1:]])"""
# The explorer of each cell, and how many controls it has.
EXPLORERS = {
    "deconvolution": (
        """from stats220.widgets.calcium import explore_deconvolution
explore_deconvolution(np.stack([np.sin(9 * ramp), ramp]), deconvolve, frame_rate_hz=30.0, decay_frames=10.0)""",
        3,
    ),
    "predictions": (
        """from stats220.widgets.pose import explore_predictions
frames = [np.full((24, 40, 3), gray, np.uint8) for gray in (40, 90, 140)]
explore_predictions(frames, track, ("Hand", "Tongue"))""",
        3,
    ),
    "point": (
        """from stats220.widgets.triangulation import explore_point
views = rng.uniform(0, 50, (2, 3, 2))
explore_point(np.stack([np.eye(3, 4)] * 2), views, project, [(1, 0)], start_mm=(20.0, 30.0, 40.0))""",
        3,
    ),
    "outlier": (
        """from stats220.widgets.triangulation import explore_outlier
seen = {"mean": lambda cameras, pixels: np.array([[*pixels[:, 0].T @ [0.8, 0.2], 0.0]])}
explore_outlier(np.stack([np.eye(3, 4)] * 2), views[:, 0], seen)""",
        3,
    ),
    "sta": (
        """from stats220.widgets.encoding import explore_sta
explore_sta(rng.normal(size=(3, 8, 4, 5)), bin_seconds=0.01)""",
        2,
    ),
    "filter": (
        """from stats220.widgets.encoding import explore_filter
rates = lambda neuron, temporal, bias: np.abs(np.sin(np.arange(300) / 20) * temporal.sum() + bias)
explore_filter(rates, rng.random((300, 2)), num_lags=30, bin_seconds=0.01)""",
        5,
    ),
}


def test_each_control_changes_its_picture(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(MADE, id="made")]
    cells += [nbformat.v4.new_code_cell(code, id=name) for name, (code, _) in EXPLORERS.items()]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, tmp_path / "explorers.ipynb")
    [wheel] = (ROOT / "release").glob("*.whl")
    state = tmp_path / "state"
    state.mkdir()
    with jupyterlab(tmp_path, wheel, state) as address, browser_page() as page:
        book = Notebook(page, address, "explorers.ipynb", ROOT / "build" / "browser")
        book.run("made")
        for place, (name, (_, number)) in enumerate(EXPLORERS.items(), start=1):
            assert "Error" not in book.run(name)
            output = page.locator(".jp-Notebook .jp-Cell").nth(place)
            output.locator("img.widget-image").wait_for()
            sliders, menus = output.locator(".noUi-handle"), output.locator("select")
            assert sliders.count() + menus.count() == number, name
            for control in range(sliders.count()):
                slider = sliders.nth(control)
                _changes(page, output, lambda slider=slider: _drag(slider), f"{name}: {control}")
            for control in range(menus.count()):
                menu = menus.nth(control)
                _changes(page, output, lambda menu=menu: menu.select_option(index=1), name)
        book.picture("13-explorers")


def _drag(slider: Locator) -> None:
    """To whichever side there is room, by the keyboard."""
    slider.focus()
    low, now, high = (
        float(slider.get_attribute(f"aria-value{end}") or 0) for end in ("min", "now", "max")
    )
    for _ in range(2):
        slider.press("ArrowRight" if high - now > now - low else "ArrowLeft")


def _changes(page: Page, output: Locator, move: Any, what: str) -> None:
    picture = output.locator("img.widget-image")
    before = picture.screenshot()
    move()
    for _ in range(100):
        if picture.screenshot() != before:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{what} changes nothing")
