"""Part 5: features of a network that was trained on something else."""

from collections.abc import Sequence

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


def stage_shapes(
    backbone: Backbone, image: Float[Tensor, "3 height width"]
) -> list[tuple[int, int, int]]:
    """How many features there are, and how many places, after the stem and after each stage.

    Parameters
    ----------
    backbone : Backbone
        In eval mode, and it stays as it is.
    image : Tensor (3, height, width)

    Returns
    -------
    list of 1 + num_stages tuples (channels, rows, columns)
        The first is the stem's.
    """
    # Pass the image (as a batch of one) through the stem and from stage to stage; note each shape.
    # BEGIN SOLUTION
    shapes = []
    features = image[None]
    with torch.no_grad():
        for part in [backbone.stem, *backbone.stages]:
            features = part(features)
            shapes.append((features.shape[1], features.shape[2], features.shape[3]))
    # END SOLUTION
    return shapes


def extract_features(
    backbone: Backbone, images: Sequence[Float[Tensor, "3 height width"]], num_stages: int = 1
) -> list[Float[Tensor, "channels rows columns"]]:
    """Run a tracker's frozen part once over all frames, so that training touches only the head.

    Parameters
    ----------
    backbone : Backbone
        In eval mode, on any device. It stays as it is: its parameters may go on requiring
        gradients.
    images : sequence of Tensors (3, height, width)
        Preprocessed frames, of any sizes, on the same device.
    num_stages : int
        Which stage's features.

    Returns
    -------
    list of Tensors (channels, rows, columns)
        One for each image, without a graph.

    Raises
    ------
    InputError
        If `num_stages` is out of range.
    """
    backbone.check_num_stages(num_stages)
    # One image after the other: the sizes differ, and the intermediate features of all at once
    # would not fit into memory.
    # BEGIN SOLUTION
    frozen = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    with torch.no_grad():
        features = [frozen(image[None])[0] for image in images]
    # END SOLUTION
    return features
