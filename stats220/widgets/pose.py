"""An explorer of a pose tracker's answers: choose frame, key point and threshold, and see where it looks."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.pose import plot_frame
from stats220.widgets.picture import empty_picture, show_figure

Array = NDArray[Any]
Predict = Callable[[int, float], tuple[Any, Any]]


def explore_predictions(
    images: Sequence[Any],
    predict: Predict,
    keypoint_names: Sequence[str],
    *,
    keypoints_xy: Any = None,
    trained_on: Sequence[int] = (),
) -> ipywidgets.VBox:
    """Sliders for the frame, the key point and the threshold, above a picture of what the tracker says, and that in words.

    Parameters
    ----------
    images : sequence of uint8 arrays (height, width, 3)
        The frames.
    predict : function
        ``predict(index, threshold)`` gives for one frame the probabilities (num_keypoints, rows, columns), of the
        frame's size or a whole number of times smaller, and the key points' (x, y) in pixels of the frame
        (num_keypoints, 2), NaN where no probability reaches the threshold.
    keypoint_names : sequence of num_keypoints str
    keypoints_xy : array or tensor (num_frames, num_keypoints, 2), optional
        The labels; NaN: not labeled.
    trained_on : sequence of int, optional
        The frames that the tracker has learned from; where it is given, the picture says which are.

    Returns
    -------
    ipywidgets.VBox
        Show it as a cell's last value.

    Raises
    ------
    InputError
        If there is no frame or no key point, or the labels do not belong to them.
    """
    if not len(images) or not len(keypoint_names):
        raise InputError("there is no frame or no key point to explore")
    labels = None if keypoints_xy is None else to_numpy(keypoints_xy)
    shape = (len(images), len(keypoint_names), 2)
    if labels is not None and labels.shape != shape:
        raise InputError(
            f"keypoints_xy must be (num_frames, num_keypoints, 2) = {shape}: got {labels.shape}"
        )
    frame = ipywidgets.IntSlider(
        value=0, min=0, max=len(images) - 1, description="frame", continuous_update=False
    )
    keypoint = ipywidgets.Dropdown(
        options=[(name, k) for k, name in enumerate(keypoint_names)], description="key point"
    )
    threshold = ipywidgets.FloatSlider(
        value=0.5, min=0.0, max=1.0, step=0.05, description="threshold", continuous_update=False
    )
    picture = empty_picture()
    caption = ipywidgets.HTML()
    learned = {int(i) for i in trained_on}

    @style.off_screen()
    def draw(change: object = None) -> None:
        i, k = frame.value, keypoint.value
        probabilities, predicted_xy = predict(i, threshold.value)
        label_xy = None if labels is None else labels[i, k]
        shown = to_numpy(probabilities)[k], to_numpy(predicted_xy)[k], label_xy
        title = f"frame {i}"
        if learned:
            title += " (trained on)" if i in learned else " (not trained on)"
        title += f", {keypoint_names[k]}"
        figure = _figure_prediction(
            *(to_numpy(images[i]), *shown), index=k, title=title, threshold=threshold.value
        )
        show_figure(picture, figure)
        found = np.isfinite(shown[1]).all()
        place = "found at x = {:.1f}, y = {:.1f}".format(*shown[1]) if found else "not found"
        caption.value = html.escape(f"{title}: {_in_words(*shown)}; {place}")  # for who cannot see

    for control in (frame, keypoint, threshold):
        control.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox([frame, keypoint, threshold]), picture, caption])


def _figure_prediction(
    image: Array,
    probabilities: Array,
    predicted_xy: Array,
    label_xy: Array | None,
    *,
    index: int,
    title: str,
    threshold: float,
) -> Figure:
    """The frame, the key point's probabilities above the threshold, its prediction and its label."""
    figure, ax = style.subplots(figsize=(8.0, 5.6), layout="constrained")
    said = _in_words(probabilities, predicted_xy, label_xy)
    plot_frame(image, title=f"{title}:\n{said}", ax=ax)
    _lay_over(ax, probabilities, image.shape, index, threshold)
    color = style.color(index)
    if label_xy is not None and np.isfinite(label_xy).all():
        ax.plot(
            *label_xy,
            "o",
            markersize=12,
            markerfacecolor="none",
            markeredgewidth=2,
            color=color,
            path_effects=[withStroke(linewidth=4, foreground="black")],  # seen on its own color
            label="label",
        )
    if np.isfinite(predicted_xy).all():
        ax.plot(
            *predicted_xy, "X", markersize=9, color=color, markeredgecolor="k", label="prediction"
        )
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper right")
    return figure


def _in_words(probabilities: Array, predicted_xy: Array, label_xy: Array | None) -> str:
    said = f"largest probability {probabilities.max():.2f}"
    if label_xy is not None and np.isfinite([*predicted_xy, *label_xy]).all():
        said += f", {np.hypot(*(predicted_xy - label_xy)):.1f} px from the label"
    return said


def _lay_over(
    ax: Axes, probabilities: Array, frame_shape: tuple[int, ...], index: int, threshold: float
) -> None:
    """Paint what reaches the threshold. A pixel of a small map covers scale × scale pixels of the frame."""
    rows, columns = probabilities.shape
    scale = frame_shape[0] // rows
    if scale < 1 or frame_shape[1] // columns != scale:
        raise InputError(
            f"probabilities of {rows} × {columns} pixels do not belong to a frame of {frame_shape[0]} × {frame_shape[1]}"
        )
    layer = np.empty((rows, columns, 4))
    layer[:] = to_rgba(style.color(index))
    layer[..., 3] = np.where(probabilities >= threshold, 0.3 + 0.5 * probabilities, 0.0)
    limits = ax.axis()
    ax.imshow(
        layer,
        extent=(-0.5, columns * scale - 0.5, rows * scale - 0.5, -0.5),
        interpolation="nearest",
    )
    ax.axis(limits)
