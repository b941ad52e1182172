"""Plots of what a trained pose tracker sees and says: feature maps, errors in pixels, a movie of predictions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.frames import plot_frame, plot_keypoints
from stats220.plotting.overlays import Names, check_names
from stats220.plotting.pictures import as_gif

if TYPE_CHECKING:
    from IPython.display import HTML

__all__ = [
    "figure_feature_maps",
    "movie_keypoints",
    "plot_grid_search",
    "plot_pixel_errors",
]

TRACKER_MARKERS = "osD^vP"
HUMAN_PX = 2.7  # Mathis et al. (2018): the same person labels the same frames twice


def figure_feature_maps(
    features: Mapping[str, Float[Any, "num_channels height width"]], *, num_maps: int = 6
) -> Figure:
    """Show the first channels of each stage of a network, a row for each stage, each row in colors of its own.

    The colors begin at zero where no feature is negative, as after a rectifier; else they are symmetric about it.

    Parameters
    ----------
    features : mapping from the stage's name to an array or tensor (num_channels, height, width)
        What each stage computes for one frame. Stages differ in the number of channels and in size.
    num_maps : int
        How many channels of each.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no stage, or one is of another shape or has fewer channels.
    """
    stages = {name: to_numpy(maps) for name, maps in features.items()}
    if not stages or num_maps < 1:
        raise InputError("features must hold a stage, and num_maps be at least 1")
    for name, maps in stages.items():
        if maps.ndim != 3 or len(maps) < num_maps:
            raise InputError(
                f"{name} must be (num_channels, height, width) with {num_maps} channels or more: got {maps.shape}"
            )
    figure, axes = style.new_panels(len(stages), num_maps, panel_size=(2.2, 2.2))
    for number, (row, (name, maps)) in enumerate(zip(axes, stages.items(), strict=True)):
        limit = style.signed_limit(maps[:num_maps])
        is_rectified = maps[:num_maps].min() >= 0
        colors = style.POSITIVE_MAP if is_rectified else style.SIGNED_MAP
        low = 0.0 if is_rectified else -limit
        for channel, ax in enumerate(row):
            title = f"channel {channel}" if number == 0 else ""
            artist = style.show_image(
                ax, maps[channel], title=title, cmap=colors, vmin=low, vmax=limit
            )
            ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
        row[0].set_ylabel(f"{name}\n{' × '.join(str(n) for n in maps.shape)}")
        style.add_color_bar(artist, "feature", beside=row)
    return figure


def plot_grid_search(
    values: Sequence[Any],
    validation_losses: Sequence[float],
    *,
    name: str,
    train_losses: Sequence[float] | None = None,
    index: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Show the loss for each value of one setting: validation dashed, training solid.

    Parameters
    ----------
    values : sequence
        The settings that were tried, in the order of the axis.
    validation_losses, train_losses : sequences of as many float
        In nats.
    name : str
        What the setting is called, for the axis.
    index : int
        Which color: one for each model.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there are not as many losses as values.
    """
    ax = style.on_axes(ax, size=(5.0, 3.6))
    curves = (
        (train_losses, style.TRAIN_LINE, "training"),
        (validation_losses, style.VALIDATION_LINE, "validation"),
    )
    for losses, line, what in curves:
        if losses is None:
            continue
        if len(losses) != len(values):
            raise InputError(f"{len(losses)} {what} losses for {len(values)} values of {name}")
        ax.plot(range(len(values)), losses, line, marker="o", color=style.color(index), label=what)
    ax.set_xticks(range(len(values)), [str(value) for value in values])
    style.label_axes(ax, name, "mean loss per pixel (nats)")
    ax.legend()
    return ax


def plot_pixel_errors(
    distances_px: Mapping[str, Float[Any, "num_frames num_keypoints"]],
    *,
    keypoint_names: Names = None,
    human_px: float = HUMAN_PX,
    ax: Axes | None = None,
) -> Axes:
    """Show how far every prediction is from its label: a dot for each frame, a bar at the median, a column for each tracker.

    Parameters
    ----------
    distances_px : mapping from the tracker's name to an array or tensor (num_frames, num_keypoints)
        In pixels of the original frames; NaN: not labeled or not predicted, not drawn.
    keypoint_names : sequence of num_keypoints str, optional
    human_px : float
        How far two labelings of one frame by one person are apart, for a line to compare with.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes
        The distances on a logarithmic axis.

    Raises
    ------
    InputError
        If there is no tracker, or the trackers do not have the same key points.
    """
    trackers = {name: to_numpy(values) for name, values in distances_px.items()}
    widths = {values.shape[1:] for values in trackers.values()}
    if len(widths) != 1 or any(values.ndim != 2 for values in trackers.values()):
        shapes = ", ".join(f"{name} {values.shape}" for name, values in trackers.items())
        raise InputError(
            f"distances_px must be (num_frames, num_keypoints) for each tracker, with the same key points: got "
            f"{shapes or 'no tracker'}"
        )
    num_keypoints = widths.pop()[0]
    names = check_names(keypoint_names, num_keypoints)
    ax = style.on_axes(ax, size=(2.0 + (0.7 + 0.3 * len(trackers)) * num_keypoints, 4.6))
    step = 0.8 / len(trackers)
    handles = []
    for t, (tracker, values) in enumerate(trackers.items()):
        marker = TRACKER_MARKERS[t % len(TRACKER_MARKERS)]
        handles.append(Line2D([], [], marker=marker, color="0.3", linestyle="none", label=tracker))
        for k in range(num_keypoints):
            column = values[np.isfinite(values[:, k]), k]
            center = k + (t - (len(trackers) - 1) / 2) * step
            spread = np.linspace(-0.25, 0.25, max(len(column), 2))[: len(column)] * step
            ax.plot(
                center + spread,
                np.maximum(column, 0.1),  # a logarithmic axis has no zero
                marker,
                color=style.color(k),
                markersize=5,
                alpha=0.8,
            )
            if len(column):
                ax.plot(
                    center + np.array([-0.4, 0.4]) * step, [np.median(column)] * 2, "k", linewidth=2
                )
    human = ax.axhline(human_px, color="0.4", linestyle=":")
    human.set_label(f"one person labeling twice, {human_px:g} px")
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set_xticks(range(num_keypoints), names)
    style.label_axes(ax, "key point", "distance to the label (pixels)")
    median = Line2D([], [], color="black", linewidth=2, label="median")
    ax.legend(
        handles=[*handles, median, human],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=min(len(handles) + 2, 3),
        frameon=False,
        fontsize="small",
    )
    return ax


def movie_keypoints(
    images: Sequence[Shaped[Any, "height width 3"]],
    predicted_xy: Float[Any, "num_frames num_keypoints 2"],
    keypoints_xy: Float[Any, "num_frames num_keypoints 2"] | None = None,
    *,
    keypoint_names: Names = None,
    titles: Sequence[str] | None = None,
    frames_per_second: float = 2.0,
) -> "HTML":
    """A movie of frames with predicted (crosses) and labeled (rings) key points, to show as a cell's last value.

    Parameters
    ----------
    images : sequence of num_frames uint8 arrays (height, width, 3)
        Of any sizes; small ones lie in the upper left corner.
    predicted_xy, keypoints_xy : arrays or tensors (num_frames, num_keypoints, 2)
        (x, y) in pixels; NaN is not drawn.
    keypoint_names : sequence of num_keypoints str, optional
    titles : sequence of num_frames str, optional
    frames_per_second : float

    Returns
    -------
    IPython.display.HTML
        An animated GIF, which plays without further software.

    Raises
    ------
    InputError
        If there is no frame, or the numbers of frames differ, or `frames_per_second` is not positive.
    """
    predicted = to_numpy(predicted_xy)
    labeled = None if keypoints_xy is None else to_numpy(keypoints_xy)
    counts = [len(images), len(predicted), *(len(x) for x in (labeled, titles) if x is not None)]
    if not images or len(set(counts)) != 1:
        raise InputError(
            f"images, key points and titles must be of one number of frames, at least 1: got {counts}"
        )
    height, width = np.max([to_numpy(image).shape[:2] for image in images], axis=0)

    def draw(i: int) -> Figure:
        figure, ax = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
        plot_frame(images[i], title="" if titles is None else titles[i], ax=ax)
        ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        if labeled is not None:
            plot_keypoints(labeled[i], keypoint_names, kind="labeled", ax=ax)
        plot_keypoints(predicted[i], keypoint_names, kind="predicted", ax=ax)
        return figure

    rings = "" if labeled is None else " and labeled ones (rings)"
    return as_gif(
        map(draw, range(len(images))),
        frames_per_second=frames_per_second,
        alt=f"movie of {len(images)} frames with predicted key points (crosses){rings}",
    )
