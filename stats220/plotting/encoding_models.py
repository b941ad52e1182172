"""Plots of fitted encoding models: coupling, the ladder of models, data efficiency, and whether rescaled times are uniform."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style
from stats220.plotting.style import check_axes

__all__ = [
    "figure_coupling",
    "plot_data_efficiency",
    "plot_ladder",
    "plot_uniform",
]

KS_95 = 1.36  # Kolmogorov and Smirnov's distance, times the root of the number, that is passed once in twenty times


def figure_coupling(
    coupling: Float[Any, "num_neurons num_neurons num_lags"],
    *,
    bin_seconds: float,
    truth: Float[Any, "num_neurons num_neurons num_lags"] | None = None,
) -> Figure:
    """Show what a spike of each neuron (columns) does to each neuron (rows).

    Parameters
    ----------
    coupling : array or tensor (num_neurons, num_neurons, num_lags)
        [to, from, lag - 1].
    bin_seconds : float
    truth : array or tensor of the same neurons, optional
        Drawn black and dashed.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If it is not square.
    """
    values = check_axes(coupling, 3, "coupling", "(num_neurons, num_neurons, num_lags)")
    if values.shape[0] != values.shape[1]:
        raise InputError(f"coupling is [to, from, lag]: got {values.shape}")
    size = len(values)
    figure, axes = plt.subplots(
        size,
        size,
        figsize=(1.15 * size, 0.95 * size),
        sharex=True,
        sharey=True,
        layout="constrained",
        squeeze=False,
    )
    ms = 1e3 * bin_seconds * (1 + np.arange(values.shape[2]))
    for (to, sender), ax in np.ndenumerate(axes):
        ax.axhline(0, color="0.8", linewidth=0.8)
        # A thin dark edge: one of the colors is yellow, which is faint on white.
        edge = [withStroke(linewidth=2.2, foreground="0.35")]
        color = style.color(sender)
        ax.plot(ms, values[to, sender], color=color, linewidth=1.4, path_effects=edge)
        if truth is not None:
            true = to_numpy(truth)[to, sender]
            lags = 1e3 * bin_seconds * (1 + np.arange(len(true)))
            ax.plot(lags, true, "k--", linewidth=0.8)
        ax.tick_params(labelsize="x-small")
        if to == 0:
            ax.set_title(f"from {sender}", fontsize="small")
        if sender == 0:
            ax.set_ylabel(f"to {to}", fontsize="small")
    # Neighbors' filters are small beside a cell's own refractoriness, which may leave the panel.
    off_diagonal = values[~np.eye(size, dtype=bool)] if size > 1 else values
    reach = 1.4 * style.signed_limit(off_diagonal)
    axes[0, 0].set(ylim=(-reach, reach), xlim=(0, ms[-1]))
    figure.supxlabel("time after the spike (ms)", fontsize="small")
    figure.supylabel("added to the drive", fontsize="small")
    return figure


def plot_ladder(
    scores: Mapping[str, Float[Any, " num_neurons"]],
    *,
    quantity: str,
    ceiling: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Show one score of several models: a dot per neuron, joined from model to model, and the mean with its 95 % interval over neurons.

    Parameters
    ----------
    scores : mapping from the model's name to array or tensor (num_neurons,)
        NaN is left out.
    quantity : str
        What the score is, with its unit.
    ceiling : float, optional
        A line for the best that a model could get.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If one model has another number of neurons.
    """
    columns = [check_axes(score, 1, name, "(num_neurons,)") for name, score in scores.items()]
    if len({len(column) for column in columns}) != 1:
        raise InputError("every model needs one score per neuron, of the same neurons")
    ax = style.on_axes(ax, size=(4.6, 3.6))
    places = np.arange(len(columns))
    for n, line in enumerate(np.stack(columns, axis=1)):
        ax.plot(places, line, "o-", color=style.color(n), markersize=3, linewidth=0.6, alpha=0.6)
    for place, column in enumerate(columns):
        known = column[np.isfinite(column)]
        interval = 1.96 * known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else 0.0
        ax.errorbar(
            place + 0.12, known.mean(), interval, fmt="s", color="black", capsize=4, zorder=3
        )
    if ceiling is not None:
        ax.axhline(ceiling, color="0.4", linestyle=":", label="ceiling")
        ax.legend(fontsize="small", loc="lower right")
    ax.set_xticks(places, list(scores))
    ax.set_xlim(-0.4, len(columns) - 0.6)
    style.label_axes(ax, "model", quantity)
    return ax


def plot_data_efficiency(
    minutes: Sequence[float],
    scores: Mapping[str, Sequence[float]],
    *,
    quantity: str,
    ax: Axes | None = None,
) -> Axes:
    """Show models' scores over how much data they were fitted to.

    Parameters
    ----------
    minutes : sequence of float
    scores : mapping from the model's name to a sequence of as many float
    quantity : str
        What the score is, with its unit.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If a model has not one score for each.
    """
    ax = style.on_axes(ax, size=(5.4, 3.4))
    for k, (name, values) in enumerate(scores.items()):
        if len(values) != len(minutes):
            raise InputError(f"{name} has {len(values)} scores for {len(minutes)} lengths")
        ax.semilogx(minutes, values, "o-", color=style.color(k), label=name)
    ax.set_xticks(list(minutes), [f"{m:g}" for m in minutes])
    ax.minorticks_off()
    style.label_axes(ax, "training data (minutes)", quantity)
    ax.legend(fontsize="small")
    return ax


def plot_uniform(
    samples: Mapping[str, Float[Any, " num_spikes"]], *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Show whether numbers between 0 and 1 are uniform: their distribution function less the diagonal, with Kolmogorov and Smirnov's band.

    Parameters
    ----------
    samples : mapping from label to array or tensor (num_spikes,)
    title : str
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes
    """
    ax = style.on_axes(ax, size=(5.4, 3.4))
    fewest = min(len(sample) for sample in samples.values())
    band = KS_95 / np.sqrt(fewest)
    ax.axhspan(-band, band, color="0.85", label="95 % band")
    for k, (label, sample) in enumerate(samples.items()):
        values = np.sort(check_axes(sample, 1, label, "(num_spikes,)"))
        share = (np.arange(len(values)) + 0.5) / len(values)
        ax.plot(values, share - values, color=style.color(k), label=label)
    ax.set_xlim(0, 1)
    style.label_axes(ax, "rescaled time", "share of spikes below,\nless that of a uniform", title)
    ax.legend(fontsize="small")
    return ax
