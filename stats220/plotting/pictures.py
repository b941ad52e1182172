"""Figures as files: a PNG, and a GIF that plays in a notebook."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from stats220.errors import InputError

if TYPE_CHECKING:
    from IPython.display import HTML


def as_png(figure: Figure, *, dpi: int = 80) -> bytes:
    """The figure as a PNG file; the figure itself is closed."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi)
    plt.close(figure)
    return file.getvalue()


def as_gif(figures: Iterable[Figure], *, frames_per_second: float, alt: str, dpi: int = 80) -> HTML:
    """Figures as an animated GIF, to show as a cell's last value; the figures themselves are closed.

    Within HTML, since a notebook gives a bare image no alternative text.

    Parameters
    ----------
    figures : iterable of Figure
        One at least, all of one size.
    frames_per_second : float
    alt : str
        The alternative text: what there is to be seen.
    dpi : int

    Returns
    -------
    IPython.display.HTML

    Raises
    ------
    InputError
        If `frames_per_second` is not positive.
    """
    from IPython.display import HTML

    if not frames_per_second > 0:
        raise InputError(f"frames_per_second must be positive: got {frames_per_second}")
    pages = [
        Image.open(io.BytesIO(as_png(figure, dpi=dpi)))
        .convert("RGB")
        .quantize(method=Image.Quantize.MAXCOVERAGE)
        for figure in figures
    ]
    file, duration = io.BytesIO(), round(1000 / frames_per_second)
    pages[0].save(
        file, "GIF", save_all=True, append_images=pages[1:], duration=duration, loop=0, disposal=1
    )
    data = base64.b64encode(file.getvalue()).decode()
    return HTML(f'<img alt="{html.escape(alt)}" src="data:image/gif;base64,{data}">')
