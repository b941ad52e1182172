"""Plots for the pose-tracking lab: a frame and what is found on it, the steps of the preprocessing, templates."""

from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.plotting import style
from stats220.plotting.frames import plot_frame, plot_keypoints, plot_masks, plot_probabilities
from stats220.plotting.losses import plot_learning_curves, plot_loss_overflow
from stats220.plotting.overlays import (
    Names,
    check_channels,
    check_maps,
    check_names,
    check_probabilities,
)

__all__ = [
    "figure_channels",
    "figure_pipeline",
    "figure_probabilities",
    "figure_templates",
    "plot_frame",
    "plot_keypoints",
    "plot_learning_curves",
    "plot_loss_overflow",
    "plot_masks",
    "plot_probabilities",
]

NORMALIZED = "normalized intensity\n(standard deviations)"


def figure_channels(channels: Float[Any, "3 height width"], *, title: str = "") -> Figure:
    """Show the three channels of a normalized image side by side, in colors symmetric about zero.

    Parameters
    ----------
    channels : array or tensor (3, height, width)
        Red, green, blue, in standard deviations from the mean.
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shape is another.
    """
    values = check_channels(channels)
    figure, axes = style.new_panels(1, 3)
    limit = style.signed_limit(values)
    for ax, name, channel in zip(axes[0], ("red", "green", "blue"), values, strict=True):
        artist = style.show_signed(ax, channel, limit=limit, title=f"{name} {channel.shape}")
        ax.label_outer()
    style.add_color_bar(artist, NORMALIZED, beside=axes)
    figure.suptitle(title)
    return figure


def figure_probabilities(
    probabilities: Float[Any, "num_keypoints height width"], *, keypoint_names: Names = None
) -> Figure:
    """Show the probability map of each key point in a panel of its own, all with colors from 0 to 1.

    Parameters
    ----------
    probabilities : array or tensor (num_keypoints, height, width)
    keypoint_names : sequence of num_keypoints str, optional

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shape is another, or a value is not from 0 to 1.
    """
    values = check_probabilities(probabilities)
    names = check_names(keypoint_names, len(values))
    figure, axes = style.new_panels(1, len(values), panel_size=(2.8, 2.8))
    for ax, name, panel in zip(axes[0], names, values, strict=True):
        artist = style.show_image(ax, panel, title=name, cmap=style.POSITIVE_MAP, vmin=0, vmax=1)
        ax.label_outer()
    style.add_color_bar(artist, "probability", beside=axes)
    return figure


def figure_templates(
    templates: Float[Any, "num_keypoints height width"], *, keypoint_names: Names = None
) -> Figure:
    """Show the learned template of each key point, in shared colors symmetric about zero.

    Parameters
    ----------
    templates : array or tensor (num_keypoints, height, width)
        Weights of the convolution, in logits per unit of normalized intensity.
    keypoint_names : sequence of num_keypoints str, optional

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shape is another.
    """
    weights = check_maps(templates, "templates")
    names = check_names(keypoint_names, len(weights))
    figure, axes = style.new_panels(1, len(weights), panel_size=(2.4, 2.6))
    limit = style.signed_limit(weights)
    for ax, name, template in zip(axes[0], names, weights, strict=True):
        artist = style.show_signed(ax, template, limit=limit, title=name)
        ax.label_outer()
    style.add_color_bar(artist, "weight (logits per\nstandard deviation)", beside=axes)
    return figure


def figure_pipeline(
    image: Shaped[Any, "height width 3"],
    channels: Float[Any, "3 height width"],
    masks: Shaped[Any, "num_keypoints height width"],
    small_channels: Float[Any, "3 small_height small_width"],
    small_masks: Shaped[Any, "num_keypoints small_height small_width"],
    dilated_masks: Shaped[Any, "num_keypoints small_height small_width"],
    *,
    keypoint_names: Names = None,
    zoom_px: int = 32,
) -> Figure:
    """Show what each step of the preprocessing does to one frame and its key points.

    Parameters
    ----------
    image : array or tensor (height, width, 3)
        The frame as it is read.
    channels : array or tensor (3, height, width)
        The same, channels first and normalized.
    masks : array or tensor (num_keypoints, height, width)
        One pixel for each key point. The panel zooms in on the first that is labeled.
    small_channels, small_masks : arrays or tensors (3 or num_keypoints, small_height, small_width)
        After downsampling.
    dilated_masks : array or tensor (num_keypoints, small_height, small_width)
        After dilation.
    keypoint_names : sequence of num_keypoints str, optional
    zoom_px : int
        Width of the zoomed panels in pixels of their own.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shapes do not go together.
    """
    large, small = check_channels(channels), check_channels(small_channels)
    limit = style.signed_limit(large)
    figure, axes = style.new_panels(2, 3, panel_size=(4.0, 3.6))
    plot_frame(image, title=f"the frame\n{to_numpy(image).shape}", ax=axes[0, 0])
    for ax, values, what in (
        (axes[0, 1], large, "channels first, normalized"),
        (axes[0, 2], small, "downsampled"),
    ):
        title = f"{what}\n{values.shape}, red shown"
        artist = style.show_signed(ax, values[0], limit=limit, title=title)
    style.add_color_bar(artist, NORMALIZED, beside=axes[0])
    for ax, values, what, frame in (
        (axes[1, 0], masks, "masks", image),
        (axes[1, 1], small_masks, "downsampled masks", _as_grey_frame(small)),
        (axes[1, 2], dilated_masks, "dilated masks", _as_grey_frame(small)),
    ):
        title = f"{what}\n{to_numpy(values).shape}"
        plot_masks(values, image=frame, keypoint_names=keypoint_names, title=title, ax=ax)
    for ax, values in ((axes[1, 0], masks), (axes[1, 1], small_masks)):
        ax.get_legend().remove()
        ax.set_title(f"{ax.get_title()}, zoomed in", fontsize="medium")
        _zoom_on_first(ax, to_numpy(values), zoom_px)
    return figure


def _as_grey_frame(channels: NDArray[Any]) -> NDArray[Any]:
    """A normalized image as a frame to draw on: (height, width, 3) from 0 to 1."""
    gray = channels.mean(axis=0)
    return np.repeat(((gray - gray.min()) / max(np.ptp(gray), 1e-9))[..., None], 3, axis=2)


def _zoom_on_first(ax: Axes, masks: NDArray[Any], zoom_px: int) -> None:
    """Limit the axes to a window around the first pixel that is set, if any is."""
    found = np.argwhere(masks > 0)
    if len(found):
        _, row, column = found[0]
        ax.set_xlim(column - zoom_px / 2, column + zoom_px / 2)
        ax.set_ylim(row + zoom_px / 2, row - zoom_px / 2)
