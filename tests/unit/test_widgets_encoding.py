"""The encoding lab's explorers ask for what their sliders say."""

import io
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import VBox
from PIL import Image

from stats220.errors import InputError
from stats220.widgets.encoding import biphasic, explore_filter, explore_sta

RNG = np.random.default_rng(0)
AVERAGES = RNG.normal(size=(3, 8, 4, 5))
MEASURED = RNG.random((300, 2))


@pytest.fixture(autouse=True)
def _on_paper() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    assert plt.get_fignums() == []


def picture(box: VBox) -> Image.Image:
    return Image.open(io.BytesIO(box.children[-1].value))


def sliders(box: VBox) -> dict[str, Any]:
    return {s.description: s for row in box.children[:-1] for s in row.children}


def test_scrubbing_through_time_redraws() -> None:
    box = explore_sta(AVERAGES, bin_seconds=0.01)
    before = picture(box).tobytes()
    controls = sliders(box)
    assert (controls["neuron"].max, controls["lag (bins)"].max) == (2, 7)
    controls["lag (bins)"].value = (controls["lag (bins)"].value + 1) % 8
    assert picture(box).tobytes() != before


def test_dragging_asks_for_the_filter_that_the_sliders_say() -> None:
    asked: list[tuple[int, Any, float]] = []

    def predict(neuron: int, temporal: Any, bias: float) -> Any:
        asked.append((neuron, temporal, bias))
        return np.linspace(0, 1, 300)

    box = explore_filter(predict, MEASURED, num_lags=30, bin_seconds=0.01)
    controls = sliders(box)
    controls["neuron"].value = 1
    controls["gain"].value = -2.0
    controls["bias"].value = -3.0
    neuron, temporal, bias = asked[-1]
    assert (neuron, bias) == (1, -3.0)
    np.testing.assert_allclose(temporal, -2.0 * biphasic(30, 0.01, 0.06, 0.7))
    assert len(asked) == 4


def test_filter_peaks_where_it_is_told_and_undershoots_later() -> None:
    course = biphasic(60, 0.01, 0.05, 0.0)
    assert course.argmax() == 5
    assert course.max() == pytest.approx(1.0)
    both = biphasic(60, 0.01, 0.05, 0.7)
    assert both.argmin() > both.argmax()
    assert both.min() < -0.3


def test_other_shapes_are_refused() -> None:
    with pytest.raises(InputError, match="averages"):
        explore_sta(AVERAGES[0], bin_seconds=0.01)
    with pytest.raises(InputError, match="measured_hz"):
        explore_filter(lambda *_: np.zeros(3), MEASURED[:, 0], num_lags=9, bin_seconds=0.01)
    with pytest.raises(InputError, match="one rate per bin"):
        explore_filter(lambda *_: np.zeros(3), MEASURED, num_lags=9, bin_seconds=0.01)
