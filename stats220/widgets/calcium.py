"""An explorer of deconvolution: choose a cell, drag the slack and the decay time, and see which spikes are left."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets

from stats220.arrays import to_numpy
from stats220.errors import InputError, Stats220Error
from stats220.plotting import style
from stats220.plotting.calcium import figure_deconvolution
from stats220.widgets.picture import empty_picture, show_figure

Deconvolve = Callable[[Any, float, float], Any]


def explore_deconvolution(
    traces: Any,
    deconvolve: Deconvolve,
    *,
    frame_rate_hz: float,
    decay_frames: float = 9.0,
    spike_counts: Any = None,
    num_frames: int = 900,
) -> ipywidgets.VBox:
    """Sliders for the cell, the slack and the decay time, above the trace and its deconvolution.

    Parameters
    ----------
    traces : array or tensor (num_neurons, num_frames)
        In noise standard deviations.
    deconvolve : function
        ``deconvolve(trace, decay_frames, slack)`` gives a Deconvolution.
    frame_rate_hz : float
    decay_frames : float
        Where the slider of the decay time starts.
    spike_counts : array or tensor (num_neurons, num_frames), optional
        True spikes, to be marked.
    num_frames : int
        How much of each trace to take: with 30 seconds, an answer comes at once.

    Returns
    -------
    ipywidgets.VBox
        Show it as a cell's last value.

    Raises
    ------
    InputError
        If there is no trace, or not one spike train a trace.
    """
    values = to_numpy(traces)
    if values.ndim != 2 or values.size == 0:
        raise InputError(f"traces must be (num_neurons, num_frames): got {values.shape}")
    spikes = None if spike_counts is None else to_numpy(spike_counts)
    if spikes is not None and spikes.shape != values.shape:
        raise InputError(
            f"spike_counts {spikes.shape} must have the shape of traces {values.shape}"
        )
    cell = ipywidgets.IntSlider(
        value=0, min=0, max=len(values) - 1, description="cell", continuous_update=False
    )
    slack = ipywidgets.FloatSlider(
        value=0.25, min=-0.9, max=2.0, step=0.05, description="slack", continuous_update=False
    )
    decay = ipywidgets.FloatLogSlider(
        value=decay_frames,
        min=0,
        max=2,
        step=0.05,
        description="τ (frames)",
        continuous_update=False,
    )
    picture = empty_picture()
    said = ipywidgets.HTML()

    @style.off_screen()
    def draw(change: object = None) -> None:
        trace = values[cell.value, :num_frames]
        truth = None if spikes is None else spikes[cell.value, :num_frames]
        try:
            result = deconvolve(trace, decay.value, slack.value)
        except Stats220Error as error:  # no solver succeeded: say so, and keep the last picture
            said.value = f"<b>no answer:</b> {html.escape(str(error))}"
            return
        figure = figure_deconvolution(
            trace, {"deconvolved": result}, frame_rate_hz=frame_rate_hz, spike_counts=truth
        )
        show_figure(picture, figure)
        amplitudes = to_numpy(result.amplitudes)
        said.value = (
            f"‖Gc‖₁ = {amplitudes.sum():.0f} σ, baseline {float(result.baseline):.1f} σ, "
            f"{(amplitudes > 1).sum()} frames with an amplitude above 1 σ"
            + ("" if truth is None else f", {(truth > 0).sum()} with true spikes")
        )

    for control in (cell, slack, decay):
        control.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox([cell, slack, decay]), said, picture])
