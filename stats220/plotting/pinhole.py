"""Lab 5's plot of the pinhole itself, from the side."""

from __future__ import annotations

from matplotlib.figure import Figure

from stats220.errors import InputError
from stats220.plotting import style


def figure_pinhole(height: float = 1.0, depths: tuple[float, float] = (2.0, 4.0)) -> Figure:
    """A pinhole from the side: the same arrow at two depths, and its two images.

    Parameters
    ----------
    height : float
        Of the arrow, in any unit of length.
    depths : (float, float)
        In the same unit, in front of the pinhole. The image plane is one unit away.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a depth is not positive.
    """
    if min(depths) <= 0:
        raise InputError(f"depths must be positive, in front of the pinhole: got {depths}")
    figure, axes = style.new_panels(1, 1, panel_size=(8.5, 3.4))
    ax = axes[0, 0]
    ax.axvline(1, color="0.4", linewidth=1)
    ax.axhline(0, color="0.7", linewidth=0.8)
    for index, depth in enumerate(depths):
        color = style.color(index)
        ax.annotate(
            "",
            (depth, height),
            (depth, 0),
            arrowprops={"arrowstyle": "-|>", "color": color, "lw": 3},
        )
        ax.plot([0, depth], [0, height], color=color, linewidth=1, linestyle="--")
        ax.plot(
            [1, 1],
            [0, height / depth],
            color=color,
            linewidth=5,
            solid_capstyle="butt",
            zorder=3 + index,
        )
        ax.text(depth + 0.05, height / 2, f"depth w = {depth:g}", color=color, va="center")
        ax.text(0.95, height / depth, f"{height / depth:g}", color=color, ha="right", va="center")
    ax.plot(0, 0, "o", color="black")
    ax.text(0.03, -0.05 * height, "pinhole", va="top")
    ax.text(1.03, -0.05 * height, "image plane, at depth 1", va="top")
    ax.set(xlim=(-0.1, max(depths) + 1), ylim=(-0.25 * height, 1.25 * height))
    style.label_axes(
        ax,
        "depth w (units of length)",
        "u (units of length)",
        "similar triangles: the image is u / w high",
    )
    return figure
