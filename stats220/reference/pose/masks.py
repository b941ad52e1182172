"""Part 1: masks, and frames, of another size."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def downsample(
    image: Float[Tensor, "3 height width"],
    masks: Float[Tensor, "num_keypoints height width"],
    factor: int,
) -> tuple[Float[Tensor, "3 rows columns"], Float[Tensor, "num_keypoints rows columns"]]:
    """Make a frame and its masks smaller by a whole factor.

    Parameters
    ----------
    image : Tensor (3, height, width)
        A preprocessed frame.
    masks : Tensor (num_keypoints, height, width)
        Its binary masks.
    factor : int
        Side of the square of pixels that becomes one.

    Returns
    -------
    image : Tensor of float32 (3, height // factor, width // factor)
        The mean of each square.
    masks : Tensor of float32 (num_keypoints, height // factor, width // factor)
        The maximum of each square, so that no key point is lost. Trailing rows and columns that
        fill no square are dropped.
    """
    # Average the image over squares.
    # BEGIN SOLUTION
    small_image = F.avg_pool2d(image, factor)
    # END SOLUTION

    # Take the maximum of the masks over the same squares.
    # BEGIN SOLUTION
    small_masks = F.max_pool2d(masks, factor)
    # END SOLUTION
    return small_image, small_masks


def dilate(
    masks: Float[Tensor, "num_keypoints height width"], size: int
) -> Float[Tensor, "num_keypoints height width"]:
    """Widen every one in binary masks to a square of ones.

    Parameters
    ----------
    masks : Tensor (num_keypoints, height, width)
        Binary masks.
    size : int, odd
        Side of the square in pixels, centered on the one; its parts outside the frame are cut off.

    Returns
    -------
    Tensor of float32 (num_keypoints, height, width)
        Binary masks: 1 where the square around a pixel holds a one of the same mask.

    References
    ----------
    Binary dilation, as in ``scipy.ndimage.binary_dilation`` with a structure of ones.
    """
    # The maximum over a square of size × size around each pixel.
    # BEGIN SOLUTION
    # Over rows, then over columns: the same, with 2 * size comparisons a pixel, not size ** 2.
    tall = F.max_pool2d(masks, (size, 1), stride=1, padding=(size // 2, 0))
    dilated = F.max_pool2d(tall, (1, size), stride=1, padding=(0, size // 2))
    # END SOLUTION
    return dilated
