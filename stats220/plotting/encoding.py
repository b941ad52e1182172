"""Plots of the encoding lab's data: frames of a movie, rasters, rates over time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.style import check_axes

__all__ = ["figure_frames", "plot_raster", "plot_rates"]

MEASURED = "0.55"  # the gray of what was measured


def figure_frames(
    stimulus: Real[Any, "num_frames height width"], *, bin_seconds: float, title: str = ""
) -> Figure:
    """Show frames of a movie side by side.

    Parameters
    ----------
    stimulus : array or tensor (num_frames, height, width)
        The frames to show, up to ten or so.
    bin_seconds : float
        Duration of a frame.
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If it is no movie.
    """
    frames = check_axes(stimulus, 3, "stimulus", "(num_frames, height, width)")
    figure, axes = style.new_panels(1, len(frames), panel_size=(1.9, 2.2))
    limit = style.signed_limit(frames)
    for k, (ax, frame) in enumerate(zip(axes.flat, frames, strict=True)):
        name = f"{1e3 * k * bin_seconds:.0f} ms"
        artist = style.show_image(ax, frame, title=name, vmin=-limit, vmax=limit)
        ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
    style.add_color_bar(artist, "contrast", beside=axes)
    if title:
        figure.suptitle(title)
    return figure


def plot_raster(
    trials: Real[Any, "num_trials num_bins"],
    *,
    bin_seconds: float,
    index: int = 0,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show when one neuron fired, a row per trial.

    Parameters
    ----------
    trials : array or tensor (num_trials, num_bins)
        Counts; a bin with two spikes has a mark twice as strong.
    bin_seconds : float
    index : int
        The neuron's number, for its color.
    title : str
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the shape is another.
    """
    counts = check_axes(trials, 2, "trials", "(num_trials, num_bins)")
    ax = style.on_axes(ax, size=(10, 2.6))
    rows, columns = np.nonzero(counts)
    times, width = columns * bin_seconds, 0.8 * counts[rows, columns]
    ax.vlines(times, rows - 0.4, rows + 0.4, color=style.color(index), linewidth=width)
    ax.set(xlim=(0, counts.shape[1] * bin_seconds), ylim=(len(counts) - 0.5, -0.5))
    style.label_axes(ax, "time (s)", "trial", title)
    return ax


def plot_rates(
    rates_hz: Mapping[str, Float[Any, " num_bins"]],
    *,
    bin_seconds: float,
    measured_hz: Float[Any, " num_bins"] | None = None,
    seconds: tuple[float, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show one neuron's rate over time: measured as an area, predicted as lines.

    Parameters
    ----------
    rates_hz : mapping from label to array or tensor (num_bins,)
    bin_seconds : float
    measured_hz : array or tensor (num_bins,), optional
        The mean over trials.
    seconds : (float, float), optional
        From when to when; without it, all.
    title : str
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If one rate has other bins than another.
    """
    lines = {label: check_axes(rate, 1, label, "(num_bins,)") for label, rate in rates_hz.items()}
    everything = list(lines.values())
    if measured_hz is not None:
        everything.append(check_axes(measured_hz, 1, "measured_hz", "(num_bins,)"))
    if len({len(rate) for rate in everything}) != 1:
        raise InputError(
            f"rates of {', '.join(str(len(rate)) for rate in everything)} bins: give as many bins of each"
        )
    times = np.arange(len(everything[0])) * bin_seconds
    start, stop = seconds or (times[0], times[-1])
    shown = (times >= start) & (times <= stop)
    ax = style.on_axes(ax, size=(10, 2.8))
    if measured_hz is not None:
        ax.fill_between(
            times[shown],
            everything[-1][shown],
            color=MEASURED,
            alpha=0.5,
            linewidth=0,
            step="mid",
            label="measured",
        )
    for k, (label, rate) in enumerate(lines.items()):
        ax.plot(times[shown], rate[shown], color=style.color(k), linewidth=1.3, label=label)
    ax.set_xlim(start, stop)
    ax.set_ylim(bottom=0)
    style.label_axes(ax, "time (s)", "rate (Hz)", title)
    ax.legend(
        loc="lower right",
        bbox_to_anchor=(1, 1),  # above the axes
        ncols=len(everything),
        frameon=False,
        fontsize="small",
    )
    return ax
