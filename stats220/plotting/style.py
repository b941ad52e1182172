"""One look for all labs: colors, axes, images and signed maps. Changes no matplotlib setting; in a notebook, figures get a description."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Shaped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting.describing import describe_in_notebook

describe_in_notebook()

# Okabe and Ito's colors, which people with any kind of color vision tell apart, in an order that suits dark frames:
# orange, sky blue, reddish purple, bluish green, vermilion, blue, yellow, black. jfly.uni-koeln.de/color
PALETTE = ("#E69F00", "#56B4E9", "#CC79A7", "#009E73", "#D55E00", "#0072B2", "#F0E442", "#000000")
SIGNED_MAP = "RdBu_r"  # blue below zero, white at zero, red above
POSITIVE_MAP = "viridis"
TRAIN_LINE, VALIDATION_LINE = "-", "--"
_off_screen: ContextVar[bool] = ContextVar("_off_screen", default=False)  # one value a thread


@contextmanager
def off_screen() -> Iterator[None]:
    """Within this block, or a function that it decorates, new figures are none of pyplot's.

    JupyterLab moves a slider in a thread of its own while a cell runs. A figure that pyplot knew would then be the current one of that
    cell: drawn over by it, and shown in it.
    """
    token = _off_screen.set(True)
    try:
        yield
    finally:
        _off_screen.reset(token)


def subplots(
    num_rows: int = 1,
    num_columns: int = 1,
    *,
    figsize: tuple[float, float],
    layout: Literal["constrained", "compressed", "tight"],
    **kwargs: Any,
) -> tuple[Figure, Any]:
    """As `plt.subplots`; within `off_screen`, on a figure that pyplot does not know.

    Parameters
    ----------
    num_rows, num_columns : int
    figsize : (float, float)
        Inches.
    layout : "constrained", "compressed" or "tight"
        Matplotlib's layout engine.
    **kwargs
        For `Figure.subplots`.

    Returns
    -------
    Figure
    Axes, or an array of them
    """
    figure: Figure = (Figure if _off_screen.get() else plt.figure)(figsize=figsize, layout=layout)
    return figure, figure.subplots(num_rows, num_columns, **kwargs)


def color(index: int) -> str:
    """The color of one neuron, key point or camera, the same throughout a lab.

    Parameters
    ----------
    index : int
        Its number; from the ninth on, colors come again.

    Returns
    -------
    str
        As ``#RRGGBB``.
    """
    return PALETTE[index % len(PALETTE)]


def on_axes(ax: Axes | None = None, *, size: tuple[float, float] = (6.4, 4.4)) -> Axes:
    """The axes to draw on: those given, or those of a new figure of `size` in inches."""
    if ax is not None:
        return ax
    axes: Axes = subplots(figsize=size, layout="compressed")[1]
    return axes


def new_panels(
    num_rows: int, num_columns: int, *, panel_size: tuple[float, float] = (3.6, 3.2)
) -> tuple[Figure, NDArray[Any]]:
    """A new figure of panels.

    Parameters
    ----------
    num_rows, num_columns : int
    panel_size : (float, float)
        Width and height of one panel, in inches.

    Returns
    -------
    Figure
    array (num_rows, num_columns) of Axes
    """
    width, height = num_columns * panel_size[0], num_rows * panel_size[1]
    return subplots(
        num_rows, num_columns, figsize=(width, height), layout="compressed", squeeze=False
    )


def label_axes(ax: Axes, x: str, y: str, title: str = "") -> None:
    """Name the quantity and unit of both axes, and the axes as a whole."""
    ax.set(xlabel=x, ylabel=y)
    if title:
        ax.set_title(title, fontsize="medium")


def show_image(
    ax: Axes, image: Shaped[Any, "height width *channels"], *, title: str = "", **kwargs: Any
) -> AxesImage:
    """Show a gray or color image on pixel axes: pixel centers at whole numbers, y downwards.

    Parameters
    ----------
    ax : Axes
    image : array or tensor (height, width) or (height, width, 3)
        Color: uint8, or float from 0 to 1. Gray: mapped from its minimum to its maximum.
    title : str
    **kwargs
        For `Axes.imshow`.

    Returns
    -------
    AxesImage
    """
    artist = ax.imshow(to_numpy(image), **{"cmap": "gray", "interpolation": "nearest", **kwargs})
    label_axes(ax, "x (pixels)", "y (pixels)", title)
    return artist


def show_signed(
    ax: Axes,
    values: Shaped[Any, "height width"],
    *,
    quantity: str = "",
    limit: float | None = None,
    title: str = "",
) -> AxesImage:
    """Show values of both signs as colors that are symmetric about zero.

    Parameters
    ----------
    ax : Axes
    values : array or tensor (height, width)
        NaN stays blank.
    quantity : str
        Quantity and unit, for a color bar; without it there is none.
    limit : float, optional
        The colors go from -limit to limit; without it, to the largest absolute value.
    title : str

    Returns
    -------
    AxesImage

    Raises
    ------
    InputError
        If `limit` is not positive.
    """
    limit = signed_limit(values) if limit is None else limit
    if not limit > 0:
        raise InputError(f"limit must be positive, the colors go from -limit to limit: got {limit}")
    artist = show_image(ax, values, title=title, cmap=SIGNED_MAP, vmin=-limit, vmax=limit)
    if quantity:
        add_color_bar(artist, quantity)
    return artist


def signed_limit(values: Shaped[Any, "..."]) -> float:
    """The largest finite absolute value, for maps that share their colors; 1 where all are zero."""
    array = np.abs(to_numpy(values).astype(float))
    return float(array.max(initial=0.0, where=np.isfinite(array))) or 1.0


def add_color_bar(artist: AxesImage, quantity: str, *, beside: Any = None) -> None:
    """Add a color bar that says quantity and unit, beside the image's axes or an array of axes."""
    figure = artist.get_figure()
    if figure is None:
        raise InputError("the image is on no figure: make it with show_image or show_signed")
    figure.colorbar(artist, ax=artist.axes if beside is None else beside, label=quantity)


def check_axes(values: Any, num_axes: int, name: str, axes: str) -> NDArray[Any]:
    """As an array that is not empty, with so many axes.

    Parameters
    ----------
    values : array or tensor
    num_axes : int
    name, axes : str
        What a message calls the values and their axes.

    Returns
    -------
    ndarray

    Raises
    ------
    InputError
        If it has other axes, or none of one.
    """
    array = to_numpy(values)
    if array.ndim != num_axes or array.size == 0:
        raise InputError(f"{name} must be {axes}: got {array.shape}")
    return array
