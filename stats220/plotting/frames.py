"""Plots on a video frame: the frame, its key points, maps of where they are.

All take arrays or tensors that are finished, and give one color per key point throughout.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.overlays import (
    Names,
    check_maps,
    check_names,
    check_probabilities,
    legend_beside,
    paint_maps,
)

WITH_LEGEND = (7.6, 4.6)  # inches, with room for the legend beside a frame
MARKERS = {"labeled": "o", "predicted": "X"}


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
    ax = style.on_axes(ax, size=WITH_LEGEND)
    style.show_image(ax, pixels, title=title)
    return ax


def plot_keypoints(
    keypoints_xy: Float[Any, "num_keypoints 2"],
    keypoint_names: Names = None,
    *,
    kind: str = "labeled",
    ax: Axes | None = None,
) -> Axes:
    """Mark key points, with a legend. Draw on the axes of :func:`plot_frame` to see them on the frame.

    Parameters
    ----------
    keypoints_xy : array or tensor (num_keypoints, 2)
        (x, y) in pixels; NaN is not drawn, and the legend says so.
    keypoint_names : sequence of num_keypoints str, optional
    kind : "labeled" or "predicted"
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
        ax = style.on_axes(size=WITH_LEGEND)
        ax.invert_yaxis()
        ax.set_aspect("equal")
        style.label_axes(ax, "x (pixels)", "y (pixels)")
    for k, (name, (x, y)) in enumerate(zip(names, positions, strict=True)):
        is_ring = kind == "labeled"
        ax.plot(
            x,
            y,
            MARKERS[kind],
            color=style.color(k),
            markersize=9 if is_ring else 7,
            markerfacecolor="none" if is_ring else style.color(k),
            markeredgewidth=2.0 if is_ring else 0.5,
            markeredgecolor=style.color(k) if is_ring else "black",
            path_effects=[withStroke(linewidth=3.5, foreground="black")] if is_ring else None,
            label=f"{name}, {kind}" if np.isfinite([x, y]).all() else f"{name}, not {kind}",
        )
    legend_beside(ax)
    return ax


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
    notes = [f"{name}: largest {p.max():.2g}" for name, p in zip(names, values, strict=True)]
    return _plot_on_frame(values, notes, image, title, ax)


def _plot_on_frame(
    covers: NDArray[Any], notes: list[str], image: Any, title: str, ax: Axes | None
) -> Axes:
    """Lay maps over the frame, or over black where there is none."""
    ax = style.on_axes(ax, size=WITH_LEGEND)
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
