"""Plots of curves that sum a movie up: power over frequency, and what an ascent has gained."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style


def plot_spectrum(
    frequencies_hz: Float[Any, " num_frequencies"],
    densities: Mapping[str, Any],
    *,
    cutoff_hz: float,
    white: float | None = None,
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
    white : float, optional
        The density of white noise, drawn as a dashed line.
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
    frequencies = style.check_axes(frequencies_hz, 1, "frequencies_hz", "(num_frequencies,)")
    ax = style.on_axes(ax, size=(7.2, 3.4))
    for k, (label, density) in enumerate(densities.items()):
        power = to_numpy(density)
        if power.shape != frequencies.shape:
            raise InputError(f"{label} is {power.shape}, frequencies_hz is {frequencies.shape}")
        ax.semilogy(frequencies, power, color=style.color(k), label=label)
    ax.axvspan(cutoff_hz, frequencies[-1], color="0.65", alpha=0.25, label="what the filter keeps")
    if white is not None:
        ax.axhline(white, color="black", linestyle="--", label="white noise")
    ax.set_xlim(frequencies[0], frequencies[-1])
    style.label_axes(ax, "frequency (Hz)", "power density (σ² / Hz)")
    ax.legend(loc="upper center", ncols=len(densities) + 2, fontsize="small")
    powers = np.concatenate([np.ravel(to_numpy(density)) for density in densities.values()])
    ax.set_ylim(
        1e-3 * powers.max(), 4 * powers.max()
    )  # below that, a filter's stop band is rounding
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
    values = style.check_axes(objective, 1, "objective", "(num_sweeps + 1,)")
    ax = style.on_axes(ax, size=(5, 3))
    ax.plot(np.arange(len(values)), (values - values[0]) / 1000, "o-", color=style.color(5))
    style.label_axes(ax, "sweep", "gain in log posterior (1000 nats)")
    return ax
