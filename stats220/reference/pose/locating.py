"""Part 6: from maps of logits to places."""

import torch
from jaxtyping import Float
from torch import Tensor


def locate_keypoints(
    logits: Float[Tensor, "num_keypoints height width"],
    scale: float = 1,
    min_probability: float = 0,
) -> Float[Tensor, "num_keypoints 2"]:
    r"""Find each key point, to a fraction of a pixel, in the original frame.

    Three neighboring logits l, c, r with the largest in the middle lie on one parabola, whose top
    is at

    .. math:: \delta = \frac{l - r}{2 (l - 2c + r)}, \qquad -\tfrac12 \le \delta \le \tfrac12,

    pixels to the right of c's. Pixel centers are at whole numbers. A pixel at x of a frame that is
    `scale` times smaller covers `scale` pixels of the original, whose center is at
    (x + 0.5) · scale - 0.5.

    Parameters
    ----------
    logits : Tensor (num_keypoints, height, width)
        Log odds that a key point is at a pixel.
    scale : float
        How many times smaller than the original frame the maps are.
    min_probability : float
        Key points of which no pixel is at least so probable are not found.

    Returns
    -------
    Tensor (num_keypoints, 2)
        x (to the right) and y (down) in pixels of the original frame; NaN for a point not found.
        Of float32, or of the logits' dtype.
    """
    num_keypoints, height, width = logits.shape
    keypoints_xy = torch.full((num_keypoints, 2), float("nan"), device=logits.device)

    def peak_shift(left: Tensor, center: Tensor, right: Tensor) -> Tensor:
        """The shift δ for three neighboring logits, as above, and 0 where all three are equal."""
        # BEGIN SOLUTION
        curvature = left - 2 * center + right
        shift = torch.where(curvature < 0, (left - right) / (2 * curvature), 0)
        # END SOLUTION
        return shift

    for k, map_of_logits in enumerate(logits):
        # Row and column of the largest logit.
        # BEGIN SOLUTION
        row, column = divmod(int(map_of_logits.argmax()), width)
        # END SOLUTION

        # Where even there the probability is below min_probability, leave NaN.
        # BEGIN SOLUTION
        if not torch.sigmoid(map_of_logits[row, column]) >= min_probability:
            continue
        # END SOLUTION

        # x and y of the top of the parabola along the row, and along the column. Along an axis on
        # which the pixel has no neighbor on one side, at the border, its own center.
        # BEGIN SOLUTION
        x, y = float(column), float(row)
        if 0 < column < width - 1:
            x += float(peak_shift(*map_of_logits[row, column - 1 : column + 2]))
        if 0 < row < height - 1:
            y += float(peak_shift(*map_of_logits[row - 1 : row + 2, column]))
        # END SOLUTION

        # From the small map to the original frame.
        # BEGIN SOLUTION
        keypoints_xy[k, 0] = (x + 0.5) * scale - 0.5
        keypoints_xy[k, 1] = (y + 0.5) * scale - 0.5
        # END SOLUTION
    return keypoints_xy
