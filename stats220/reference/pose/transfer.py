"""Part 5: features of a network that was trained on something else."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from stats220.data.backbones import Backbone


class ResNetPoseTracker(nn.Module):
    """One trained convolution on top of frozen features.

    Parameters
    ----------
    backbone : Backbone
        A pretrained network, in eval mode: its `stem`, the list of its `stages`, and
        `channels`, the numbers of channels that the stem and each stage put out. The tracker may
        use its parts themselves, and freeze them, or copies.
    num_keypoints : int
    num_stages : int
        How many of the stages to use; from 1 to 4 in a ResNet.
    kernel_size : int, odd
        Side of the final convolution's kernel, in features.

    Attributes
    ----------
    features : nn.Sequential
        The stem and the first stages: part of the model, frozen, in eval mode for every image.
    head : nn.Conv2d
        The final convolution, with bias and a border of zeros that keeps the size: the only part
        that learns.

    Raises
    ------
    InputError
        If `num_stages` is out of range.
    """

    def __init__(
        self, backbone: Backbone, num_keypoints: int, num_stages: int = 1, kernel_size: int = 3
    ) -> None:
        super().__init__()
        backbone.check_num_stages(num_stages)

        # The stem and the first num_stages stages, one after the other.
        # BEGIN SOLUTION
        self.features = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
        # END SOLUTION

        # Freeze them: no parameter of theirs requires a gradient.
        # BEGIN SOLUTION
        for parameter in self.features.parameters():
            parameter.requires_grad_(False)
        # END SOLUTION

        # One convolution from the features to num_keypoints maps, which keeps height and width.
        # BEGIN SOLUTION
        self.head = nn.Conv2d(
            backbone.channels[num_stages], num_keypoints, kernel_size, padding=kernel_size // 2
        )
        # END SOLUTION

    def train(self, mode: bool = True) -> "ResNetPoseTracker":
        """Switch the head to training mode (or back), and return the tracker.

        A BatchNorm layer in training mode uses the mean and variance of this image, and moves its
        running statistics toward them. Frozen features do neither.
        """
        super().train(mode)
        # Whatever the mode, the frozen part stays in eval mode.
        # BEGIN SOLUTION
        self.features.eval()
        # END SOLUTION
        return self

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
            Logits at the frame's own size.
        """
        height, width = image.shape[-2:]

        # Features of a batch of one image, without gradients: (1, channels, rows, columns).
        # BEGIN SOLUTION
        with torch.no_grad():
            features = self.features(image[None])
        # END SOLUTION

        # Logits, one map for each key point, as small as the features.
        # BEGIN SOLUTION
        small_logits = self.head(features)
        # END SOLUTION

        # Interpolate them to (height, width), mode="bilinear" and nothing else set, and take
        # them out of their batch.
        # BEGIN SOLUTION
        logits = F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]
        # END SOLUTION
        return logits
