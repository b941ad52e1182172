"""The calcium lab's plots: what is drawn is what was handed in, with quantity and unit on every axis."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from jaxtyping import jaxtyped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from stats220.errors import InputError
from stats220.models.calcium import Deconvolution
from stats220.plotting import calcium as plot
from stats220.plotting import style

IMAGE = np.linspace(0.0, 1.0, 20 * 30).reshape(20, 30)
CENTERS = np.array([[5, 6], [0, 29]])
FOOTPRINTS = np.zeros((2, 20, 30))
FOOTPRINTS[0, 4:7, 10:14] = 0.3
FOOTPRINTS[1, 12:15, 20:24] = -0.1
FOOTPRINTS[1, 13, 21:23] = 0.4
AMPLITUDES = np.zeros((2, 60))
AMPLITUDES[0, [10, 40]] = 5, 3
AMPLITUDES[1, 20] = 2
SPIKES = (AMPLITUDES > 0).astype(int)
DENOISED = np.cumsum(AMPLITUDES, axis=1)
TRACES = DENOISED + 0.1
RESULT = Deconvolution(DENOISED[0], AMPLITUDES[0], 0.5, 0.1)
FREQUENCIES = np.linspace(0.0, 15.0, 40)

CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
    "plot_image": (
        plot.plot_image,
        (IMAGE,),
        {"quantity": "correlation (no unit)", "centers_rc": CENTERS, "title": "cells"},
    ),
    "plot_spectrum": (
        plot.plot_spectrum,
        (FREQUENCIES, {"raw": 1 + FREQUENCIES, "filtered": 1e-9 + FREQUENCIES}),
        {"cutoff_hz": 8.0},
    ),
    "plot_contours": (plot.plot_contours, (FOOTPRINTS, IMAGE), {"quantity": "correlation (1)"}),
    "figure_footprints": (plot.figure_footprints, (FOOTPRINTS,), {}),
    "figure_deconvolution": (
        plot.figure_deconvolution,
        (TRACES[0], {"one": RESULT, "other": RESULT}),
        {"frame_rate_hz": 30.0, "spike_counts": SPIKES[0]},
    ),
    "plot_traces": (
        plot.plot_traces,
        (TRACES, DENOISED, AMPLITUDES),
        {"frame_rate_hz": 30.0, "spike_counts": SPIKES},
    ),
    "plot_objective": (plot.plot_objective, (np.array([-900.0, -400.0, -300.0]),), {}),
}


@pytest.fixture(autouse=True)
def _on_paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(plt, "show", lambda *_: pytest.fail("plt.show was called"))
    with matplotlib.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def test_every_plot_is_listed_here() -> None:
    assert {*CALLS, "play_movies"} == set(plot.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_returns_axes_or_a_figure_with_labels_and_renders(name: str) -> None:
    function, arguments, options = CALLS[name]
    before = [np.array(a) for a in arguments if isinstance(a, np.ndarray)]
    drawn = function(*arguments, **options)
    assert isinstance(drawn, Axes if name.startswith("plot_") else Figure)
    figure = drawn if isinstance(drawn, Figure) else drawn.figure
    labels = {text for ax in figure.axes for text in (ax.get_xlabel(), ax.get_ylabel())}
    labels |= {figure.get_supxlabel(), figure.get_supylabel()}
    assert any("(" in label for label in labels)
    assert all("(" in label or label in ("", "sweep") for label in labels)
    figure.canvas.draw()  # layout and all: a warning would fail
    arrays = [a for a in arguments if isinstance(a, np.ndarray)]
    for array, was in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, was)


@pytest.mark.parametrize("name", [name for name in CALLS if name.startswith("plot_")])
def test_draws_on_the_axes_it_is_given(name: str) -> None:
    function, arguments, options = CALLS[name]
    _, (left, right) = plt.subplots(1, 2)
    assert function(*arguments, **options, ax=right) is right
    assert len(plt.get_fignums()) == 1
    assert not left.has_data()
    assert right.has_data()


@pytest.mark.parametrize("name", CALLS)
def test_tensors_are_welcome(name: str) -> None:
    function, arguments, options = CALLS[name]
    drawn = function(
        *(torch.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments),
        **{k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()},
    )
    assert type(drawn) is type(function(*arguments, **options))


@pytest.mark.parametrize("name", CALLS)
def test_signatures_are_true(name: str) -> None:
    """The shapes in the signature, executed."""
    beartype = pytest.importorskip("beartype").beartype
    function, arguments, options = CALLS[name]
    assert jaxtyped(typechecker=beartype)(function)(*arguments, **options) is not None


@pytest.mark.parametrize("name", plot.__all__)
def test_docstrings_say_what_goes_in_and_out(name: str) -> None:
    function = getattr(plot, name)
    docstring = inspect.getdoc(function) or ""
    for section in ("Parameters", "Returns", "Raises"):
        assert f"\n{section}\n{'-' * len(section)}" in docstring
    for parameter in inspect.signature(function).parameters:
        assert parameter in docstring


def test_rings_are_where_the_cells_are_and_the_image_keeps_its_limits() -> None:
    ax = plot.plot_image(IMAGE, quantity="x (1)", centers_rc=CENTERS, neuron_width_px=8)
    assert [ring.center for ring in ax.patches] == [(6, 5), (29, 0)]
    assert {ring.radius for ring in ax.patches} == {4}
    assert [text.get_text() for text in ax.texts] == ["0", "1"]
    assert ax.get_xlim() == (-0.5, 29.5)
    assert ax.get_ylim() == (19.5, -0.5)


def test_contours_have_their_neurons_color_and_lie_around_the_footprint() -> None:
    ax = plot.plot_contours(FOOTPRINTS, IMAGE, quantity="x (1)", level=0.5)
    first, second = ax.collections
    assert [text.get_text() for text in ax.texts] == ["0", "1"]
    for k, contour in enumerate((first, second)):
        expected = matplotlib.colors.to_rgb(style.color(k))
        np.testing.assert_allclose(contour.get_edgecolor()[0][:3], expected)
        (edge,) = contour.get_path_effects()  # the eighth color is black, and so is a dark image
        assert isinstance(edge, withStroke)
    x, y = np.concatenate([path.vertices for path in first.get_paths()]).T
    assert (9 <= x.min() < 10, 13 < x.max() <= 14) == (True, True)
    assert (3 <= y.min() < 4, 6 < y.max() <= 7) == (True, True)


def test_footprints_share_signed_colors_and_are_centered() -> None:
    figure = plot.figure_footprints(FOOTPRINTS, names=["a", "b"], size_px=11)
    panels = figure.axes[:2]
    assert [ax.get_title() for ax in panels] == ["a", "b"]
    assert {ax.images[0].get_clim() for ax in panels} == {(-0.4, 0.4)}
    left, right = panels[0].get_xlim()
    bottom, top = panels[0].get_ylim()
    assert right - left == bottom - top == 11
    assert (left + right) / 2 == pytest.approx(11.5, abs=0.5)
    assert (bottom + top) / 2 == pytest.approx(5)


def test_deconvolutions_are_drawn_with_their_baseline_in_the_window() -> None:
    figure = plot.figure_deconvolution(
        TRACES[0], {"fit": RESULT}, frame_rate_hz=30.0, spike_counts=SPIKES[0], seconds=(0, 1)
    )
    top, bottom = figure.axes
    trace, fit = top.lines
    assert trace.get_xydata().shape == (31, 2)  # 0 s to 1 s, both included
    np.testing.assert_allclose(fit.get_ydata(), DENOISED[0, :31] + 0.5)
    (ticks,) = bottom.lines
    np.testing.assert_allclose(ticks.get_xdata(), [10 / 30])  # the spike in frame 40 is later
    heights = [segment[:, 1].max() for segment in bottom.collections[0].get_segments()]
    np.testing.assert_allclose(heights, AMPLITUDES[0, :31])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        *("trace", "fit", "true spikes")
    ]


def test_traces_stand_one_below_the_other_in_their_neurons_colors() -> None:
    ax = plot.plot_traces(TRACES, DENOISED, AMPLITUDES, frame_rate_hz=30.0, spike_counts=SPIKES)
    fits = [line for line in ax.lines if line.get_color() in style.PALETTE[:2]]
    assert [line.get_color() for line in fits] == [style.color(0), style.color(1)]
    for k, line in enumerate(fits):
        values = np.asarray(line.get_ydata(), float)
        assert values.min() == pytest.approx(-k)
        assert values.max() < 1 - k
    ticks = [line for line in ax.lines if line.get_marker() == "|"]
    np.testing.assert_allclose(ticks[0].get_xdata(), np.array([10, 40]) / 30)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["0", "1"]


def test_traces_may_have_names_and_say_what_is_drawn() -> None:
    ax = plot.plot_traces(
        TRACES,
        DENOISED,
        AMPLITUDES,
        frame_rate_hz=30.0,
        spike_counts=SPIKES,
        names=["a: 3.0", "b: none"],
    )
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["a: 3.0", "b: none"]
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said[-2:] == ["below: amplitudes", "above: true spikes"]
    with pytest.raises(InputError, match="1 names for 2 traces"):
        plot.plot_traces(TRACES, DENOISED, AMPLITUDES, frame_rate_hz=30.0, names=["a"])


def test_axes_that_are_to_be_compared_end_where_they_are_told() -> None:
    figure = plot.figure_deconvolution(
        TRACES[0], {"fit": RESULT}, frame_rate_hz=30.0, amplitude_limit=8.0
    )
    assert figure.axes[1].get_ylim()[1] == 8.0
    figure = plot.figure_footprints(FOOTPRINTS, limit=0.1)
    assert figure.axes[0].images[0].get_clim() == (-0.1, 0.1)
    ax = plot.plot_spectrum(FREQUENCIES, {"raw": 1 + FREQUENCIES}, cutoff_hz=8.0, white=2 / 30)
    assert "white noise" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_silent_neurons_are_drawn_too() -> None:
    silent = np.zeros((2, 60))
    ax = plot.plot_traces(TRACES, silent, silent, frame_rate_hz=30.0)
    ax.figure.canvas.draw()
    assert all(np.isfinite(np.asarray(line.get_ydata(), float)).all() for line in ax.lines)
    assert plot.plot_contours(0 * FOOTPRINTS, IMAGE, quantity="x (1)").has_data()
    assert plot.figure_footprints(0 * FOOTPRINTS).axes


def test_objective_is_shown_as_what_was_gained() -> None:
    ax = plot.plot_objective(np.array([-5000.0, -2000.0, -1000.0]))
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0, 3, 4])


def test_movies_play_every_frame_with_buttons_and_leave_no_figure() -> None:
    movie = np.random.default_rng(0).normal(size=(8, 9, 4))
    page = plot.play_movies(
        {"movie": movie, "residual": movie / 2}, frame_rate_hz=5.0, signed=["residual"]
    ).data
    assert page.count("data:image/jpeg;base64") == 4
    assert "<button" in page
    assert re.findall(r"<img [^>]*>", page)[0].startswith(
        '<img alt="movies side by side: movie, residual" '
    )
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plot.plot_image(IMAGE[0], quantity="x"), r"image must be \(height, width\)"),
        (lambda: plot.plot_image(IMAGE, quantity="x", centers_rc=CENTERS[0]), "centers_rc must be"),
        (
            lambda: plot.plot_spectrum(FREQUENCIES, {"raw": FREQUENCIES[1:]}, cutoff_hz=8),
            r"raw is \(39,\), frequencies_hz is \(40,\)",
        ),
        (lambda: plot.plot_contours(FOOTPRINTS, IMAGE[1:], quantity="x"), "not images of"),
        (lambda: plot.figure_footprints(IMAGE), "footprints must be"),
        (lambda: plot.figure_footprints(FOOTPRINTS, names=["a"]), "1 names for 2 footprints"),
        (
            lambda: plot.figure_deconvolution(TRACES[0, 1:], {"a": RESULT}, frame_rate_hz=30.0),
            r"a: denoised \(60,\) .* must be \(59,\)",
        ),
        (
            lambda: plot.plot_traces(TRACES, DENOISED[:1], AMPLITUDES, frame_rate_hz=30.0),
            "must have one shape",
        ),
        (lambda: plot.plot_objective(np.zeros((2, 2))), "objective must be"),
        (lambda: plot.play_movies({}, frame_rate_hz=5.0), "got none"),
        (lambda: plot.play_movies({"movie": IMAGE}, frame_rate_hz=5.0), r"movie \(20, 30\)"),
        (
            lambda: plot.play_movies(
                {"a": np.zeros((4, 4, 3)), "b": np.zeros((4, 4, 2))}, frame_rate_hz=5.0
            ),
            "as many frames",
        ),
    ],
)
def test_refuses(call: Callable[[], object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        call()
