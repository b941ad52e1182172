"""Plots of cells on an image: rings, outlines, footprints."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

from stats220.errors import InputError
from stats220.plotting import style


def plot_image(
    image: Float[Any, "height width"],
    *,
    quantity: str,
    centers_rc: Real[Any, "num_neurons 2"] | None = None,
    neuron_width_px: float = 10.0,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show an image of one value per pixel, with numbered rings around cells.

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
    values = style.check_axes(image, 2, "image", "(height, width)")
    ax = style.on_axes(ax)
    artist = style.show_image(ax, values, title=title, cmap=style.POSITIVE_MAP)
    style.add_color_bar(artist, quantity)
    if centers_rc is not None:
        for k, (row, column) in enumerate(
            style.check_axes(centers_rc, 2, "centers_rc", "(num_neurons, 2)")
        ):
            ring = Circle(
                (column, row), neuron_width_px / 2, fill=False, color="white", clip_on=True
            )
            ax.add_patch(ring)
            _number(ax, k, row - 0.4 * neuron_width_px, column + 0.4 * neuron_width_px)
        ax.set(xlim=(-0.5, values.shape[1] - 0.5), ylim=(values.shape[0] - 0.5, -0.5))
        ax.set_autoscale_on(False)
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
    """Draw the outline of each footprint over an image, with its number; colors come again from the ninth on.

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
    shapes = style.check_axes(footprints, 3, "footprints", "(num_neurons, height, width)")
    values = style.check_axes(image, 2, "image", "(height, width)")
    if shapes.shape[1:] != values.shape:
        raise InputError(
            f"footprints {shapes.shape} are not images of {values.shape} as the one below"
        )
    ax = style.on_axes(ax)
    artist = style.show_image(ax, values, title=title)
    style.add_color_bar(artist, quantity)
    edge = [withStroke(linewidth=2.2, foreground="white", alpha=0.5)]  # one color is black
    for k, shape in enumerate(shapes):
        if shape.max() > 0:
            outline = ax.contour(shape, [level * shape.max()], colors=[style.color(k)])
            outline.set(linewidth=1.2, path_effects=edge)
            inside = np.argwhere(shape > level * shape.max())
            _number(ax, k, inside[:, 0].min(), inside[:, 1].max())
    return ax


def figure_footprints(
    footprints: Float[Any, "num_neurons height width"],
    *,
    names: Sequence[str] | None = None,
    limit: float | None = None,
    size_px: int = 25,
    num_columns: int = 10,
) -> Figure:
    """Show each footprint around its brightest spot, in shared colors symmetric about zero.

    Parameters
    ----------
    footprints : array or tensor (num_neurons, height, width)
    names : sequence of num_neurons str, optional
        Titles; without them, the neurons' numbers.
    limit : float, optional
        Where the colors end, on both sides of zero: a small one shows what is small. Without it, the largest absolute value.
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
    shapes = style.check_axes(footprints, 3, "footprints", "(num_neurons, height, width)")
    titles = list(names) if names is not None else [str(k) for k in range(len(shapes))]
    if len(titles) != len(shapes) or not len(shapes):
        raise InputError(f"{len(titles)} names for {len(shapes)} footprints")
    num_columns = min(num_columns, len(shapes))
    num_rows = -(-len(shapes) // num_columns)
    figure, axes = style.new_panels(num_rows, num_columns, panel_size=(1.3, 1.4))
    limit = style.signed_limit(shapes) if limit is None else limit
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


def _number(ax: Axes, k: int, row: float, column: float) -> None:
    """A neuron's number beside it, legible on dark and on bright."""
    ax.annotate(
        str(k),
        (column, row),
        color="white",
        fontsize=7,
        annotation_clip=True,
        path_effects=[withStroke(linewidth=1.5, foreground="black")],
    )
