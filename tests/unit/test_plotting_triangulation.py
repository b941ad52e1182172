"""Lab 5's plots: what is drawn is what was handed in, with quantity and unit on every axis."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from stats220.errors import InputError
from stats220.plotting import triangulation as plot
from stats220.plotting import triangulation_poses as poses
from stats220.plotting import triangulation_posteriors as posteriors

EDGES = [(1, 0), (2, 1)]
VIEWS = np.array([[[10.0, 20], [30, 40], [50, 25]], [[110.0, 120], [np.nan, np.nan], [150, 160]]])
POSE = np.array([[0.0, 0, 0], [10, 0, 5], [20, 5, 0]])
WALK = np.stack([POSE, POSE + 1, POSE + 2])
DRAWS = np.random.default_rng(0).normal(size=(50, 3))


@pytest.fixture(autouse=True)
def _on_paper() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    plt.close("all")


CALLS: dict[str, Callable[[], Any]] = {
    "figure_pinhole": lambda: plot.figure_pinhole(),
    "figure_views": lambda: plot.figure_views(VIEWS, EDGES, compared={"truth": VIEWS + 1}),
    "plot_rig": lambda: plot.plot_rig(np.eye(3) * 900, POSE, EDGES),
    "plot_rays": lambda: plot.plot_rays(np.stack([WALK[:2, 0], WALK[:2, 1]]), {"truth": POSE[0]}),
    "figure_epipolar": lambda: plot.figure_epipolar(
        VIEWS, EDGES, 0, np.array([[100.0, 100], [160, 170]]), depths_mm=np.array([900.0, 950])
    ),
    "plot_skeletons": lambda: poses.plot_skeletons({"truth": POSE, "DLT": POSE + 1}, EDGES),
    "plot_errors": lambda: poses.plot_errors(
        [2, 3], {"DLT": np.array([[4.0, 6], [2, 3]])}, quantity="number of cameras"
    ),
    "plot_coordinate": lambda: poses.plot_coordinate(
        {"truth": POSE[:, 0], "walk": POSE[:, 2]}, stds={"walk": np.ones(3)}
    ),
    "figure_pose_states": lambda: posteriors.figure_pose_states(
        np.eye(3)[None, :], np.array([0.0, 10, 20]), np.array([-1, 0, 1])
    ),
    "plot_clouds": lambda: posteriors.plot_clouds({"paw": DRAWS}, {"paw": np.zeros(3)}),
    "plot_calibration": lambda: posteriors.plot_calibration({"GIMBAL": np.linspace(0, 1, 50)}),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_every_axis_says_quantity_and_unit(name: str) -> None:
    drawn = CALLS[name]()
    figure: Any = drawn if isinstance(drawn, Figure) else drawn.get_figure()
    assert isinstance(drawn, Figure if name.startswith("figure") else Axes)
    figure.savefig(io.BytesIO(), format="png")  # nothing warns when it is drawn
    shown = [ax for ax in figure.axes if ax.axison or ax.name == "3d"]
    labels = [ax.get_xlabel() for ax in shown]
    labels += [ax.get_zlabel() for ax in shown if ax.name == "3d"]
    assert labels
    for label in labels:
        assert any(word in label for word in ("(", "number of", "probability"))


def lines(ax: Any) -> list[Any]:
    return [np.array(line.get_xydata()) for line in ax.lines]


def test_views_show_each_camera_in_its_color_with_rows_downwards() -> None:
    figure = plot.figure_views(VIEWS, EDGES, marked={"you": np.array([[1.0, 2], [3, 4]])})
    first, second = figure.axes[:2]
    assert first.lines[0].get_color() != second.lines[0].get_color()
    assert first.get_ylim()[0] > first.get_ylim()[1]
    np.testing.assert_array_equal(lines(first)[0], VIEWS[0, [1, 0]])
    np.testing.assert_array_equal(lines(first)[2], VIEWS[0])
    np.testing.assert_array_equal(lines(second)[-1], [[3, 4]])
    for ax in (first, second):  # nothing that is there lies outside
        for line in lines(ax):
            for x, y in line[np.isfinite(line).all(axis=1)]:
                assert ax.get_xlim()[0] <= x <= ax.get_xlim()[1]
                assert ax.get_ylim()[1] <= y <= ax.get_ylim()[0]


def test_pinhole_shows_half_the_height_at_twice_the_depth() -> None:
    (ax,) = plot.figure_pinhole(height=1.0, depths=(2.0, 4.0)).axes
    texts = [text.get_text() for text in ax.texts]
    assert {"0.5", "0.25", "depth w = 2", "depth w = 4"} <= set(texts)


def test_errors_have_their_mean_and_two_standard_errors() -> None:
    values = np.array([[4.0, 6, 8], [1, 1, 4]])
    ax = poses.plot_errors([2, 3], {"DLT": values}, quantity="number of cameras")
    np.testing.assert_allclose(lines(ax)[0], [[2, 6], [3, 2]])
    band = np.array(ax.collections[0].get_paths()[0].vertices)
    half = 2 * values[0].std(ddof=1) / np.sqrt(3)
    assert band[band[:, 0] == 2, 1].max() == pytest.approx(6 + half)
    assert band[band[:, 0] == 2, 1].min() == pytest.approx(6 - half)


def test_pose_state_hangs_each_bone_on_its_parent() -> None:
    directions = np.array([[[1.0, 0, 0], [1, 0, 0], [0, 0, 1]]])
    figure = posteriors.figure_pose_states(directions, np.array([0, 10, 20]), np.array([-1, 0, 1]))
    side, above = figure.axes
    np.testing.assert_allclose(lines(side)[-1], [[0, 0], [10, 0], [10, 20]])
    np.testing.assert_allclose(lines(above)[-1], [[0, 0], [10, 0], [10, 0]])


def test_pose_states_have_one_scale() -> None:
    directions = np.array([[[0.0, 0, 0], [1, 0, 0]], [[0, 0, 0], [0, 0.6, 0.8]]])
    figure = posteriors.figure_pose_states(directions, np.array([0, 10]), np.array([-1, 0]))
    figure.canvas.draw()
    side, above = figure.axes[:2], figure.axes[2:]
    for row, highest in ((side, 8.0), (above, 6.0)):
        assert len({(*ax.get_xlim(), *ax.get_ylim(), ax.get_aspect()) for ax in row}) == 1
        (left, right), (low, high) = row[0].get_xlim(), row[0].get_ylim()
        assert left < 0 < 10 < right
        assert low < 0 < highest < high


def test_calibration_counts_what_lies_inside() -> None:
    uniform, narrow = np.linspace(0, 1, 1001), np.append(np.full(46, 0.99), np.full(54, 0.5))
    ax = posteriors.plot_calibration({"right": uniform, "too sure": np.append(narrow, np.nan)})
    right, too_sure = lines(ax)[1:3]
    np.testing.assert_allclose(right[:, 1], right[:, 0], atol=0.002)
    assert too_sure[90, 1] == pytest.approx(0.54)
    legend: Any = ax.get_legend()
    assert "too sure: 54 % in 90 % regions" in [text.get_text() for text in legend.get_texts()]


def test_movie_has_a_page_a_frame() -> None:
    movie = poses.movie_skeleton({"truth": WALK}, EDGES)
    alt, data = re.fullmatch(
        r'<img alt="(.*)" src="data:image/gif;base64,(.*)">', movie.data
    ).groups()
    assert alt == "movie of 3 frames of a skeleton in space: truth"
    with Image.open(io.BytesIO(base64.b64decode(data))) as gif:
        assert gif.n_frames == 3  # type: ignore[attr-defined]
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plot.figure_pinhole(depths=(0.0, 1.0)), "must be positive"),
        (lambda: plot.figure_views(VIEWS[0], EDGES), r"must be \(num_cameras, num_keypoints, 2\)"),
        (lambda: plot.figure_views(VIEWS, EDGES, compared={"truth": VIEWS[:1]}), "from 1 cameras"),
        (lambda: poses.movie_skeleton({"a": WALK, "b": WALK[:2]}, EDGES), "one number of frames"),
        (lambda: poses.plot_errors([1], {"DLT": np.ones((2, 3))}, quantity="n"), "1 levels"),
        (lambda: posteriors.plot_calibration({"a": np.array([1.5])}), "from 0 to 1"),
        (
            lambda: posteriors.figure_pose_states(np.ones((1, 2, 3)), np.ones(2), np.array([1, 0])),
            "has a loop",
        ),
    ],
)
def test_refuses_what_it_cannot_draw(call: Callable[[], Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        call()
