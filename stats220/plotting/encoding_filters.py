"""Plots of the encoding lab's filters: spike-triggered averages, filters in space and time beside the truth, layers of a network."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.encoding import MEASURED
from stats220.plotting.style import check_axes

__all__ = [
    "figure_filters",
    "figure_layer",
    "figure_sliding_template",
    "figure_sta",
    "plot_temporal_filters",
]


def figure_sta(
    averages: Float[Any, "num_neurons num_lags height width"],
    lags: Sequence[int],
    *,
    neurons: Sequence[int] | None = None,
    bin_seconds: float,
    quantity: str = "mean contrast",
) -> Figure:
    """Show spike-triggered averages at some lags: a row per neuron, time runs back to the right.

    Parameters
    ----------
    averages : array or tensor (num_neurons, num_lags, height, width)
    lags : sequence of int
        Which lags to show, one a column.
    neurons : sequence of int, optional
        Which neurons; without it, all.
    bin_seconds : float
    quantity : str
        What the colors mean. They are symmetric about zero, each row in a scale of its own.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shape is another, or there is no such lag.
    """
    wanted = "(num_neurons, num_lags, height, width)"
    values = check_axes(averages, 4, "averages", wanted)
    if not all(0 <= lag < values.shape[1] for lag in lags):
        raise InputError(f"lags {list(lags)} must be from 0 to {values.shape[1] - 1}")
    rows = range(len(values)) if neurons is None else neurons
    figure, axes = style.new_panels(len(rows), len(lags), panel_size=(1.35, 1.35))
    for place, (row, n) in enumerate(zip(axes, rows, strict=True)):
        limit = style.signed_limit(values[n])
        for ax, lag in zip(row, lags, strict=True):
            ms = 1e3 * lag * bin_seconds
            title = f"{-ms if ms else 0:.0f} ms" if place == 0 else ""
            artist = style.show_signed(ax, values[n, lag], limit=limit, title=title)
            ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
        row[0].set_ylabel(f"neuron {n}", color=style.color(n))
        style.add_color_bar(artist, quantity if len(rows) < 3 else "", beside=row)
    if len(rows) >= 3:
        figure.supylabel(quantity, x=1.02, fontsize="small")
    return figure


def plot_temporal_filters(
    filters: Mapping[str, Float[Any, " num_lags"]],
    *,
    bin_seconds: float,
    quantity: str = "weight",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show temporal filters over their lags.

    Parameters
    ----------
    filters : mapping from label to array or tensor (num_lags,)
        Lag 0 first. What is called "truth" is black and dashed.
    bin_seconds : float
    quantity : str
    title : str
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes
    """
    ax = style.on_axes(ax, size=(5, 3.2))
    ax.axhline(0, color="0.8", linewidth=0.8)
    for k, (label, weights) in enumerate(filters.items()):
        values = check_axes(weights, 1, label, "(num_lags,)")
        ms = 1e3 * bin_seconds * np.arange(len(values))
        if label == "truth":
            ax.plot(ms, values, color="black", linestyle="--", label=label)
        else:
            ax.plot(ms, values, color=style.color(k), label=label)
    style.label_axes(ax, "lag (ms)", quantity, title)
    ax.legend(fontsize="small")
    return ax


def figure_filters(
    spatial: Mapping[str, Float[Any, "num_neurons height width"]],
    temporal: Mapping[str, Float[Any, "num_neurons num_lags"]],
    *,
    neurons: Sequence[int],
    bin_seconds: float,
) -> Figure:
    """Show filters of several models: a row per neuron, its filters in space, and in time over each other.

    Each filter is scaled to unit norm, and turned so that its largest weight in time is positive: space times time leaves sign and size
    open.

    Parameters
    ----------
    spatial, temporal : mappings from label to arrays or tensors (num_neurons, height, width) and (num_neurons, num_lags)
        With the same labels. What is called "truth" is black and dashed in time.
    neurons : sequence of int
        Which to show.
    bin_seconds : float

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the labels differ.
    """
    if list(spatial) != list(temporal):
        raise InputError(f"labels differ: {list(spatial)} and {list(temporal)}")
    shape = (len(neurons), len(spatial) + 1)
    figure, axes = plt.subplots(
        *shape,
        figsize=(2.1 * len(spatial) + 4.2, 2.0 * len(neurons)),
        width_ratios=[1.0] * len(spatial) + [1.9],
        layout="constrained",
        squeeze=False,
    )
    for place, (row, n) in enumerate(zip(axes, neurons, strict=True)):
        over_time = {}
        for ax, label in zip(row, spatial, strict=False):
            u, v = to_numpy(spatial[label])[n], to_numpy(temporal[label])[n]
            sign = np.sign(v[np.abs(v).argmax()])
            over_time[label] = sign * v / np.linalg.norm(v)
            title = label if place == 0 else ""
            style.show_signed(ax, sign * u / np.linalg.norm(u), title=title)
            ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
        row[0].set_ylabel(f"neuron {n}", color=style.color(n))
        plot_temporal_filters(over_time, bin_seconds=bin_seconds, ax=row[-1])
        if place > 0:
            row[-1].get_legend().set_visible(False)
        if place < len(neurons) - 1:
            row[-1].set_xlabel("")
    return figure


def figure_layer(
    spatial: Float[Any, "num_filters height width"],
    temporal: Float[Any, "num_filters num_lags"],
    *,
    bin_seconds: float,
    titles: Sequence[str] | None = None,
) -> Figure:
    """Show filters that are space times time: in space above, in time below.

    Parameters
    ----------
    spatial : array or tensor (num_filters, height, width)
    temporal : array or tensor (num_filters, num_lags)
        Lag 0 first.
    bin_seconds : float
    titles : sequence of num_filters str, optional
        Without it, the filters' numbers.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there are not as many of both.
    """
    places = check_axes(spatial, 3, "spatial", "(num_filters, height, width)")
    times = check_axes(temporal, 2, "temporal", "(num_filters, num_lags)")
    names = [str(k) for k in range(len(places))] if titles is None else list(titles)
    if not len(places) == len(times) == len(names):
        raise InputError(
            f"{len(places)} filters in space, {len(times)} in time, {len(names)} titles"
        )
    figure, axes = plt.subplots(
        2,
        len(places),
        figsize=(1.7 * len(places), 3.4),
        sharey="row",
        layout="constrained",
        squeeze=False,
    )
    for k, (above, below) in enumerate(axes.T):
        style.show_signed(above, places[k], title=names[k])
        above.set(xlabel="", ylabel="", xticks=[], yticks=[])
        below.axhline(0, color="0.8", linewidth=0.8)
        below.plot(1e3 * bin_seconds * np.arange(times.shape[1]), times[k], color="black")
    axes[1, 0].set_ylabel("weight in time")
    figure.supxlabel("lag (ms)", fontsize="medium")
    return figure


def figure_sliding_template(
    pixels: Real[Any, "num_frames width"],
    template: Float[Any, "num_lags width"],
    expected_counts: Float[Any, " num_bins"],
    mean_counts: Float[Any, " num_bins"],
    *,
    bin_seconds: float,
) -> Figure:
    """Show an LNP as template matching: a row of pixels over time, the filter lying on it, and what is expected where it lies.

    Parameters
    ----------
    pixels : array or tensor (num_frames, width)
        One row of the screen over time.
    template : array or tensor (num_lags, width)
        The filter of that row, lag 0 first.
    expected_counts, mean_counts : arrays or tensors (num_bins,)
        Predicted, and measured, for the num_frames - num_lags + 1 bins whose window is complete.
    bin_seconds : float

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the numbers of frames, lags and bins do not go together.
    """
    movie = check_axes(pixels, 2, "pixels", "(num_frames, width)")
    weights = check_axes(template, 2, "template", "(num_lags, width)")
    expected = check_axes(expected_counts, 1, "expected_counts", "(num_bins,)")
    measured = check_axes(mean_counts, 1, "mean_counts", "(num_bins,)")
    (num_frames, width), num_lags = movie.shape, len(weights)
    if not len(expected) == len(measured) == num_frames - num_lags + 1:
        raise InputError(
            f"{num_frames} frames and {num_lags} lags give {num_frames - num_lags + 1} bins: "
            f"got {len(expected)} and {len(measured)}"
        )
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(10, 5), sharex=True, height_ratios=(1.3, 1), layout="constrained"
    )
    end = num_frames * bin_seconds
    above.imshow(movie.T, cmap="gray", aspect="auto", extent=(0, end, width - 0.5, -0.5))
    # The filter where it belongs for the most expected bin: its lag 0 on that bin, and time to the right.
    last = int(expected.argmax()) + num_lags
    place = ((last - num_lags) * bin_seconds, last * bin_seconds)
    limit = style.signed_limit(weights)
    above.imshow(
        weights[::-1].T,
        cmap=style.SIGNED_MAP,
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        extent=(*place, width - 0.5, -0.5),
    )
    corner, size = (place[0], -0.5), (place[1] - place[0], width)
    above.add_patch(Rectangle(corner, *size, fill=False, color=style.color(0), linewidth=2))
    above.set(xlim=(0, end), ylim=(width - 0.5, -0.5))
    style.label_axes(above, "", "x (pixels)", "the template (the filter) slides along the movie")
    times = (np.arange(num_lags - 1, num_frames) + 0.5) * bin_seconds
    below.fill_between(
        times, measured / bin_seconds, step="mid", color=MEASURED, alpha=0.5, label="measured"
    )
    below.plot(times, expected / bin_seconds, color="black", label="expected")
    below.axvline(place[1] - bin_seconds / 2, color=style.color(0), linestyle=":")
    below.set_ylim(bottom=0)
    style.label_axes(below, "time (s)", "rate (Hz)", "f(match): what is expected where it lies")
    below.legend(loc="upper right", fontsize="small")
    return figure
