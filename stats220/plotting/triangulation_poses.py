"""Lab 5's plots of poses: skeletons, trajectories, errors by method, posterior clouds and their calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.pictures import as_gif
from stats220.plotting.skeletons import Edges, axes_3d, draw_bones, equal_scale

if TYPE_CHECKING:
    from IPython.display import HTML


def plot_skeletons(
    poses: Mapping[str, Float[Any, "num_keypoints 3"]],
    edges: Edges,
    *,
    limits: Float[Any, "2 3"] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """One or more poses in space.

    Parameters
    ----------
    poses : mapping from name to array (num_keypoints, 3)
        In mm; NaN is not drawn.
    edges : sequence of (int, int)
    limits : array (2, 3), optional
        Corners of what is shown; without it, all poses are.
    title : str
    ax : Axes, optional
        With projection="3d"; without it, on a new figure.

    Returns
    -------
    Axes
    """
    axes: Any = axes_3d(size=(6.0, 4.8)) if ax is None else ax
    arrays = {name: to_numpy(pose) for name, pose in poses.items()}
    for index, (name, pose) in enumerate(arrays.items()):
        color = "black" if name == "truth" else style.color(index)
        draw_bones(axes, pose, edges, color=color, label=name)
    equal_scale(axes, np.concatenate(list(arrays.values())) if limits is None else to_numpy(limits))
    axes.set_title(title, fontsize="medium")
    axes.legend(fontsize="small", loc="upper left")
    drawn: Axes = axes
    return drawn


def movie_skeleton(
    trajectories: Mapping[str, Float[Any, "num_frames num_keypoints 3"]],
    edges: Edges,
    *,
    frames_per_second: float = 10.0,
) -> HTML:
    """Poses that move, to show as a cell's last value.

    Parameters
    ----------
    trajectories : mapping from name to array (num_frames, num_keypoints, 3)
        In mm; NaN is not drawn.
    edges : sequence of (int, int)
    frames_per_second : float

    Returns
    -------
    IPython.display.HTML
        An animated GIF, which plays without further software.

    Raises
    ------
    InputError
        If there is nothing to show, or the numbers of frames differ.
    """
    arrays = {name: to_numpy(values) for name, values in trajectories.items()}
    counts = {len(values) for values in arrays.values()}
    if len(counts) != 1 or 0 in counts:
        raise InputError(
            f"trajectories must have one number of frames, at least 1: got {sorted(counts)}"
        )
    # What is far off is an outlier's: it should not make the animal small.
    everything = np.concatenate([values.reshape(-1, 3) for values in arrays.values()])
    limits = np.nanpercentile(everything, [0.5, 99.5], axis=0)
    num_frames = counts.pop()

    def draw(t: int) -> Figure:
        ax = axes_3d(size=(5.4, 4.4))
        poses = {name: values[t] for name, values in arrays.items()}
        plot_skeletons(poses, edges, limits=limits, title=f"frame {t}", ax=ax)
        figure: Figure = ax.get_figure()
        return figure

    return as_gif(
        map(draw, range(num_frames)),
        frames_per_second=frames_per_second,
        alt=f"movie of {num_frames} frames of a skeleton in space: {', '.join(arrays)}",
        dpi=70,
    )


def plot_errors(
    levels: Sequence[float],
    errors_mm: Mapping[str, Float[Any, "num_levels num_repeats"]],
    *,
    quantity: str,
    ax: Axes | None = None,
) -> Axes:
    """How each method's error changes, with intervals from repeats.

    Parameters
    ----------
    levels : sequence of num_levels float
        Along x.
    errors_mm : mapping from method to array (num_levels, num_repeats)
        One error for each repeat. The line is their mean, the band plus and minus two standard errors of it.
    quantity : str
        What is along x, with its unit.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If a method has not one row a level.
    """
    ax = style.on_axes(ax)
    for index, (name, values) in enumerate(errors_mm.items()):
        array = to_numpy(values)
        if array.ndim != 2 or len(array) != len(levels):
            raise InputError(f"{name}: {len(levels)} levels, but errors of shape {array.shape}")
        mean = array.mean(axis=1)
        half = (
            2 * array.std(axis=1, ddof=1) / np.sqrt(array.shape[1])
            if array.shape[1] > 1
            else 0 * mean
        )
        ax.plot(levels, mean, "o-", color=style.color(index), markersize=4, label=name)
        ax.fill_between(
            levels, mean - half, mean + half, color=style.color(index), alpha=0.25, linewidth=0
        )
    ax.set_ylim(bottom=0)
    ax.set_xticks(list(levels))
    style.label_axes(ax, quantity, "mean error (mm)")
    ax.legend(fontsize="small")
    return ax


def plot_coordinate(
    trajectories: Mapping[str, Float[Any, num_frames]],
    *,
    stds: Mapping[str, Float[Any, num_frames]] | None = None,
    frames: range | None = None,
    title: str = "",
    quantity: str = "z (mm)",
    ax: Axes | None = None,
) -> Axes:
    """One coordinate of one key point over time, by several methods.

    Parameters
    ----------
    trajectories : mapping from name to array (num_frames,)
        In mm. What is called "truth" is a thick gray line, what is called "triangulated" is dots; NaN is a gap.
    stds : mapping from name to array (num_frames,), optional
        Standard deviations; a band of two of them is drawn.
    frames : range, optional
        Their numbers; without it, from 0.
    title, quantity : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = style.on_axes(ax, size=(9.0, 3.2))
    looks: dict[str, dict[str, Any]] = {
        "truth": {"color": "0.7", "linewidth": 4, "zorder": 1},
        "triangulated": {
            "color": "black",
            "linestyle": "",
            "marker": ".",
            "markersize": 5,
            "zorder": 3,
        },
    }
    index = 0
    for name, values in trajectories.items():
        array = to_numpy(values)
        times = np.arange(len(array)) if frames is None else np.array(frames)
        look = looks.get(name, {"color": style.color(index), "linewidth": 1.5, "zorder": 2})
        index += name not in looks
        ax.plot(times, array, label=name, **look)
        if stds and name in stds:
            band = 2 * to_numpy(stds[name])
            ax.fill_between(
                times, array - band, array + band, color=look["color"], alpha=0.25, linewidth=0
            )
    style.label_axes(ax, "time (frames)", quantity, title)
    ax.legend(fontsize="small", loc="best")
    return ax
