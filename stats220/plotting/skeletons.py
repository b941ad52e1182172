"""Skeletons on axes of two and of three dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from numpy.typing import NDArray

from stats220.plotting import style

Edges = Sequence[tuple[int, int]]


def draw_bones(ax: Axes, points: NDArray[Any], edges: Edges, **kwargs: Any) -> None:
    """Draw a skeleton into axes of two or three dimensions; what is NaN is not drawn."""
    color, label = kwargs.pop("color", "0.3"), kwargs.pop("label", None)
    for child, parent in edges:
        ax.plot(*points[[child, parent]].T, color=color, **{"linewidth": 1.2, **kwargs})
    ax.plot(*points.T, linestyle="", marker="o", markersize=3, color=color, label=label)


def axes_3d(*, size: tuple[float, float] = (7.4, 5.2)) -> Any:
    """New axes of three dimensions that name the world's axes."""
    figure, _ = style.new_panels(1, 1, panel_size=size)
    figure.clear()
    ax: Any = figure.add_subplot(projection="3d")
    ax.set(xlabel="x (mm)", ylabel="y (mm)", zlabel="z (mm)")
    return ax


def equal_scale(ax: Any, points: Float[NDArray[Any], "num_points 3"]) -> None:
    """Make a millimeter as long along z as along x and y."""
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    half = 0.5 * float((high - low).max()) or 1.0
    for name, middle in zip("xyz", (low + high) / 2, strict=True):
        getattr(ax, f"set_{name}lim")(middle - half, middle + half)
    ax.locator_params(nbins=6)  # more numbers would lie on each other
    ax.set_box_aspect((1, 1, 1))
