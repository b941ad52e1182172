"""Lab 5's plots of cameras: what each sees, and where rays meet and miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.pinhole import figure_pinhole as figure_pinhole
from stats220.plotting.skeletons import Edges, axes_3d, draw_bones, equal_scale

PANEL = (3.5, 2.9)
SHAPE = 1.3  # of an image's axes: width over height


def figure_views(
    points_2d: Float[Any, "num_cameras num_keypoints 2"],
    edges: Edges,
    *,
    camera_names: Sequence[str] | None = None,
    compared: Mapping[str, Float[Any, "num_cameras num_keypoints 2"]] | None = None,
    marked: Mapping[str, Float[Any, "num_cameras 2"]] | None = None,
    margin_px: float = 60.0,
) -> Figure:
    """One frame as each camera sees it, a panel per camera.

    Parameters
    ----------
    points_2d : array (num_cameras, num_keypoints, 2)
        Detections, joined by `edges`; NaN is not drawn.
    edges : sequence of (int, int)
        Bones, by the numbers of the key points that they join.
    camera_names : sequence of num_cameras str, optional
    compared : mapping from name to array (num_cameras, num_keypoints, 2), optional
        Other points, for example reprojections; as crosses.
    marked : mapping from name to array (num_cameras, 2), optional
        Single points.
    margin_px : float
        How much to show around what is drawn.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shapes do not go together.
    """
    pixels = _views(points_2d, "points_2d")
    names = camera_names or [f"camera {c + 1}" for c in range(len(pixels))]
    others = {name: _views(values, name) for name, values in (compared or {}).items()}
    singles = {name: to_numpy(values) for name, values in (marked or {}).items()}
    for name, values in {**others, **singles}.items():
        if len(values) != len(pixels):
            raise InputError(f"{name} is from {len(values)} cameras, points_2d from {len(pixels)}")
    columns = min(3, len(pixels))
    rows = -(-len(pixels) // columns)
    figure, axes = style.new_panels(rows, columns, panel_size=PANEL)
    for ax in axes.ravel()[len(pixels) :]:
        ax.set_axis_off()
    for c, (ax, view) in enumerate(zip(axes.ravel(), pixels, strict=False)):
        draw_bones(ax, view, edges, color=style.color(c))
        shown = [view]
        for index, (name, values) in enumerate(others.items()):
            ax.plot(*values[c].T, "x", color=f"{0.15 + 0.3 * index}", markersize=5, label=name)
            shown.append(values[c])
        for index, (name, values) in enumerate(singles.items()):
            marker = "*Dv^"[index % 4]
            ax.plot(
                *values[c],
                marker,
                color="black",
                markersize=11,
                markeredgecolor="white",
                label=name,
            )
            shown.append(values[c][None])
        _around(ax, np.concatenate(shown), margin_px)
        style.label_axes(ax, "column (pixels)", "row (pixels)", names[c])
    if others or singles:
        axes[0, 0].legend(fontsize="small", loc="best")
    return figure


def plot_rig(
    centers: Float[Any, "num_cameras 3"],
    points_3d: Float[Any, "num_keypoints 3"],
    edges: Edges,
    *,
    camera_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Where the cameras stand, and the animal among them.

    Parameters
    ----------
    centers : array (num_cameras, 3)
        In mm.
    points_3d : array (num_keypoints, 3)
        In mm; NaN is not drawn.
    edges : sequence of (int, int)
    camera_names : sequence of num_cameras str, optional
    ax : Axes, optional
        With projection="3d"; without it, on a new figure.

    Returns
    -------
    Axes
    """
    places, points = to_numpy(centers), to_numpy(points_3d)
    axes: Any = axes_3d() if ax is None else ax
    names = camera_names or [f"camera {c + 1}" for c in range(len(places))]
    middle = np.nanmean(points, axis=0)
    for c, place in enumerate(places):
        axes.plot(*np.stack([place, middle]).T, color=style.color(c), linewidth=0.8, linestyle=":")
        axes.plot(*place[:, None], "s", color=style.color(c), markersize=8)
        axes.text(*place, f"  {names[c]}", fontsize="small")
    draw_bones(axes, points, edges, color="black", linewidth=1.0)
    equal_scale(axes, np.concatenate([places, points]))
    drawn: Axes = axes
    return drawn


def plot_rays(
    rays: Float[Any, "num_cameras num_depths 3"],
    points: Mapping[str, Float[Any, 3]],
    *,
    cameras: Sequence[int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Rays, near where they should meet, and points.

    Parameters
    ----------
    rays : array (num_cameras, num_depths, 3)
        Points along each ray, in mm.
    points : mapping from name to array (3,)
        In mm.
    cameras : sequence of num_cameras int, optional
        Their numbers, for their colors.
    ax : Axes, optional
        With projection="3d"; without it, on a new figure.

    Returns
    -------
    Axes
    """
    lines = to_numpy(rays)
    axes: Any = axes_3d(size=(6.4, 5.0)) if ax is None else ax
    numbers = list(range(len(lines))) if cameras is None else list(cameras)
    for number, line in zip(numbers, lines, strict=True):
        axes.plot(
            *line.T, color=style.color(number), linewidth=2, label=f"ray of camera {number + 1}"
        )
    for marker, (name, place) in zip("*oXDv", points.items(), strict=False):
        axes.plot(*to_numpy(place)[:, None], marker, color="black", markersize=9, label=name)
    equal_scale(
        axes, np.concatenate([lines.reshape(-1, 3), *[to_numpy(p)[None] for p in points.values()]])
    )
    axes.legend(fontsize="small", loc="upper left")
    drawn: Axes = axes
    return drawn


def figure_epipolar(
    points_2d: Float[Any, "2 num_keypoints 2"],
    edges: Edges,
    keypoint: int,
    line_px: Float[Any, "num_depths 2"],
    *,
    cameras: tuple[int, int] = (0, 1),
    depths_mm: Float[Any, num_depths] | None = None,
) -> Figure:
    """A key point clicked in one view, and the line in the other view on which it must lie.

    Parameters
    ----------
    points_2d : array (2, num_keypoints, 2)
        Detections in both views, in pixels.
    edges : sequence of (int, int)
    keypoint : int
        Which one is clicked.
    line_px : array (num_depths, 2)
        Where the points along the first view's ray land in the second view.
    cameras : (int, int)
        Their numbers, for titles and colors.
    depths_mm : array (num_depths,), optional
        How far along the ray each of them is, written beside a few.

    Returns
    -------
    Figure
    """
    pixels, line = _views(points_2d, "points_2d"), to_numpy(line_px)
    figure, axes = style.new_panels(1, 2, panel_size=(5.2, 3.9))
    for ax, view, number in zip(axes[0], pixels, cameras, strict=True):
        draw_bones(ax, view, edges, color=style.color(number))
        _around(ax, view, 80)
        style.label_axes(ax, "column (pixels)", "row (pixels)", f"camera {number + 1}")
    first, second = axes[0]
    first.plot(*pixels[0, keypoint], "*", color="black", markersize=14, label="the click")
    second.plot(
        *line.T, color=style.color(cameras[0]), linewidth=2, zorder=1, label="where it may be"
    )
    second.plot(
        *pixels[1, keypoint], "*", color="black", markersize=14, label="where it is detected"
    )
    if depths_mm is not None:
        (left, right), (bottom, top) = second.get_xlim(), second.get_ylim()
        inside = np.flatnonzero(
            (line[:, 0] > left) & (line[:, 0] < right) & (line[:, 1] < bottom) & (line[:, 1] > top)
        )
        for i in inside[:: max(1, len(inside) // 4)]:
            second.annotate(
                f"{to_numpy(depths_mm)[i]:.0f} mm", line[i], fontsize="x-small", color="0.3"
            )
    for ax in axes[0]:
        ax.legend(fontsize="small", loc="best")
    return figure


def _views(values: Any, name: str) -> NDArray[Any]:
    array = to_numpy(values)
    if array.ndim != 3 or array.shape[-1] != 2 or array.size == 0:
        raise InputError(f"{name} must be (num_cameras, num_keypoints, 2): got {array.shape}")
    return array


def _around(ax: Axes, pixels: NDArray[Any], margin_px: float) -> None:
    """Show what is there and a margin, rows downwards, a pixel as high as wide."""
    known = pixels[np.isfinite(pixels).all(axis=-1)]
    if len(known):
        low, high = known.min(axis=0), known.max(axis=0)
        middle, half = (low + high) / 2, (high - low) / 2 + margin_px
        half = np.maximum(half, half[::-1] * [SHAPE, 1 / SHAPE])
        (left, top), (right, bottom) = middle - half, middle + half
        ax.set(xlim=(left, right), ylim=(bottom, top))
    ax.set_aspect("equal", adjustable="box")
