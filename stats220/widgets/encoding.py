"""Two explorers of the encoding lab: scrub a spike-triggered average through time; drag a filter and watch the rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.encoding import plot_rates
from stats220.plotting.encoding_filters import plot_temporal_filters
from stats220.widgets.picture import empty_picture, show_figure

Array = NDArray[Any]
Predict = Callable[[int, Array, float], Any]


def explore_sta(averages: Any, *, bin_seconds: float) -> ipywidgets.VBox:
    """Sliders for the neuron and the lag, above the average at that lag and its strongest pixel over time.

    Parameters
    ----------
    averages : array or tensor (num_neurons, num_lags, height, width)
        Lag 0 first.
    bin_seconds : float

    Returns
    -------
    ipywidgets.VBox
        Show it as a cell's last value.

    Raises
    ------
    InputError
        If the shape is another.
    """
    values = style.check_axes(averages, 4, "averages", "(num_neurons, num_lags, height, width)")
    neuron = _slider("neuron", 0, len(values) - 1)
    lag = _slider(
        "lag (bins)", int(np.abs(values[0]).max(axis=(1, 2)).argmax()), values.shape[1] - 1
    )
    picture = empty_picture()

    @style.off_screen()
    def draw(change: object = None) -> None:
        mine = values[neuron.value]
        _, row, column = np.unravel_index(np.nanargmax(np.abs(mine)), mine.shape)
        figure, axes = style.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        title = f"neuron {neuron.value}, {1e3 * bin_seconds * lag.value:.0f} ms before a spike"
        limit = style.signed_limit(mine)
        style.show_signed(
            axes[0], mine[lag.value], limit=limit, quantity="mean contrast", title=title
        )
        axes[0].plot(column, row, "k+", markersize=12)
        label = f"pixel at row {row}, column {column}"
        course = {label: mine[:, row, column]}
        plot_temporal_filters(course, bin_seconds=bin_seconds, quantity="mean contrast", ax=axes[1])
        axes[1].axvline(1e3 * bin_seconds * lag.value, color="0.4", linestyle=":")
        axes[1].set_ylim(-1.05 * limit, 1.05 * limit)
        show_figure(picture, figure)

    for control in (neuron, lag):
        control.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox([neuron, lag]), picture])


def explore_filter(
    predict: Predict,
    measured_hz: Any,
    *,
    num_lags: int,
    bin_seconds: float,
    seconds: tuple[float, float] = (0.0, 4.0),
) -> ipywidgets.VBox:
    """Sliders for a temporal filter and a bias, above the filter and the rate that it predicts.

    Parameters
    ----------
    predict : function
        ``predict(neuron, temporal, bias)`` gives the rate in Hz (num_bins,) for temporal weights (num_lags,).
    measured_hz : array or tensor (num_bins, num_neurons)
        Mean rates over trials.
    num_lags : int
    bin_seconds : float
    seconds : (float, float)
        What to show of it.

    Returns
    -------
    ipywidgets.VBox
        Show it as a cell's last value.

    Raises
    ------
    InputError
        If the shape is another.
    """
    rates = style.check_axes(measured_hz, 2, "measured_hz", "(num_bins, num_neurons)")
    neuron = _slider("neuron", 0, rates.shape[1] - 1)
    peak = _drag("peak (ms)", 60.0, 10.0, 200.0, 5.0)
    undershoot = _drag("undershoot", 0.7, 0.0, 1.5, 0.05)
    gain = _drag("gain", 1.0, -4.0, 4.0, 0.1)
    bias = _drag("bias", -4.0, -8.0, 2.0, 0.1)
    picture = empty_picture()

    @style.off_screen()
    def draw(change: object = None) -> None:
        temporal = gain.value * biphasic(num_lags, bin_seconds, peak.value / 1e3, undershoot.value)
        predicted = to_numpy(predict(neuron.value, temporal, bias.value))
        measured = rates[:, neuron.value]
        if predicted.shape != measured.shape:
            raise InputError(
                f"predict gave {predicted.shape}, measured_hz has {len(measured)} bins: give one rate per bin"
            )
        figure, axes = style.subplots(
            1, 2, figsize=(11, 3.0), width_ratios=(1, 2.6), layout="constrained"
        )
        plot_temporal_filters({"filter": temporal}, bin_seconds=bin_seconds, ax=axes[0])
        varies = predicted.std() > 0 and measured.std() > 0
        r = np.corrcoef(predicted, measured)[0, 1] if varies else 0.0
        plot_rates(
            {"predicted": predicted},
            measured_hz=measured,
            bin_seconds=bin_seconds,
            seconds=seconds,
            title=f"neuron {neuron.value}: correlation {r:.2f}",
            ax=axes[1],
        )
        show_figure(picture, figure)

    controls = (neuron, peak, undershoot, gain, bias)
    for control in controls:
        control.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox(controls[:3]), ipywidgets.HBox(controls[3:]), picture])


def biphasic(num_lags: int, bin_seconds: float, peak_seconds: float, undershoot: float) -> Array:
    """A bump that peaks at a lag, less a broader and later one.

    Parameters
    ----------
    num_lags : int
    bin_seconds, peak_seconds : float
    undershoot : float
        Height of the second bump, for a first one of height 1.

    Returns
    -------
    ndarray (num_lags,)
    """
    lags = np.arange(num_lags) * bin_seconds

    def bump(peak: float) -> Array:
        shape: Array = (lags / peak * np.exp(1 - lags / peak)) ** 4
        return shape

    course: Array = bump(peak_seconds) - undershoot * bump(2.0 * peak_seconds)
    return course


def _slider(name: str, value: int, highest: int) -> Any:
    return ipywidgets.IntSlider(
        value=value, min=0, max=highest, description=name, continuous_update=False
    )


def _drag(name: str, value: float, low: float, high: float, step: float) -> Any:
    return ipywidgets.FloatSlider(
        value=value, min=low, max=high, step=step, description=name, continuous_update=False
    )
