"""Plots of trained trackers: what is drawn is what was handed in, with quantity and unit on every axis."""

import base64
import io
import re
from collections.abc import Iterator
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from PIL import Image

from stats220.errors import InputError
from stats220.plotting import pose_training as plot
from stats220.plotting import style
from stats220.plotting.pictures import as_png

NAMES = ("Hand", "Tongue")
LARGE, SMALL = (np.full((h, w, 3), 40, dtype=np.uint8) for h, w in ((40, 60), (20, 30)))
PREDICTED = np.array([[[11.0, 5.0], [np.nan, np.nan]], [[12.0, 6.0], [20.0, 10.0]]])


@pytest.fixture(autouse=True)
def _on_paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(plt, "show", lambda *_: pytest.fail("plt.show was called"))
    with matplotlib.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def test_feature_maps_show_the_first_channels_of_each_stage_and_say_their_size() -> None:
    stages = {"stem": torch.randn(8, 10, 12), "layer1": torch.randn(16, 5, 6)}
    figure = plot.figure_feature_maps(stages, num_maps=3)
    panels = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
    assert [ax.get_ylabel() for ax in panels] == [
        *("stem\n8 × 10 × 12", "", ""),
        *("layer1\n16 × 5 × 6", "", ""),
    ]
    for panel, maps, channel in ((panels[1], stages["stem"], 1), (panels[5], stages["layer1"], 2)):
        np.testing.assert_allclose(panel.images[0].get_array(), maps[channel].numpy())
        low, high = panel.images[0].get_clim()
        assert -low == high == pytest.approx(float(maps[:3].abs().max()))


def test_rectified_feature_maps_begin_at_zero() -> None:
    maps = np.array([[[0.0, 2.0]], [[1.0, 5.0]]])
    figure = plot.figure_feature_maps({"stem": maps}, num_maps=2)
    assert figure.axes[0].images[0].get_clim() == (0, 5)
    assert figure.axes[0].images[0].get_cmap().name == style.POSITIVE_MAP


@pytest.mark.parametrize(
    ("features", "num_maps"),
    [({}, 2), ({"stem": np.zeros((1, 4, 4))}, 2), ({"stem": np.zeros((4, 4))}, 1), ({}, 0)],
)
def test_feature_maps_refuse_other_shapes(features: dict[str, Any], num_maps: int) -> None:
    with pytest.raises(InputError):
        plot.figure_feature_maps(features, num_maps=num_maps)


def test_grid_search_names_the_setting_and_draws_validation_dashed() -> None:
    ax = plot.plot_grid_search([1, 4], [0.3, 0.2], train_losses=[0.1, 0.2], name="downsample")
    training, validation = ax.lines
    assert (training.get_linestyle(), validation.get_linestyle()) == ("-", "--")
    assert list(validation.get_ydata()) == [0.3, 0.2]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "4"]
    assert ax.get_xlabel() == "downsample"
    assert "nats" in ax.get_ylabel()
    with pytest.raises(InputError, match="1 validation losses for 2 values of downsample"):
        plot.plot_grid_search([1, 4], [0.3], name="downsample")


def test_pixel_errors_have_a_dot_a_frame_a_bar_at_the_median_and_the_human_line() -> None:
    distances = np.array([[1.0, np.nan], [4.0, np.nan], [16.0, 5.0]])
    ax = plot.plot_pixel_errors({"ours": distances, "theirs": 2 * distances}, keypoint_names=NAMES)
    dots = [line for line in ax.lines if line.get_marker() not in ("None", None)]
    bars = [line for line in ax.lines if to_hex(line.get_color()) == "#000000"]
    assert [list(line.get_ydata()) for line in dots] == [[1, 4, 16], [5], [2, 8, 32], [10]]
    assert [bar.get_ydata()[0] for bar in bars] == [4, 5, 8, 10]
    assert [to_hex(line.get_color()).upper() for line in dots[:2]] == [
        style.color(0),
        style.color(1),
    ]
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        *("ours", "theirs", "median", "one person labeling twice, 2.7 px")
    ]
    assert ax.get_yscale() == "log"
    assert "pixels" in ax.get_ylabel()


@pytest.mark.parametrize(
    "distances",
    [{}, {"a": np.zeros(3)}, {"a": np.zeros((3, 2)), "b": np.zeros((3, 1))}],
)
def test_pixel_errors_refuse_trackers_that_do_not_go_together(distances: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        plot.plot_pixel_errors(distances)


def test_movie_has_a_page_a_frame_and_shows_the_key_points_in_their_colours() -> None:
    movie = plot.movie_keypoints(
        [LARGE, SMALL],
        PREDICTED,
        PREDICTED + 1,
        keypoint_names=NAMES,
        titles=["frame 3", "frame 5"],
        frames_per_second=4,
    )
    alt, data = re.fullmatch(
        r'<img alt="(.*)" src="data:image/gif;base64,(.*)">', movie.data
    ).groups()
    assert alt == "movie of 2 frames with predicted key points (crosses) and labeled ones (rings)"
    with Image.open(io.BytesIO(base64.b64decode(data))) as pages:
        assert pages.n_frames == 2
        assert pages.info["duration"] == 250
        assert pages.info["loop"] == 0
        page = np.array(pages.convert("RGB")).astype(int)
    for k in range(2):  # a colour of the page is near that of each key point
        rgb = [int(style.color(k)[i : i + 2], 16) for i in (1, 3, 5)]
        assert np.abs(page - rgb).sum(axis=2).min() < 30
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("images", "predicted", "options"),
    [
        ([], np.zeros((0, 2, 2)), {}),
        ([LARGE], PREDICTED, {}),
        ([LARGE, SMALL], PREDICTED, {"titles": ["one"]}),
        ([LARGE, SMALL], PREDICTED, {"frames_per_second": 0}),
    ],
)
def test_movie_refuses_what_does_not_go_together(
    images: list[Any], predicted: Any, options: dict[str, Any]
) -> None:
    with pytest.raises(InputError):
        plot.movie_keypoints(images, predicted, **options)


def test_png_is_the_figure_and_closes_it() -> None:
    figure, _ = plt.subplots(figsize=(2, 1))
    with Image.open(io.BytesIO(as_png(figure, dpi=50))) as image:
        assert image.size == (100, 50)
    assert plt.get_fignums() == []


def test_first_row_of_feature_maps_names_the_channels() -> None:
    maps = {"stem": np.ones((3, 4, 5)), "stage 1": np.ones((3, 2, 2))}
    figure = plot.figure_feature_maps(maps, num_maps=3)
    titles = [ax.get_title() for ax in figure.axes[:6]]
    assert titles == ["channel 0", "channel 1", "channel 2", "", "", ""]
    plt.close(figure)
