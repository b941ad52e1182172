"""What a frame, its key points and the settings of the preprocessing must be: checked where a lab joins its steps."""

from typing import Any

import numpy as np

from stats220.errors import InputError


def check_preparation(image: Any, keypoints_xy: Any, factor: int, size: int) -> None:
    """Hold a labeled frame, and what is to be done with it, to what the steps of the preprocessing need.

    Parameters
    ----------
    image : ndarray of uint8 (height, width, 3)
    keypoints_xy : ndarray (num_keypoints, 2)
        NaN: not labeled.
    factor : int
        By which the frame is made smaller.
    size : int, odd
        Side of the squares that the masks' ones become.

    Raises
    ------
    InputError
        If the frame is of another type or shape, no key point is labeled, or a setting is out of range.
    """
    shape, dtype = tuple(image.shape), image.dtype
    if dtype != np.uint8:
        raise InputError(
            f"the frame must be uint8, from 0 to 255: got {dtype}. Pass it as it was loaded, before any division by 255."
        )
    if len(shape) != 3 or shape[2] != 3:
        raise InputError(
            f"the frame must be (height, width, 3), red, green and blue: got {shape}. Take image[:, :, :3] where there is an "
            "opacity, and np.stack([image] * 3, axis=-1) where there is no color."
        )
    labels = np.asarray(keypoints_xy, dtype=float)
    if labels.ndim != 2 or labels.shape[1] != 2:
        raise InputError(f"keypoints_xy must be (num_keypoints, 2): got {labels.shape}")
    if not np.isfinite(labels).all(axis=1).any():
        raise InputError("no key point of this frame is labeled: leave the frame out")
    if not 1 <= factor <= min(shape[:2]):
        raise InputError(
            f"factor must be from 1 to {min(shape[:2])}, the shorter side of the frame: got {factor}"
        )
    if size < 1 or size % 2 == 0:
        raise InputError(
            f"size must be odd, so that the square has a middle: got {size}; take {max(1, size + 1)}"
        )


def check_targets(image: Any, targets: Any) -> None:
    """Hold a preprocessed frame and its targets to the same height and width.

    Parameters
    ----------
    image : Tensor (3, height, width)
    targets : Tensor (num_keypoints, height, width)

    Raises
    ------
    InputError
        If they differ.
    """
    if tuple(image.shape[1:]) != tuple(targets.shape[1:]):
        raise InputError(
            f"the image is {tuple(image.shape[1:])} and its targets are {tuple(targets.shape[1:])} (height, width). "
            "Make both smaller by the same factor."
        )
