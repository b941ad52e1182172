"""Plots for the calcium lab: cells on an image, footprints, traces and what a deconvolution makes of them, movies side by side."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.style import check_axes

if TYPE_CHECKING:
    from IPython.display import HTML

__all__ = [
    "figure_deconvolution",
    "figure_footprints",
    "play_movies",
    "plot_contours",
    "plot_image",
    "plot_objective",
    "plot_spectrum",
    "plot_traces",
]

SIGMAS = "(noise σ)"
RAW = "0.65"  # the gray of what was measured
SPIKES = "black"


def plot_image(
    image: Float[Any, "height width"],
    *,
    quantity: str,
    centers_rc: Real[Any, "num_neurons 2"] | None = None,
    neuron_width_px: float = 10.0,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show an image of one value a pixel, with numbered rings around cells.

    Parameters
    ----------
    image : array or tensor (height, width)
    quantity : str
        What the colors mean, with its unit.
    centers_rc : array or tensor (num_neurons, 2), optional
        Row and column of each cell.
    neuron_width_px : float
        Diameter of the rings.
    title : str
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If a shape is another.
    """
    values = check_axes(image, 2, "image", "(height, width)")
    ax = style.on_axes(ax)
    artist = style.show_image(ax, values, title=title, cmap=style.POSITIVE_MAP)
    style.add_color_bar(artist, quantity)
    if centers_rc is not None:
        for k, (row, column) in enumerate(
            check_axes(centers_rc, 2, "centers_rc", "(num_neurons, 2)")
        ):
            ring = Circle(
                (column, row), neuron_width_px / 2, fill=False, color="white", clip_on=True
            )
            ax.add_patch(ring)
            place = (column + 0.4 * neuron_width_px, row - 0.4 * neuron_width_px)
            ax.annotate(str(k), place, color="white", fontsize=7, annotation_clip=True)
        ax.set(xlim=(-0.5, values.shape[1] - 0.5), ylim=(values.shape[0] - 0.5, -0.5))
        ax.set_autoscale_on(False)
    return ax


def plot_spectrum(
    frequencies_hz: Float[Any, " num_frequencies"],
    densities: Mapping[str, Any],
    *,
    cutoff_hz: float,
    ax: Axes | None = None,
) -> Axes:
    """Show power spectra, and which band lies above a cutoff.

    Parameters
    ----------
    frequencies_hz : array or tensor (num_frequencies,)
        Increasing.
    densities : mapping from label to array or tensor (num_frequencies,)
        Power per hertz.
    cutoff_hz : float
        The band above it is shaded.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is not one value a frequency.
    """
    frequencies = check_axes(frequencies_hz, 1, "frequencies_hz", "(num_frequencies,)")
    ax = style.on_axes(ax, size=(7.2, 3.4))
    for k, (label, density) in enumerate(densities.items()):
        power = to_numpy(density)
        if power.shape != frequencies.shape:
            raise InputError(f"{label} is {power.shape}, frequencies_hz is {frequencies.shape}")
        ax.semilogy(frequencies, power, color=style.color(k), label=label)
    ax.axvspan(cutoff_hz, frequencies[-1], color=RAW, alpha=0.25, label="what the filter keeps")
    ax.set_xlim(frequencies[0], frequencies[-1])
    style.label_axes(ax, "frequency (Hz)", "power density (σ² / Hz)")
    ax.legend(loc="upper center", ncols=len(densities) + 1, fontsize="small")
    powers = np.concatenate([np.ravel(to_numpy(density)) for density in densities.values()])
    ax.set_ylim(
        1e-3 * powers.max(), 4 * powers.max()
    )  # below that, a filter's stop band is rounding
    return ax


def plot_contours(
    footprints: Float[Any, "num_neurons height width"],
    image: Float[Any, "height width"],
    *,
    quantity: str,
    level: float = 0.4,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the outline of each footprint over an image, one color a neuron.

    Parameters
    ----------
    footprints : array or tensor (num_neurons, height, width)
    image : array or tensor (height, width)
    quantity : str
        What the image shows, with its unit.
    level : float
        The outline is where a footprint has this fraction of its maximum.
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
    shapes = check_axes(footprints, 3, "footprints", "(num_neurons, height, width)")
    values = check_axes(image, 2, "image", "(height, width)")
    if shapes.shape[1:] != values.shape:
        raise InputError(
            f"footprints {shapes.shape} are not images of {values.shape} as the one below"
        )
    ax = style.on_axes(ax)
    artist = style.show_image(ax, values, title=title)
    style.add_color_bar(artist, quantity)
    for k, shape in enumerate(shapes):
        if shape.max() > 0:
            ax.contour(shape, levels=[level * shape.max()], colors=[style.color(k)], linewidths=1.2)
    return ax


def figure_footprints(
    footprints: Float[Any, "num_neurons height width"],
    *,
    names: Sequence[str] | None = None,
    size_px: int = 25,
    num_columns: int = 10,
) -> Figure:
    """Show each footprint around its brightest spot, in shared colors symmetric about zero.

    Parameters
    ----------
    footprints : array or tensor (num_neurons, height, width)
    names : sequence of num_neurons str, optional
        Titles; without them, the neurons' numbers.
    size_px : int
        Side of the square shown.
    num_columns : int
        Panels in a row.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shape is another, or there is not one name a footprint.
    """
    shapes = check_axes(footprints, 3, "footprints", "(num_neurons, height, width)")
    titles = list(names) if names is not None else [str(k) for k in range(len(shapes))]
    if len(titles) != len(shapes) or not len(shapes):
        raise InputError(f"{len(titles)} names for {len(shapes)} footprints")
    num_columns = min(num_columns, len(shapes))
    num_rows = -(-len(shapes) // num_columns)
    figure, axes = style.new_panels(num_rows, num_columns, panel_size=(1.3, 1.4))
    limit = style.signed_limit(shapes)
    for ax, title, shape in zip(axes.flat, titles, shapes, strict=False):
        weights = shape**2 / max(np.sum(shape**2), 1e-12)
        row, column = (
            round(float(np.sum(np.indices(shape.shape)[axis] * weights))) for axis in (0, 1)
        )
        artist = style.show_signed(ax, shape, limit=limit, title=title)
        half = size_px / 2
        ax.set(xlim=(column - half, column + half), ylim=(row + half, row - half))
        ax.tick_params(labelsize="x-small")
        ax.set(xlabel="", ylabel="")
    for ax in axes.flat[len(shapes) :]:
        ax.set_visible(False)
    figure.supxlabel("x (pixels)", fontsize="small")
    figure.supylabel("y (pixels)", fontsize="small")
    style.add_color_bar(artist, "footprint\n(unit norm)", beside=axes)
    return figure


def figure_deconvolution(
    trace: Float[Any, " num_frames"],
    results: Mapping[str, Any],
    *,
    frame_rate_hz: float,
    spike_counts: Int[Any, " num_frames"] | None = None,
    seconds: tuple[float, float] | None = None,
    title: str = "",
) -> Figure:
    """Show a trace with what deconvolutions make of it, and below their amplitudes, with the true spikes.

    Parameters
    ----------
    trace : array or tensor (num_frames,)
        y, in noise standard deviations.
    results : mapping from label to Deconvolution
        What to compare: their `denoised` and `baseline` are drawn over the trace, their `amplitudes` below.
    frame_rate_hz : float
    spike_counts : array or tensor (num_frames,), optional
        True spikes in each frame, marked where there are any.
    seconds : (float, float), optional
        From when to when; without it, all.
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a shape is another.
    """
    y = check_axes(trace, 1, "trace", "(num_frames,)")
    figure, panels = plt.subplots(
        2, 1, figsize=(10, 4.4), sharex=True, height_ratios=(2, 1), layout="constrained"
    )
    times = np.arange(len(y)) / frame_rate_hz
    start, stop = seconds or (times[0], times[-1])
    shown = (times >= start) & (times <= stop)
    panels[0].plot(times[shown], y[shown], color=RAW, linewidth=0.8, label="trace")
    for k, (label, result) in enumerate(results.items()):
        denoised, amplitudes = to_numpy(result.denoised), to_numpy(result.amplitudes)
        if not denoised.shape == amplitudes.shape == y.shape:
            raise InputError(
                f"{label}: denoised {denoised.shape} and amplitudes {amplitudes.shape} must be {y.shape}"
            )
        fit = denoised + float(np.squeeze(to_numpy(result.baseline)))
        # Thinner from one to the next, so that equal curves show one within the other.
        width = 1.2 + 1.6 * (len(results) - 1 - k) / max(len(results) - 1, 1)
        panels[0].plot(times[shown], fit[shown], color=style.color(k), linewidth=width, label=label)
        panels[1].vlines(times[shown], 0, amplitudes[shown], color=style.color(k), linewidth=width)
    if spike_counts is not None:
        spiked = times[shown & (to_numpy(spike_counts) > 0)]
        panels[1].plot(
            spiked,
            np.full(len(spiked), 1.06),  # ticks above the panel
            "|",
            color=SPIKES,
            markersize=7,
            transform=panels[1].get_xaxis_transform(),
            clip_on=False,
            label="true spikes",
        )
    style.label_axes(panels[0], "", f"fluorescence\n{SIGMAS}", title)
    style.label_axes(panels[1], "time (s)", f"amplitude\n{SIGMAS}")
    panels[1].set_xlim(start, stop)
    handles = [line for ax in panels for line in ax.get_legend_handles_labels()[0]]
    figure.legend(handles=handles, loc="outside right upper", fontsize="small", frameon=False)
    return figure


def plot_traces(
    traces: Float[Any, "num_neurons num_frames"],
    denoised: Float[Any, "num_neurons num_frames"],
    amplitudes: Float[Any, "num_neurons num_frames"],
    *,
    frame_rate_hz: float,
    spike_counts: Int[Any, "num_neurons num_frames"] | None = None,
    seconds: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Show traces one above the other: measured, denoised, their amplitudes below the line, and true spikes.

    Parameters
    ----------
    traces, denoised, amplitudes : arrays or tensors (num_neurons, num_frames)
        In noise standard deviations; `denoised` with its baseline. Each neuron is scaled by its own largest denoised value.
    frame_rate_hz : float
    spike_counts : array or tensor (num_neurons, num_frames), optional
        True spikes in each frame, marked above the trace where there are any.
    seconds : (float, float), optional
        From when to when; without it, all.
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
    axes_text = "(num_neurons, num_frames)"
    measured = check_axes(traces, 2, "traces", axes_text)
    rows = [measured, *(check_axes(v, 2, "traces", axes_text) for v in (denoised, amplitudes))]
    if len({row.shape for row in rows}) > 1:
        raise InputError(f"these must have one shape: got {', '.join(str(r.shape) for r in rows)}")
    ax = style.on_axes(ax, size=(10, 0.5 + 0.7 * len(measured)))
    times = np.arange(measured.shape[1]) / frame_rate_hz
    for k, (y, fit, jumps) in enumerate(zip(*rows, strict=True)):
        scale = 1.4 * max(np.ptp(fit), np.ptp(jumps), 1e-9)
        low = fit.min()
        ax.plot(times, (y - low) / scale - k, color=RAW, linewidth=0.6)
        ax.plot(times, (fit - low) / scale - k, color=style.color(k), linewidth=1.2)
        ax.vlines(times, -k - 0.05 - 0.35 * jumps / scale, -k - 0.05, color=style.color(k))
        if spike_counts is not None:
            spiked = times[to_numpy(spike_counts)[k] > 0]
            ax.plot(spiked, np.full(len(spiked), 0.78 - k), "|", color=SPIKES, markersize=5)
    ax.set_yticks(-np.arange(len(measured)), labels=[str(k) for k in range(len(measured))])
    ax.set_xlim(seconds or (times[0], times[-1]))
    ax.set_ylim(-len(measured) + 0.7, 1)
    style.label_axes(ax, "time (s)", "neuron (each on its own scale)")
    return ax


def plot_objective(objective: Float[Any, " num_sweeps_and_one"], *, ax: Axes | None = None) -> Axes:
    """Show how far the log posterior is below its last value, sweep by sweep.

    Parameters
    ----------
    objective : array or tensor (num_sweeps + 1,)
        Before the first sweep, and after each.
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
    values = check_axes(objective, 1, "objective", "(num_sweeps + 1,)")
    ax = style.on_axes(ax, size=(5, 3))
    ax.plot(np.arange(len(values)), (values - values[0]) / 1000, "o-", color=style.color(5))
    style.label_axes(ax, "sweep", "gain in log posterior (1000 nats)")
    return ax


def play_movies(
    movies: Mapping[str, Any],
    *,
    frame_rate_hz: float,
    limits: tuple[float, float] | None = None,
    signed: Sequence[str] = (),
) -> "HTML":
    """Play movies side by side, with buttons to stop and step.

    Parameters
    ----------
    movies : mapping from title to array or tensor (height, width, num_frames)
        At most a hundred frames or so: each becomes a picture in the notebook.
    frame_rate_hz : float
        Frames a second.
    limits : (float, float), optional
        The values that are black and white, the same in all movies; without them, the 1st and the 99.9th percentile of the
        first movie.
    signed : sequence of str
        Titles of movies of both signs, shown in colors symmetric about zero.

    Returns
    -------
    IPython.display.HTML

    Raises
    ------
    InputError
        If there is no frame to show, or the movies do not have as many frames.
    """
    from IPython.display import HTML

    arrays = {title: to_numpy(movie) for title, movie in movies.items()}
    lengths = {movie.shape[-1] if movie.ndim == 3 else 0 for movie in arrays.values()}
    if len(lengths) != 1 or lengths == {0}:
        shapes = ", ".join(f"{title} {movie.shape}" for title, movie in arrays.items())
        raise InputError(
            f"movies are (height, width, num_frames), all of as many frames: got {shapes or 'none'}"
        )
    first = next(iter(arrays.values()))
    low, high = np.percentile(first, (1, 99.9)) if limits is None else limits
    figure, axes = style.new_panels(1, len(arrays), panel_size=(3.0, 3.2))
    artists = []
    for ax, (title, movie) in zip(axes[0], arrays.items(), strict=True):
        if title in signed:
            still = style.show_signed(ax, movie[..., 0], limit=(high - low) / 2, title=title)
        else:
            still = style.show_image(ax, movie[..., 0], title=title, vmin=low, vmax=high)
        artists.append(still)
        ax.label_outer()

    def show(number: int) -> list[Any]:
        for artist, movie in zip(artists, arrays.values(), strict=True):
            artist.set_data(movie[..., number])
        figure.suptitle(f"{number / frame_rate_hz:5.1f} s", fontsize="medium")
        return artists

    # Frames of noise are a tenth of the size as JPEG.
    with plt.rc_context({"animation.frame_format": "jpeg", "savefig.dpi": 80}):
        player = FuncAnimation(figure, show, frames=lengths.pop())
        page = player.to_jshtml(fps=max(1, round(frame_rate_hz)))
    plt.close(figure)
    return HTML(page)
