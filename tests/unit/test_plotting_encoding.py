"""The encoding lab's plots: what is drawn is what was handed in, with quantity and unit on every axis."""

from collections.abc import Callable, Iterator
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from stats220.errors import InputError
from stats220.plotting import encoding, encoding_filters, encoding_models, style

RNG = np.random.default_rng(0)
MOVIE = RNG.choice([-1, 1], (3, 4, 5)).astype(np.int8)
AVERAGES = RNG.normal(size=(4, 6, 4, 5))


@pytest.fixture(autouse=True)
def _on_paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(plt, "show", lambda *_: pytest.fail("plt.show was called"))
    with matplotlib.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def panels(figure: Any) -> list[Any]:
    return [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]


def test_frames_say_when_they_were_shown_and_share_their_grays() -> None:
    figure = encoding.figure_frames(torch.from_numpy(MOVIE), bin_seconds=0.01)
    assert [ax.get_title() for ax in panels(figure)] == ["0 ms", "10 ms", "20 ms"]
    for ax, frame in zip(panels(figure), MOVIE, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), frame)
        assert ax.images[0].get_clim() == (-1, 1)


def test_raster_has_a_mark_for_each_bin_with_spikes_at_its_time_and_trial() -> None:
    trials = np.zeros((3, 100), np.uint8)
    trials[0, 10], trials[2, 50] = 1, 2
    ax = encoding.plot_raster(trials, bin_seconds=0.01, index=2)
    segments = ax.collections[0].get_segments()
    assert [(seg[0][0], seg.mean(axis=0)[1]) for seg in segments] == [(0.1, 0), (0.5, 2)]
    assert to_hex(ax.collections[0].get_color()[0]) == style.color(2).lower()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (s)", "trial")
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first trial on top


def test_rates_show_the_seconds_asked_for() -> None:
    rate, measured = np.arange(300.0), np.arange(300.0) + 1
    ax = encoding.plot_rates(
        {"LNP": rate}, measured_hz=measured, bin_seconds=0.01, seconds=(1.0, 2.0)
    )
    times, values = ax.lines[0].get_data()
    assert (times[0], times[-1], values[0], values[-1]) == (1.0, 2.0, 100, 200)
    assert ax.get_ylabel() == "rate (Hz)"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["measured", "LNP"]
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().y0 >= ax.bbox.y1  # over none of the rates


def test_sta_rows_are_neurons_and_columns_lags_symmetric_about_zero() -> None:
    figure = encoding_filters.figure_sta(
        torch.from_numpy(AVERAGES), [0, 3], neurons=[1, 2], bin_seconds=0.01
    )
    axes = panels(figure)
    assert [ax.get_title() for ax in axes[:2]] == ["0 ms", "-30 ms"]
    for ax, (n, lag) in zip(axes, [(1, 0), (1, 3), (2, 0), (2, 3)], strict=True):
        np.testing.assert_allclose(ax.images[0].get_array(), AVERAGES[n, lag])
        low, high = ax.images[0].get_clim()
        assert -low == high == pytest.approx(np.abs(AVERAGES[n]).max())
    assert [ax.get_ylabel() for ax in axes[::2]] == ["neuron 1", "neuron 2"]


def test_temporal_filters_are_in_milliseconds_and_the_truth_is_dashed() -> None:
    filters = {"LNP": [1.0, 2.0, 3.0], "truth": [1.0, 1.0, 0.0]}
    ax = encoding_filters.plot_temporal_filters(filters, bin_seconds=0.01)
    fitted, true = ax.lines[1:]
    np.testing.assert_allclose(fitted.get_xdata(), [0, 10, 20])
    assert (true.get_linestyle(), true.get_color()) == ("--", "black")
    assert ax.get_xlabel() == "lag (ms)"


def test_filters_of_other_sign_and_size_look_the_same() -> None:
    u, v = RNG.normal(size=(2, 4, 5)), RNG.normal(size=(2, 6))
    figure = encoding_filters.figure_filters(
        {"LNP": torch.tensor(-3 * u), "truth": u},
        {"LNP": torch.tensor(-0.2 * v), "truth": v},
        neurons=[1],
        bin_seconds=0.01,
    )
    fitted, true, over_time = panels(figure)
    np.testing.assert_allclose(fitted.images[0].get_array(), true.images[0].get_array())
    np.testing.assert_allclose(over_time.lines[1].get_ydata(), over_time.lines[2].get_ydata())
    largest = over_time.lines[1].get_ydata()
    assert largest[np.abs(largest).argmax()] > 0


def test_layer_has_space_above_and_time_below() -> None:
    figure = encoding_filters.figure_layer(AVERAGES[0], AVERAGES[0, :, 0], bin_seconds=0.01)
    axes = panels(figure)
    assert len(axes) == 12
    np.testing.assert_allclose(axes[2].images[0].get_array(), AVERAGES[0, 2])
    np.testing.assert_allclose(axes[8].lines[1].get_ydata(), AVERAGES[0, 2, 0])


def test_sliding_template_lies_where_most_is_expected_latest_frame_last() -> None:
    pixels, template = RNG.normal(size=(20, 7)), RNG.normal(size=(4, 7))
    expected = np.zeros(17)
    expected[5] = 0.1  # for bin 8: frames 5 to 8
    figure = encoding_filters.figure_sliding_template(
        pixels, template, expected, np.zeros(17), bin_seconds=0.01
    )
    above, below = panels(figure)
    movie, patch = above.images
    np.testing.assert_allclose(movie.get_array(), pixels.T)
    np.testing.assert_allclose(patch.get_array()[:, -1], template[0])
    np.testing.assert_allclose(patch.get_extent()[:2], [0.05, 0.09])
    assert below.lines[0].get_ydata().max() == pytest.approx(10)  # Hz
    assert below.lines[0].get_xdata()[5] == pytest.approx(0.085)


def test_coupling_panels_are_to_by_from_with_the_truth_dashed() -> None:
    coupling = RNG.normal(size=(3, 3, 5))
    figure = encoding_models.figure_coupling(
        torch.from_numpy(coupling), truth=coupling[:, :, :2], bin_seconds=0.01
    )
    axes = np.array(panels(figure)).reshape(3, 3)
    fitted, true = axes[2, 1].lines[1:]
    np.testing.assert_allclose(fitted.get_ydata(), coupling[2, 1])
    np.testing.assert_allclose(fitted.get_xdata(), [10, 20, 30, 40, 50])
    np.testing.assert_allclose(true.get_ydata(), coupling[2, 1, :2])
    assert (axes[0, 1].get_title(), axes[2, 0].get_ylabel()) == ("from 1", "to 2")


def test_ladder_joins_each_neuron_and_shows_the_interval_over_them() -> None:
    scores = {"LNP": np.array([1.0, 2.0, np.nan, 3.0]), "CNN": np.array([2.0, 3.0, 5.0, 4.0])}
    ax = encoding_models.plot_ladder(scores, quantity="bits per spike", ceiling=6.0)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [2, 3])
    means = [c.lines[0].get_ydata()[0] for c in ax.containers]
    assert means == [2.0, 3.5]
    low, high = (y for _, y in ax.containers[0].lines[2][0].get_segments()[0])
    assert high - low == pytest.approx(2 * 1.96 * 1 / np.sqrt(3))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["LNP", "CNN"]


def test_data_efficiency_is_over_minutes() -> None:
    ax = encoding_models.plot_data_efficiency([1, 2.5], {"LNP": [0.5, 0.7]}, quantity="bits")
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[1, 0.5], [2.5, 0.7]])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["1", "2.5"]


def test_uniform_numbers_stay_within_the_band_of_the_smaller_sample() -> None:
    uniform = (np.arange(100) + 0.5) / 100
    ax = encoding_models.plot_uniform({"true": uniform, "false": uniform**2})
    ax.figure.canvas.draw()
    assert ax.yaxis.label.get_window_extent().y1 <= ax.figure.bbox.y1  # none of it cut off
    true, false = (np.abs(line.get_ydata()).max() for line in ax.lines)
    assert true < 1e-12
    assert false > 0.136  # of 100 numbers
    assert ax.patches[0].get_height() == pytest.approx(2 * 0.136)


@pytest.mark.parametrize(
    "call",
    [
        lambda: encoding.figure_frames(np.zeros((4, 5)), bin_seconds=0.01),
        lambda: encoding.plot_raster(np.zeros(5), bin_seconds=0.01),
        lambda: encoding.plot_rates({"a": np.zeros(3), "b": np.zeros(4)}, bin_seconds=0.01),
        lambda: encoding_filters.figure_sta(AVERAGES, [6], bin_seconds=0.01),
        lambda: encoding_filters.figure_filters({"a": 0}, {"b": 0}, neurons=[0], bin_seconds=0.01),
        lambda: encoding_filters.figure_layer(AVERAGES[0], AVERAGES[0, :3, 0], bin_seconds=0.01),
        lambda: encoding_filters.figure_sliding_template(
            np.zeros((9, 3)), np.zeros((4, 3)), np.zeros(5), np.zeros(5), bin_seconds=0.01
        ),
        lambda: encoding_models.figure_coupling(np.zeros((2, 3, 4)), bin_seconds=0.01),
        lambda: encoding_models.plot_ladder({"a": np.zeros(3), "b": np.zeros(4)}, quantity="q"),
        lambda: encoding_models.plot_data_efficiency([1, 2], {"a": [1.0]}, quantity="q"),
    ],
)
def test_other_shapes_are_refused(call: Callable[[], Any]) -> None:
    with pytest.raises(InputError):
        call()
