"""Plots of losses: while a model learns, and where a formula for one overflows."""

from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style


def plot_loss_overflow(
    logits: Float[Any, "num_logits"],
    naive_losses: Float[Any, "num_logits"],
    stable_losses: Float[Any, "num_logits"],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Show where a naive formula for a loss stops giving finite numbers and a stable one goes on.

    Parameters
    ----------
    logits : array or tensor (num_logits,)
        Increasing.
    naive_losses, stable_losses : arrays or tensors (num_logits,)
        The losses at these logits, in nats; those that are not finite are shaded.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the three do not have one length.
    """
    a, naive, stable = _curves(
        logits=logits, naive_losses=naive_losses, stable_losses=stable_losses
    )
    ax = style.on_axes(ax)
    ax.plot(
        a,
        np.where(np.isfinite(naive), naive, np.nan),
        color=style.color(0),
        linewidth=6,
        label="naive",
    )
    ax.plot(a, stable, color=style.color(5), linewidth=2, label="stable")
    if not np.isfinite(naive).all():
        lost = np.where(np.isfinite(naive), 0.0, 1.0)
        ax.fill_between(
            a,
            lost,
            step="mid",
            transform=ax.get_xaxis_transform(),
            color=style.color(4),
            alpha=0.2,
            linewidth=0,
            label="naive: inf or nan",
        )
    style.label_axes(ax, "logit", "loss (nats)")
    ax.legend()
    return ax


def plot_learning_curves(
    train_losses: Float[Any, "num_epochs"],
    validation_losses: Float[Any, "num_epochs"],
    *,
    label: str = "",
    index: int = 0,
    quantity: str = "mean loss per pixel (nats)",
    ax: Axes | None = None,
) -> Axes:
    """Show the losses after each epoch on a logarithmic axis: training solid, validation dashed.

    Parameters
    ----------
    train_losses, validation_losses : arrays or tensors (num_epochs,)
    label : str
        Which model, where several are drawn on one Axes.
    index : int
        Which color: one a model.
    quantity : str
        Quantity and unit.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the two do not have one length.
    """
    train, validation = _curves(train_losses=train_losses, validation_losses=validation_losses)
    ax = style.on_axes(ax)
    epochs = np.arange(1, len(train) + 1)
    prefix = f"{label}, " if label else ""
    for losses, line, what in (
        (train, style.TRAIN_LINE, "training"),
        (validation, style.VALIDATION_LINE, "validation"),
    ):
        ax.plot(epochs, losses, line, color=style.color(index), label=f"{prefix}{what}")
    ax.set_yscale("log")
    style.label_axes(ax, "epoch", quantity)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()
    return ax


def _curves(**curves: Any) -> list[np.ndarray[Any, np.dtype[Any]]]:
    """The curves as arrays of one length."""
    arrays = {name: to_numpy(curve) for name, curve in curves.items()}
    if (
        any(array.ndim != 1 for array in arrays.values())
        or len({a.size for a in arrays.values()}) > 1
    ):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise InputError(f"curves must be one-dimensional and of one length: got {shapes}")
    return list(arrays.values())
