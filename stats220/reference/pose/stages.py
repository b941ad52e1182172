"""Part 5: what the stages of a pretrained network put out."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from stats220.data.backbones import Backbone


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
