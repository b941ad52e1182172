"""Plots of traces over time: measured, denoised, their amplitudes and the true spikes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style

SIGMAS = "(noise σ)"
RAW = "0.65"  # the gray of what was measured
SPIKES = "black"


def figure_deconvolution(
    trace: Float[Any, " num_frames"],
    results: Mapping[str, Any],
    *,
    frame_rate_hz: float,
    spike_counts: Int[Any, " num_frames"] | None = None,
    seconds: tuple[float, float] | None = None,
    amplitude_limit: float | None = None,
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
    amplitude_limit : float, optional
        Where the axis of the amplitudes ends, for figures that are to be compared.
    title : str

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a shape is another.
    """
    y = style.check_axes(trace, 1, "trace", "(num_frames,)")
    figure, panels = style.subplots(
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
    if amplitude_limit is not None:
        panels[1].set_ylim(-0.03 * amplitude_limit, amplitude_limit)
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
    names: Sequence[str] | None = None,
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
    names : sequence of num_neurons str, optional
        What stands beside each trace; without it, the neurons' numbers.
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
    measured = style.check_axes(traces, 2, "traces", axes_text)
    rows = [
        measured,
        *(style.check_axes(v, 2, "traces", axes_text) for v in (denoised, amplitudes)),
    ]
    if len({row.shape for row in rows}) > 1:
        raise InputError(f"these must have one shape: got {', '.join(str(r.shape) for r in rows)}")
    labels = list(names) if names is not None else [str(k) for k in range(len(measured))]
    if len(labels) != len(measured):
        raise InputError(f"{len(labels)} names for {len(measured)} traces")
    ax = style.on_axes(ax, size=(10, 0.9 + 0.7 * len(measured)))
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
    ax.set_yticks(-np.arange(len(measured)), labels=labels)
    ax.set_xlim(seconds or (times[0], times[-1]))
    ax.set_ylim(-len(measured) + 0.7, 1)
    style.label_axes(ax, "time (s)", "neuron (each on its own scale)")
    handles = [
        Line2D([], [], color=RAW, linewidth=0.8, label="measured"),
        Line2D(
            [], [], color=style.color(0), linewidth=1.2, label="denoised, in the neuron's color"
        ),
        Line2D([], [], color=style.color(0), marker="|", linestyle="", label="below: amplitudes"),
    ]
    if spike_counts is not None:
        above = Line2D([], [], color=SPIKES, marker="|", linestyle="", label="above: true spikes")
        handles.append(above)
    ax.legend(
        handles=handles,
        loc="lower center",
        bbox_to_anchor=(0.5, 1),
        ncols=4,
        fontsize="small",
        frameon=False,
    )
    return ax
