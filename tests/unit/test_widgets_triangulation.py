"""The explorers of triangulation ask for what their sliders say, and show what comes back."""

import io
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import VBox
from PIL import Image

from stats220.errors import InputError
from stats220.widgets.triangulation import explore_outlier, explore_point

CAMERAS = np.stack([np.eye(3, 4), np.eye(3, 4)])
VIEWS = np.array([[[10.0, 20], [30, 40]], [[15.0, 25], [35, 45]]])


@pytest.fixture(autouse=True)
def _on_paper() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    assert plt.get_fignums() == []


class Asked:
    """A camera that remembers where it was asked to look, and a method that remembers what it was shown."""

    def __init__(self) -> None:
        self.points: list[Any] = []
        self.pixels: list[Any] = []

    def project(self, projections: Any, points_3d: Any) -> Any:
        self.points.append(points_3d[0].tolist())
        return np.tile(points_3d[:, :2], (len(projections), 1, 1))

    def triangulate(self, projections: Any, points_2d: Any) -> Any:
        self.pixels.append(points_2d[:, 0].tolist())
        return np.array([[*points_2d[:, 0].mean(axis=0), 0.0]])


def picture(explorer: VBox) -> Any:
    return Image.open(io.BytesIO(explorer.children[-1].value))


def test_point_is_projected_to_where_the_sliders_say() -> None:
    asked = Asked()
    explorer = explore_point(CAMERAS, VIEWS, asked.project, [(1, 0)], start_mm=(20.0, 30.0, 100.0))
    first = picture(explorer)
    sliders = explorer.children[0].children
    sliders[0].value, sliders[2].value = 25, 60
    assert asked.points == [[20, 30, 100], [25, 30, 100], [25, 30, 60]]
    assert np.array(first).tobytes() != np.array(picture(explorer)).tobytes()
    assert first.size[0] > 300


def test_one_detection_moves_and_distances_are_told() -> None:
    asked = Asked()
    explorer = explore_outlier(
        CAMERAS, VIEWS[:, 0], {"mean": asked.triangulate}, truth_mm=(12.5, 22.5, 0.0)
    )
    controls, said, _ = explorer.children
    assert said.value == "distance: mean: 0.0 mm"
    camera, column, row = controls.children
    camera.value, column.value, row.value = 1, 60, 80
    assert asked.pixels[-1] == [[10, 20], [75, 105]]
    assert said.value == "distance: mean: 50.0 mm"
    assert picture(explorer).size[0] > 300


def test_without_truth_distances_are_from_the_first_answer() -> None:
    asked = Asked()
    explorer = explore_outlier(CAMERAS, VIEWS[:, 0], {"mean": asked.triangulate})
    assert explorer.children[1].value == "distance: mean: 0.0 mm"


@pytest.mark.parametrize("start", [(1.0, 2.0), (1.0, 2.0, np.nan)])
def test_a_start_is_three_numbers(start: Any) -> None:
    with pytest.raises(InputError, match="three finite numbers"):
        explore_point(CAMERAS, VIEWS, Asked().project, [(1, 0)], start_mm=start)


def test_refuses_no_method_and_detections_of_another_shape() -> None:
    with pytest.raises(InputError, match="methods is empty"):
        explore_outlier(CAMERAS, VIEWS[:, 0], {})
    with pytest.raises(InputError, match="one key point"):
        explore_outlier(CAMERAS, VIEWS, {"mean": Asked().triangulate})
