"""The pose lab's plots: what is drawn is what was handed in, with quantity and unit on every axis."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from jaxtyping import jaxtyped
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from stats220.data.pose import load_mouse_reaching
from stats220.errors import InputError
from stats220.plotting import pose as plot
from stats220.plotting import style

NAMES = ("Hand", "Tongue")
FRAME = np.full((20, 30, 3), 40, dtype=np.uint8)
MASKS = np.zeros((2, 20, 30), dtype=np.float32)
MASKS[0, 4:7, 10:14] = 1
HALF = MASKS[:, ::2, ::2]
CHANNELS = np.linspace(-2, 1, 3 * 20 * 30).reshape(3, 20, 30)
KEYPOINTS = np.array([[11.0, 5.0], [np.nan, np.nan]])
CURVE = np.linspace(1.0, 0.1, 12)

CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
    "plot_frame": (plot.plot_frame, (FRAME,), {"title": "frame 3"}),
    "plot_keypoints": (plot.plot_keypoints, (KEYPOINTS, NAMES), {}),
    "plot_masks": (plot.plot_masks, (MASKS,), {"image": FRAME, "keypoint_names": NAMES}),
    "plot_probabilities": (plot.plot_probabilities, (0.7 * MASKS,), {"image": FRAME}),
    "figure_channels": (plot.figure_channels, (CHANNELS,), {}),
    "figure_probabilities": (plot.figure_probabilities, (0.7 * MASKS,), {"keypoint_names": NAMES}),
    "figure_templates": (plot.figure_templates, (CHANNELS[:2],), {"keypoint_names": NAMES}),
    "figure_pipeline": (
        plot.figure_pipeline,
        (FRAME, CHANNELS, MASKS, CHANNELS[:, ::2, ::2], HALF, HALF),
        {"keypoint_names": NAMES},
    ),
    "plot_loss_overflow": (plot.plot_loss_overflow, (CURVE, CURVE, CURVE), {}),
    "plot_learning_curves": (plot.plot_learning_curves, (CURVE, CURVE), {"label": "ResNet"}),
}


@pytest.fixture(autouse=True)
def _on_paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(plt, "show", lambda *_: pytest.fail("plt.show was called"))
    with matplotlib.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def texts(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def panels(drawn: Axes | Figure) -> list[Axes]:
    return [drawn] if isinstance(drawn, Axes) else list(drawn.axes)


def test_every_plot_is_listed_here() -> None:
    assert set(CALLS) == set(plot.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_returns_axes_or_a_figure_with_labels_and_renders(name: str) -> None:
    function, arguments, options = CALLS[name]
    before = [np.array(a) for a in arguments]
    drawn = function(*arguments, **options)
    assert isinstance(drawn, Axes if name.startswith("plot_") else Figure)
    for ax in panels(drawn):
        is_colour_bar = ax.get_label() == "<colorbar>"
        assert ax.get_ylabel() or not ax.get_subplotspec().is_first_col()  # type: ignore[union-attr]
        assert ax.get_xlabel() or is_colour_bar
        for label in (ax.get_xlabel(), ax.get_ylabel()):
            assert not label or "(" in label or label in ("epoch", "logit", "probability")
    figure = drawn if isinstance(drawn, Figure) else drawn.figure
    figure.canvas.draw()  # layout and all: a warning would fail
    for array, was in zip(arguments, before, strict=True):
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
def test_tensors_with_a_graph_are_welcome(name: str) -> None:
    function, arguments, options = CALLS[name]
    tensors = [torch.tensor(a) for a in arguments if isinstance(a, np.ndarray)]
    for tensor in tensors:
        if tensor.is_floating_point():
            tensor.requires_grad_()
    assert type(function(*tensors, **options)) is type(function(*arguments, **options))


@pytest.mark.parametrize("name", CALLS)
def test_signatures_are_true(name: str) -> None:
    """The shapes in the signature, executed."""
    beartype = pytest.importorskip("beartype").beartype
    function, arguments, options = CALLS[name]
    assert jaxtyped(typechecker=beartype)(function)(*arguments, **options) is not None


@pytest.mark.parametrize("name", CALLS)
def test_docstrings_say_what_goes_in_and_out(name: str) -> None:
    function, _, _ = CALLS[name]
    docstring = inspect.getdoc(function) or ""
    for section in ("Parameters", "Returns", "Raises"):
        assert f"\n{section}\n{'-' * len(section)}" in docstring
    for parameter in inspect.signature(function).parameters:
        assert parameter in docstring


def test_keypoints_are_drawn_where_they_are() -> None:
    ax = plot.plot_frame(FRAME)
    plot.plot_keypoints(KEYPOINTS, NAMES, ax=ax)
    plot.plot_keypoints(KEYPOINTS + 2, NAMES, kind="predicted", ax=ax)
    drawn = [line.get_xydata() for line in ax.lines]
    np.testing.assert_array_equal(drawn, [[k] for k in (*KEYPOINTS, *(KEYPOINTS + 2))])
    assert [line.get_marker() for line in ax.lines] == ["o", "o", "X", "X"]
    assert texts(ax) == [
        "Hand, labeled",
        "Tongue, not labeled",
        "Hand, predicted",
        "Tongue, not predicted",
    ]
    assert [line.get_color() for line in ax.lines] == [style.color(k) for k in (0, 1, 0, 1)]


def test_keypoints_alone_have_y_downwards() -> None:
    ax = plot.plot_keypoints(np.array([[1.0, 2.0], [3.0, 9.0]]))
    bottom, top = ax.get_ylim()
    assert bottom > top
    assert texts(ax) == ["key point 0, labeled", "key point 1, labeled"]


def test_masks_are_painted_pixel_by_pixel() -> None:
    ax = plot.plot_masks(MASKS, keypoint_names=NAMES)
    background, hand, tongue = (np.asarray(image.get_array()) for image in ax.images)
    assert background.shape == (20, 30)
    np.testing.assert_array_equal(hand[..., 3] > 0, MASKS[0] == 1)
    np.testing.assert_allclose(hand[5, 11, :3], to_rgb(style.color(0)))
    assert not tongue[..., 3].any()
    assert texts(ax) == ["Hand: 12 pixels", "Tongue: 0 pixels"]
    assert texts(plot.plot_masks(MASKS[:1] > 0)) == ["key point 0: 12 pixels"]
    one = np.zeros((1, 4, 4))
    one[0, 2, 2] = 1
    assert texts(plot.plot_masks(one)) == ["key point 0: 1 pixel"]


def test_probabilities_are_as_opaque_as_they_are_large() -> None:
    probabilities = np.zeros((1, 2, 3))
    probabilities[0, 1] = (0.0, 0.5, 1.0)
    ax = plot.plot_probabilities(probabilities, keypoint_names=["Hand"])
    alpha = np.asarray(ax.images[1].get_array())[1, :, 3]
    assert alpha[0] == 0.0
    assert alpha[1] == pytest.approx(alpha[2] / 2)
    assert 0.7 < alpha[2] < 1.0
    assert texts(ax) == ["Hand: largest 1"]


def test_panels_share_their_colours() -> None:
    figure = plot.figure_probabilities(0.2 * MASKS)
    assert {ax.images[0].get_clim() for ax in figure.axes[:2]} == {(0, 1)}
    for figure in (plot.figure_templates(CHANNELS), plot.figure_channels(CHANNELS)):
        assert {ax.images[0].get_clim() for ax in figure.axes[:3]} == {(-2.0, 2.0)}


def test_pipeline_shows_each_step_with_its_shape() -> None:
    function, arguments, options = CALLS["figure_pipeline"]
    figure = function(*arguments, **options)
    titles = [ax.get_title() for ax in figure.axes]
    shapes = ((20, 30, 3), (3, 20, 30), (3, 10, 15), (2, 20, 30), (2, 10, 15), (2, 10, 15))
    for title, shape in zip(titles, shapes, strict=False):
        assert str(shape) in title
    for zoomed, (row, column) in ((figure.axes[3], (4, 10)), (figure.axes[4], (2, 5))):
        left, right = zoomed.get_xlim()
        bottom, top = zoomed.get_ylim()
        assert left < column < right
        assert top < row < bottom


def test_pipeline_without_a_labeled_key_point() -> None:
    function, arguments, _ = CALLS["figure_pipeline"]
    empty = [a * 0 if i in (2, 4, 5) else a for i, a in enumerate(arguments)]
    figure = function(*empty)
    figure.canvas.draw()
    assert texts(figure.axes[5]) == ["key point 0: 0 pixels", "key point 1: 0 pixels"]


def test_overflow_is_shaded_exactly_where_the_naive_loss_is_lost() -> None:
    logits = np.linspace(-120.0, 120.0, 241, dtype=np.float32)
    with np.errstate(over="ignore"):
        naive = np.log1p(np.exp(logits))
    lost = ~np.isfinite(naive)
    assert 0 < lost.sum() < 40  # float32: from 88.7 on
    ax = plot.plot_loss_overflow(logits, naive, np.logaddexp(0, logits))
    thick, thin = ax.lines
    np.testing.assert_array_equal(np.isnan(np.asarray(thick.get_ydata(), float)), lost)
    assert np.isfinite(np.asarray(thin.get_ydata(), float)).all()
    x = ax.collections[0].get_paths()[0].vertices
    shaded = np.asarray(x)[np.asarray(x)[:, 1] > 0.5, 0]
    assert abs(shaded.min() - logits[lost][0]) <= 0.5
    assert texts(ax) == ["naive", "stable", "naive: inf or nan"]
    assert texts(plot.plot_loss_overflow(CURVE, CURVE, CURVE)) == ["naive", "stable"]


def test_training_is_solid_and_validation_dashed() -> None:
    ax = plot.plot_learning_curves(CURVE, 2 * CURVE, label="template")
    plot.plot_learning_curves(CURVE, 3 * CURVE, label="ResNet", index=1, ax=ax)
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--", "-", "--"]
    assert [line.get_color() for line in ax.lines] == [style.color(k) for k in (0, 0, 1, 1)]
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), np.arange(1, 13))
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), 2 * CURVE)
    assert texts(ax)[1] == "template, validation"
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: plot.plot_frame(FRAME[..., 0]),
            r"a frame is \(height, width, 3\): got \(20, 30\)",
        ),
        (lambda: plot.plot_frame(CHANNELS), "figure_channels shows"),
        (lambda: plot.plot_frame(np.zeros((4, 4, 4))), r"got \(4, 4, 4\)"),
        (lambda: plot.plot_keypoints(KEYPOINTS[0]), r"\(num_keypoints, 2\): got \(2,\)"),
        (lambda: plot.plot_keypoints(KEYPOINTS[None]), "of one frame"),
        (lambda: plot.plot_keypoints(KEYPOINTS, ["Hand"]), "1 keypoint_names for 2 key points"),
        (lambda: plot.plot_keypoints(KEYPOINTS, kind="true"), "labeled, predicted: got 'true'"),
        (lambda: plot.plot_masks(MASKS[0]), r"masks must be \(num_keypoints, height, width\)"),
        (lambda: plot.plot_masks(MASKS, image=FRAME[:10]), "height and width must agree"),
        (lambda: plot.plot_masks(MASKS, keypoint_names=[*NAMES, "?"]), "3 keypoint_names for 2"),
        (lambda: plot.plot_probabilities(MASKS * 3), "from 0 to 1: got 0 to 3. Are they logits?"),
        (lambda: plot.plot_probabilities(MASKS - 1), "Are they logits?"),
        (lambda: plot.figure_probabilities(MASKS * np.nan), "Are they logits?"),
        (lambda: plot.figure_probabilities(MASKS[:0]), "probabilities must be"),
        (lambda: plot.figure_templates(MASKS[0]), "templates must be"),
        (lambda: plot.figure_channels(FRAME), r"channels must be \(3, height, width\): got"),
        (lambda: plot.plot_learning_curves(CURVE, CURVE[1:]), r"one length: .*\(12,\).*\(11,\)"),
        (lambda: plot.plot_loss_overflow(CURVE, CURVE, CURVE[None]), "one-dimensional"),
    ],
)
def test_refuses(call: Callable[[], object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        call()


def test_a_real_frame_with_its_labels(recordings: Path) -> None:
    data = load_mouse_reaching()
    for i in (0, 5):  # one of each size
        ax = plot.plot_frame(data.images[i])
        plot.plot_keypoints(data.keypoints_xy[i], data.keypoint_names, ax=ax)
        ax.figure.canvas.draw()
        height, width = data.images[i].shape[:2]
        assert ax.get_xlim() == (-0.5, width - 0.5)  # the markers do not move the limits
        assert ax.get_ylim() == (height - 0.5, -0.5)


def test_epochs_are_whole_numbers() -> None:
    ax = plot.plot_learning_curves([3.0, 2.0, 1.0], [3.0, 2.0, 1.0])
    ax.figure.canvas.draw()
    assert all(float(tick).is_integer() for tick in ax.get_xticks())
    plt.close("all")
