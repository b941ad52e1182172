"""The picture of an explorer: sharp on screens with small pixels, and never wider than the page."""

from __future__ import annotations

import ipywidgets
from matplotlib.figure import Figure

from stats220.plotting.pictures import as_png

SHOWN_DPI, SHARP_DPI = 90, 160


def empty_picture() -> ipywidgets.Image:
    """A picture to be drawn into, as wide as the page."""
    return ipywidgets.Image(format="png", layout=ipywidgets.Layout(width="100%"))


def show_figure(picture: ipywidgets.Image, figure: Figure) -> None:
    """Put a figure into a picture, at most as wide as its inches say; the figure itself is closed."""
    picture.layout.max_width = f"{SHOWN_DPI * figure.get_figwidth():.0f}px"
    picture.value = as_png(figure, dpi=SHARP_DPI)
