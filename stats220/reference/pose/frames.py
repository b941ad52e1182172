"""Part 1: frames that a network can read, and masks that it can learn from."""

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor


def preprocess(image: UInt8[np.ndarray, "height width 3"]) -> Float[Tensor, "3 height width"]:
    """Turn a frame into what a pretrained network expects.

    Parameters
    ----------
    image : ndarray of uint8 (height, width, 3)
        Red, green and blue, from 0 to 255.

    Returns
    -------
    Tensor of float32 (3, height, width)
        Channels first, divided by 255, then (value - mean) / standard deviation, channel by
        channel.

    References
    ----------
    The mean and standard deviation of ImageNet's training images, as in torchvision's documentation
    of its pretrained models, https://pytorch.org/vision/stable/models.html.
    """
    mean = torch.tensor([0.485, 0.456, 0.406])  # of red, green and blue, on a scale from 0 to 1
    std = torch.tensor([0.229, 0.224, 0.225])

    # A float32 tensor, channels first, from 0 to 1.
    # BEGIN SOLUTION
    scaled = torch.tensor(image).permute(2, 0, 1) / 255
    # END SOLUTION

    # Subtract the mean and divide by the standard deviation, each channel its own.
    # BEGIN SOLUTION
    normalized = (scaled - mean[:, None, None]) / std[:, None, None]
    # END SOLUTION
    return normalized


def keypoint_masks(
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"], height: int, width: int
) -> Float[Tensor, "num_keypoints height width"]:
    """Draw each key point as a binary mask with a single one.

    Pixel centers are at whole numbers: the pixel in row 0, column 0 covers -0.5 <= x < 0.5 and
    -0.5 <= y < 0.5.

    Parameters
    ----------
    keypoints_xy : ndarray of floats (num_keypoints, 2)
        x (to the right) and y (down) of each key point in pixels; NaN where it is not labeled. One
        coordinate that is NaN is enough.
    height, width : int
        Size of the frame in pixels.

    Returns
    -------
    Tensor of float32 (num_keypoints, height, width)
        1 at the nearest pixel, floor(x + 0.5) and floor(y + 0.5), and 0 elsewhere. The mask of a
        key point that is not labeled, or whose nearest pixel is outside the frame, is empty.
    """
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy, strict=True):
        # Set one pixel of `mask`, a view of `masks`, to 1, if the key point is in the frame. A
        # comparison with NaN is False.
        # BEGIN SOLUTION
        column, row = np.floor(x + 0.5), np.floor(y + 0.5)
        if 0 <= column < width and 0 <= row < height:
            mask[int(row), int(column)] = 1
        # END SOLUTION
    return masks
