"""Part 2: template matching as a convolution."""

import math

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class TemplatePoseTracker(nn.Module):
    """Slide a template for each key point over a small gray version of the frame.

    Parameters
    ----------
    num_keypoints : int
        Number of templates.
    downsample : int
        The frame's height and width are divided by this before the templates are applied.
    patch_size : int
        Side, in pixels of the frame, of what a template should see at least.
    mode : {"nearest", "bilinear"}
        How `torch.nn.functional.interpolate` makes the frame smaller and the logits larger, with
        nothing else set.

    Attributes
    ----------
    template : nn.Conv2d
        The templates: one input channel, `num_keypoints` output channels, a bias for each, a square
        kernel whose side is the smallest odd number that is not below patch_size / downsample, and
        a border of zeros that keeps the size.
    """

    def __init__(
        self, num_keypoints: int, downsample: int = 1, patch_size: int = 121, mode: str = "nearest"
    ) -> None:
        super().__init__()
        self.downsample = downsample
        self.mode = mode

        # The smallest odd number that is not below patch_size / downsample.
        # BEGIN SOLUTION
        kernel_size = math.ceil(patch_size / downsample) // 2 * 2 + 1
        # END SOLUTION

        # One convolution for all templates, which keeps height and width.
        # BEGIN SOLUTION
        self.template = nn.Conv2d(1, num_keypoints, kernel_size, padding=kernel_size // 2)
        # END SOLUTION

    def forward(
        self, image: Float[Tensor, "3 height width"]
    ) -> Float[Tensor, "num_keypoints height width"]:
        """Log odds of every key point at every pixel.

        Parameters
        ----------
        image : Tensor (3, height, width)
            A preprocessed frame.

        Returns
        -------
        Tensor (num_keypoints, height, width)
            Logits at the frame's own size. No sigmoid: the loss takes logits.
        """
        height, width = image.shape[-2:]

        # The mean over colors, as a batch of one image with one channel: (1, 1, height, width).
        # BEGIN SOLUTION
        gray = image.mean(dim=0)[None, None]
        # END SOLUTION

        # Interpolate it to (height // downsample, width // downsample).
        # BEGIN SOLUTION
        small = F.interpolate(
            gray, size=(height // self.downsample, width // self.downsample), mode=self.mode
        )
        # END SOLUTION

        # Apply the templates.
        # BEGIN SOLUTION
        small_logits = self.template(small)
        # END SOLUTION

        # Interpolate the logits to (height, width), and take them out of their batch.
        # BEGIN SOLUTION
        logits = F.interpolate(small_logits, size=(height, width), mode=self.mode)[0]
        # END SOLUTION
        return logits


def upsample_template(
    template: Float[Tensor, "num_keypoints rows columns"], factor: int
) -> Float[Tensor, "num_keypoints tall wide"]:
    """Write average pooling into the templates.

    Parameters
    ----------
    template : Tensor (num_keypoints, rows, columns)
        Templates for a frame that average pooling has made smaller; rows and columns are odd.
    factor : int
        How much smaller.

    Returns
    -------
    Tensor of float32 (num_keypoints, factor * rows, factor * columns)
        `up`, for the frame itself: ``conv2d(x, up, stride=factor, padding=factor * (rows // 2))``
        equals ``conv2d(avg_pool2d(x, factor), template, padding=rows // 2)`` for frames x whose
        height and width are multiples of the factor (of others, pooling drops trailing rows and
        columns that a large template would see).
    """
    # Each weight becomes a square of factor × factor weights.
    # BEGIN SOLUTION
    up = template.repeat_interleave(factor, dim=1).repeat_interleave(factor, dim=2) / factor**2
    # END SOLUTION
    return up
