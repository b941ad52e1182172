"""Movies side by side, as a page with buttons."""

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style

if TYPE_CHECKING:
    from IPython.display import HTML


def play_movies(
    movies: Mapping[str, Any],
    *,
    frame_rate_hz: float,
    limits: tuple[float, float] | None = None,
    signed: Sequence[str] = (),
) -> "HTML":
    """Play movies side by side, with buttons to stop and step.

    Parameters
    ----------
    movies : mapping from title to array or tensor (height, width, num_frames)
        At most a hundred frames or so: each becomes a picture in the notebook.
    frame_rate_hz : float
        Frames a second.
    limits : (float, float), optional
        The values that are black and white, the same in all movies; without them, the 1st and the 99.9th percentile of the
        first movie.
    signed : sequence of str
        Titles of movies of both signs, shown in colors symmetric about zero.

    Returns
    -------
    IPython.display.HTML

    Raises
    ------
    InputError
        If there is no frame to show, or the movies do not have as many frames.
    """
    from IPython.display import HTML

    arrays = {title: to_numpy(movie) for title, movie in movies.items()}
    lengths = {movie.shape[-1] if movie.ndim == 3 else 0 for movie in arrays.values()}
    if len(lengths) != 1 or lengths == {0}:
        shapes = ", ".join(f"{title} {movie.shape}" for title, movie in arrays.items())
        raise InputError(
            f"movies are (height, width, num_frames), all of as many frames: got {shapes or 'none'}"
        )
    first = next(iter(arrays.values()))
    low, high = np.percentile(first, (1, 99.9)) if limits is None else limits
    figure, axes = style.new_panels(1, len(arrays), panel_size=(3.0, 3.2))
    artists = []
    for ax, (title, movie) in zip(axes[0], arrays.items(), strict=True):
        if title in signed:
            still = style.show_signed(ax, movie[..., 0], limit=(high - low) / 2, title=title)
        else:
            still = style.show_image(ax, movie[..., 0], title=title, vmin=low, vmax=high)
        artists.append(still)
        ax.label_outer()

    def show(number: int) -> list[Any]:
        for artist, movie in zip(artists, arrays.values(), strict=True):
            artist.set_data(movie[..., number])
        figure.suptitle(f"{number / frame_rate_hz:5.1f} s", fontsize="medium")
        return artists

    # Frames of noise are a tenth of the size as JPEG.
    with plt.rc_context({"animation.frame_format": "jpeg", "savefig.dpi": 80}):
        player = FuncAnimation(figure, show, frames=lengths.pop())
        page = player.to_jshtml(fps=max(1, round(frame_rate_hz)))
    plt.close(figure)
    alt = html.escape(f"movies side by side: {', '.join(arrays)}")
    return HTML(page.replace("<img id=", f'<img alt="{alt}" id='))
