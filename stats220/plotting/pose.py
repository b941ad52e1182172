"""Plots for the pose-tracking lab: frames, key points, masks, probabilities, templates, losses.

Every function takes arrays or tensors that are finished, and one colour a key point throughout.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.overlays import (
    Names,
    check_channels,
    check_maps,
    check_names,
    check_probabilities,
    legend_beside,
    paint_maps,
)

NORMALISED = "normalised intensity (standard deviations)"
MARKERS = {"labelled": "o", "predicted": "X"}


def plot_frame(
    image: Shaped[Any, "height width 3"], *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Show one video frame.

    Parameters
    ----------
    image : array or tensor (height, width, 3)
        uint8 from 0 to 255, or float from 0 to 1.
    title : str
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the image has another shape.
    """
    pixels = to_numpy(image)
    if pixels.ndim != 3 or pixels.shape[-1] != 3:
        raise InputError(
            f"a frame is (height, width, 3): got {pixels.shape}. figure_channels shows (3, height, width)"
        )
    ax = style.on_axes(ax)
    style.show_image(ax, pixels, title=title)
    return ax


def plot_keypoints(
    keypoints_xy: Float[Any, "num_keypoints 2"],
    keypoint_names: Names = None,
    *,
    kind: str = "labelled",
    ax: Axes | None = None,
) -> Axes:
    """Mark key points, with a legend. Draw on the axes of :func:`plot_frame` to see them on the frame.

    Parameters
    ----------
    keypoints_xy : array or tensor (num_keypoints, 2)
        (x, y) in pixels; NaN is not drawn, and the legend says so.
    keypoint_names : sequence of num_keypoints str, optional
    kind : "labelled" or "predicted"
        Rings or crosses.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the shape, the number of names or the kind is wrong.
    """
    positions = to_numpy(keypoints_xy)
    if positions.ndim != 2 or positions.shape[1] != 2:
        raise InputError(f"keypoints_xy of one frame is (num_keypoints, 2): got {positions.shape}")
    if kind not in MARKERS:
        raise InputError(f"kind must be one of {', '.join(MARKERS)}: got {kind!r}")
    names = check_names(keypoint_names, len(positions))
    if ax is None:
        ax = style.on_axes()
        ax.invert_yaxis()
        ax.set_aspect("equal")
        style.label_axes(ax, "x (pixels)", "y (pixels)")
    for k, (name, (x, y)) in enumerate(zip(names, positions, strict=True)):
        is_ring = kind == "labelled"
        ax.plot(
            x,
            y,
            MARKERS[kind],
            color=style.colour(k),
            markersize=9 if is_ring else 7,
            markerfacecolor="none" if is_ring else style.colour(k),
            markeredgewidth=2.0 if is_ring else 0.5,
            markeredgecolor=style.colour(k) if is_ring else "black",
            path_effects=[withStroke(linewidth=3.5, foreground="black")] if is_ring else None,
            label=f"{name}, {kind}" if np.isfinite([x, y]).all() else f"{name}, not {kind}",
        )
    legend_beside(ax)
    return ax


def figurecheck_channels(channels: Float[Any, "3 height width"], *, title: str = "") -> Figure:
    """Show the three channels of a normalised image side by side, in colours symmetric about zero.

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
    style.add_colour_bar(artist, NORMALISED, beside=axes)
    figure.suptitle(title)
    return figure


def plot_masks(
    masks: Shaped[Any, "num_keypoints height width"],
    *,
    image: Shaped[Any, "height width 3"] | None = None,
    keypoint_names: Names = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show which pixels belong to each key point; the legend counts them.

    Parameters
    ----------
    masks : array or tensor (num_keypoints, height, width)
        One where the key point is, zero elsewhere.
    image : array or tensor (height, width, 3), optional
        The frame to draw them on.
    keypoint_names : sequence of num_keypoints str, optional
    title : str
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the shapes do not go together.
    """
    covers = check_maps(masks, "masks") > 0
    names = check_names(keypoint_names, len(covers))
    notes = [
        f"{name}: {cover.sum()} pixel{'s' if cover.sum() != 1 else ''}"
        for name, cover in zip(names, covers, strict=True)
    ]
    return _plot_on_frame(covers.astype(float), notes, image, title, ax)


def plot_probabilities(
    probabilities: Float[Any, "num_keypoints height width"],
    *,
    image: Shaped[Any, "height width 3"] | None = None,
    keypoint_names: Names = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Lay the probability maps of all key points over the frame, the more opaque the more probable.

    Parameters
    ----------
    probabilities : array or tensor (num_keypoints, height, width)
        From 0 to 1. The legend gives the largest of each key point.
    image : array or tensor (height, width, 3), optional
        The frame to draw them on.
    keypoint_names : sequence of num_keypoints str, optional
    title : str
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the shapes do not go together, or a value is not from 0 to 1.
    """
    values = check_probabilities(probabilities)
    names = check_names(keypoint_names, len(values))
    notes = [f"{name}: at most {p.max():.2g}" for name, p in zip(names, values, strict=True)]
    return _plot_on_frame(values, notes, image, title, ax)


def figure_probabilities(
    probabilities: Float[Any, "num_keypoints height width"], *, keypoint_names: Names = None
) -> Figure:
    """Show the probability map of each key point in a panel of its own, all with colours from 0 to 1.

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
    style.add_colour_bar(artist, "probability", beside=axes)
    return figure


def figure_templates(
    templates: Float[Any, "num_keypoints height width"], *, keypoint_names: Names = None
) -> Figure:
    """Show the learned template of each key point, in shared colours symmetric about zero.

    Parameters
    ----------
    templates : array or tensor (num_keypoints, height, width)
        Weights of the convolution, in logits per unit of normalised intensity.
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
    style.add_colour_bar(artist, "weight (logits per standard deviation)", beside=axes)
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
    zoom_px: int = 24,
) -> Figure:
    """Show what each step of the preprocessing does to one frame and its key points.

    Parameters
    ----------
    image : array or tensor (height, width, 3)
        The frame as it is read.
    channels : array or tensor (3, height, width)
        The same, channels first and normalised.
    masks : array or tensor (num_keypoints, height, width)
        One pixel for each key point. The panel zooms in on the first that is labelled.
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
    figure, axes = style.new_panels(3, 2, panel_size=(5.4, 4.0))
    steps = [channels, small_channels]
    normalised = [check_channels(step) for step in steps]
    limit = style.signed_limit(normalised[0])
    plot_frame(image, title=f"1. The frame {to_numpy(image).shape}", ax=axes[0, 0])
    for ax, values, what in (
        (axes[0, 1], normalised[0], "2. Channels first, normalised"),
        (axes[1, 1], normalised[1], "4. Downsampled"),
    ):
        title = f"{what} {values.shape}, red shown"
        style.show_signed(ax, values[0], limit=limit, quantity=NORMALISED, title=title)
    for ax, values, what, zoom in (
        (axes[1, 0], masks, "3. One mask a key point", True),
        (axes[2, 0], small_masks, "5. Masks downsampled", True),
        (axes[2, 1], dilated_masks, "6. Masks dilated", False),
    ):
        title = f"{what} {to_numpy(values).shape}" + (", zoomed in" if zoom else "")
        plot_masks(values, keypoint_names=keypoint_names, title=title, ax=ax)
        if zoom:
            _zoom_on_first(ax, to_numpy(values), zoom_px)
    return figure


def _zoom_on_first(ax: Axes, masks: NDArray[Any], zoom_px: int) -> None:
    """Limit the axes to a window around the first pixel that is set, if any is."""
    found = np.argwhere(masks > 0)
    if len(found):
        _, row, column = found[0]
        ax.set_xlim(column - zoom_px / 2, column + zoom_px / 2)
        ax.set_ylim(row + zoom_px / 2, row - zoom_px / 2)


def _plot_on_frame(
    covers: NDArray[Any], notes: list[str], image: Any, title: str, ax: Axes | None
) -> Axes:
    """Lay maps over the frame, or over black where there is none."""
    ax = style.on_axes(ax)
    if image is None:
        style.show_image(ax, np.zeros(covers.shape[1:]), title=title)
    elif to_numpy(image).shape[:2] == covers.shape[1:]:
        plot_frame(image, title=title, ax=ax)
    else:
        raise InputError(
            f"the image is {to_numpy(image).shape}, the maps are {covers.shape}: height and width must agree"
        )
    paint_maps(ax, covers, notes)
    return ax
