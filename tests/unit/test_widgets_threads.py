"""An explorer that is moved while a cell runs, in another thread, makes no figure that the cell could draw on or show."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import Image

from stats220.plotting import style
from stats220.widgets.calcium import explore_deconvolution
from stats220.widgets.encoding import explore_filter, explore_sta
from stats220.widgets.pose import explore_predictions
from stats220.widgets.triangulation import explore_outlier, explore_point

RAMP = np.linspace(0, 1, 80)
CAMERAS = np.stack([np.eye(3, 4)] * 2)
VIEWS = np.array([[[10.0, 20], [30, 40]], [[15.0, 25], [35, 45]]])
FIT = SimpleNamespace(denoised=RAMP, amplitudes=RAMP, baseline=0.0)
MAPS = np.tile(RAMP[:20], (2, 12, 1)), np.array([[5.0, 6.0], [20.0, 9.0]])
FRAMES = [np.full((24, 40, 3), 40, np.uint8)]
EXPLORERS: dict[str, Callable[[], Any]] = {
    "deconvolution": lambda: explore_deconvolution(
        RAMP[None], lambda *_: FIT, frame_rate_hz=30.0, spike_counts=RAMP[None] > 0.9
    ),
    "predictions": lambda: explore_predictions(FRAMES, lambda *_: MAPS, ("Hand", "Tongue")),
    "point": lambda: explore_point(
        CAMERAS, VIEWS, lambda *_: VIEWS[:, :1], [(1, 0)], start_mm=(20.0, 30.0, 40.0)
    ),
    "outlier": lambda: explore_outlier(CAMERAS, VIEWS[:, 0], {"mean": lambda *_: np.zeros((1, 3))}),
    "sta": lambda: explore_sta(np.ones((2, 8, 4, 5)), bin_seconds=0.01),
    "filter": lambda: explore_filter(lambda *_: RAMP, RAMP[:, None], num_lags=30, bin_seconds=0.01),
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_pyplot_is_asked_for_no_figure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plt.switch_backend("agg")
    made: list[Any] = []
    monkeypatch.setattr(plt, "figure", lambda **options: made.append(options))
    drawn: list[Any] = []
    thread = threading.Thread(target=lambda: drawn.append(EXPLORERS[name]()))
    thread.start()
    thread.join()
    assert made == []
    assert len(drawn) == 1
    (picture,) = [part for part in drawn[0].children if isinstance(part, Image)]
    width_px = int.from_bytes(picture.value[16:20], "big")  # as a PNG's header says
    shown_px = int(picture.layout.max_width.removesuffix("px"))
    assert shown_px <= 1000 < 2 * shown_px + 300  # no wider than a page
    assert width_px >= 1.7 * shown_px  # sharp on screens with small pixels


def test_off_screen_holds_in_its_own_thread_alone() -> None:
    plt.switch_backend("agg")
    with style.off_screen():
        hidden, _ = style.subplots(figsize=(2, 2), layout="constrained")
        thread = threading.Thread(target=lambda: style.subplots(figsize=(2, 2), layout="tight"))
        thread.start()
        thread.join()
    known = [plt.figure(number) for number in plt.get_fignums()]
    plt.close("all")
    assert len(known) == 1
    assert hidden not in known
