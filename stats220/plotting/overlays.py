"""What the pose lab's plots share: transparent maps with a legend, and checks of what is handed in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch
from numpy.typing import NDArray

from stats220.arrays import to_numpy
from stats220.errors import InputError
from stats220.plotting import style

Names = Sequence[str] | None
OPACITY = 0.85  # the frame still shines through


def paint_maps(ax: Axes, covers: NDArray[Any], notes: Sequence[str]) -> None:
    """Paint maps (num_keypoints, height, width) of values from 0 to 1 in the key points' colors, with a legend."""
    handles = []
    for k, (cover, note) in enumerate(zip(covers, notes, strict=True)):
        layer = np.empty((*cover.shape, 4))
        layer[:] = to_rgba(style.color(k))
        layer[..., 3] = OPACITY * cover
        ax.imshow(layer, interpolation="nearest")
        handles.append(Patch(color=style.color(k), label=note))
    legend_beside(ax, handles=handles)


def legend_beside(ax: Axes, **kwargs: Any) -> None:
    """Put the legend to the right of the axes, where it hides nothing."""
    ax.legend(
        loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize="small", frameon=False, **kwargs
    )


def check_names(keypoint_names: Names, num_keypoints: int) -> Sequence[str]:
    """The names, or numbers where there are none; one per key point."""
    names = keypoint_names or [f"key point {k}" for k in range(num_keypoints)]
    if len(names) != num_keypoints:
        raise InputError(f"{len(names)} keypoint_names for {num_keypoints} key points")
    return names


def check_maps(values: Any, name: str) -> NDArray[Any]:
    """Maps (num_keypoints, height, width) as an array."""
    return style.check_axes(values, 3, name, "(num_keypoints, height, width)")


def check_probabilities(values: Any) -> NDArray[Any]:
    """Maps of numbers from 0 to 1 as an array."""
    maps = check_maps(values, "probabilities")
    if not ((maps >= 0) & (maps <= 1)).all():
        raise InputError(
            f"probabilities must be from 0 to 1: got {maps.min():.3g} to {maps.max():.3g}. Are they logits?"
        )
    return maps


def check_channels(values: Any) -> NDArray[Any]:
    """An image (3, height, width) as an array."""
    channels = to_numpy(values)
    if channels.ndim != 3 or len(channels) != 3:
        raise InputError(f"channels must be (3, height, width): got {channels.shape}")
    return channels
