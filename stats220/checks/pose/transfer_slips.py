"""What comes of the known mistakes in lab 4's trackers on frozen features; see ``slips``."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F

from stats220.arrays import to_numpy
from stats220.checks.pose.models import BACKBONE_CHANNELS, bilinear, convolved, features_of
from stats220.checks.pose.slips import Layer
from stats220.data.backbones import IMAGENET_MEAN, IMAGENET_STD, Backbone


def of_sizes(num_stages: int, kernel_size: int) -> dict[str, Sequence[int]]:
    """Of the weight of a head with two maps, in a tracker of so many stages."""
    square, channels = (kernel_size, kernel_size), BACKBONE_CHANNELS
    known: dict[str, Sequence[int]] = {
        "the head is made for the channels of the stage before the last one in use: the stem is no stage, and has channels[0]": (
            2,
            channels[num_stages - 1],
            *square,
        ),
        "the channels of all parts are added up": (2, sum(channels[: num_stages + 1]), *square),
        "channels in and out are exchanged": (channels[num_stages], 2, *square),
        "the head looks at the colors of the image": (2, 3, *square),
        "the kernel is 3 × 3, whatever kernel_size is": (2, channels[num_stages], 3, 3),
        "the kernel is 1 × 1, whatever kernel_size is": (2, channels[num_stages], 1, 1),
    }
    if num_stages == 1:
        slip = (
            "the head is made for a later stage: one too many, or the last, whatever num_stages is"
        )
        known[slip] = (2, channels[2], *square)
    return known


def in_training(backbone: Backbone) -> Backbone:
    """A copy of a network in training mode."""
    return copy.deepcopy(backbone).train()


def of_features(backbone: Backbone, image: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of the features of one stage, which a head gets."""
    mean, std = (torch.tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_STD))
    large = F.interpolate(image[None], scale_factor=2.0, mode="bilinear")[0]
    right = features_of(backbone, image, 1)
    return {
        "BatchNorm in the features is in training mode, and takes mean and variance of this one image": (
            features_of(in_training(backbone), image, 1)
        ),
        "the image, which is normalized already, is normalized by ImageNet's means once more": (
            features_of(backbone, (image - mean) / std, 1)
        ),
        "the image is scaled to mean 0 and deviation 1": features_of(
            backbone, (image - image.mean()) / image.std(), 1
        ),
        "the image is divided by 255, though it is normalized already": features_of(
            backbone, image / 255, 1
        ),
        "the colors of the image are turned around": features_of(backbone, image.flip(0), 1),
        "the image is made larger first, not the logits afterwards": features_of(
            backbone, large, 1
        ),
        "the features are shifted to mean 0": right - right.mean(),
        "each feature is scaled to mean 0 and deviation 1": (
            right - right.mean(dim=(1, 2), keepdim=True)
        )
        / right.std(dim=(1, 2), keepdim=True),
    }


def of_learning(names: Sequence[str]) -> str:
    """What the parameters beside a head's tell that get a gradient, of a stem and a stage with eight of them; else empty."""
    parts = {name.rpartition(".")[0].rpartition(".")[0] for name in names}
    kinds = {name.rpartition(".")[2] for name in names}
    if len(names) >= 8:
        return "all parameters of the features require gradients, which no_grad(), eval mode or an attribute of the module do not change"
    if len(names) == 4 and len(parts) == 1:
        return "one part of the features is frozen, the stem or the stages, and the other is not"
    if len(names) == 4 and len(kinds) == 1:
        return (
            f"in the features, each {kinds.pop()} still requires gradients, and all else is frozen"
        )
    if len(names) == 4 and len(parts) == 2:
        return "only convolutions, or only BatchNorms, are frozen in the features"
    return ""


def of_stages(
    shapes: Sequence[tuple[int, ...]], rows: int, columns: int
) -> dict[str, list[list[int]]]:
    """Of the shapes after stem and stages, for an image of so many rows and columns."""
    right = [list(shape) for shape in shapes]
    stem = right[0]
    up, down, half = [stem], [stem], [[rows, columns]]
    for _ in right[1:]:
        up.append([2 * up[-1][0], *[(size + 1) // 2 for size in up[-1][1:]]])
        down.append([2 * down[-1][0], *[size // 2 for size in down[-1][1:]]])
    known_up = [[c, *sizes] for (c, *_), (_, *sizes) in zip(right, up, strict=True)]
    known_down = [[c, *sizes] for (c, *_), (_, *sizes) in zip(right, down, strict=True)]
    for _ in right:
        half.append([size // 2 for size in half[-1]])
    from_image = [[c, *sizes] for (c, *_), sizes in zip(right, half[1:], strict=True)]
    rounded = [[c, rows // round(rows / h), columns // round(columns / w)] for c, h, w in right]
    rule = "a rule is used, half the size and twice the channels from stage to stage, and not what comes out of each"
    known = {
        rule: up,
        f"{rule}, and halves are rounded down": down,
        "each stage is taken to halve the size, also the first": known_up,
        "each stage is taken to halve the size, also the first, and halves are rounded down": known_down,
        "stem and stages are each taken to halve the size of the image": from_image,
        "halves of odd sizes are rounded down": rounded,
        "the stem's shape is left out": right[1:],
        "the image's own shape is in the list": [[3, rows, columns], *right],
        "the last stage's shape is left out, and the image's is first": [
            [3, rows, columns],
            *right[:-1],
        ],
        "the last stage's shape is left out": right[:-1],
        "only the last shape is kept": right[-1:],
        "the stages come in reverse order": right[::-1],
        "the batch of one is a number of each shape": [[1, *shape] for shape in right],
        "the batch is taken for the channels, and the columns are left out": [
            [1, *shape[:2]] for shape in right
        ],
        "the channels are left out": [shape[1:] for shape in right],
        "the channels are last": [[*shape[1:], shape[0]] for shape in right],
        "rows and columns are exchanged": [[c, w, h] for c, h, w in right],
        "all features are counted, not the channels": [[c * h * w, h, w] for c, h, w in right],
    }
    return {slip: other for slip, other in known.items() if other != right}


def of_stage(
    backbone: Backbone, images: Sequence[torch.Tensor], number: int, num_stages: int
) -> dict[str, torch.Tensor]:
    """Of the features of the image with that number after so many stages."""
    image = images[number]
    right = features_of(backbone, image, num_stages)
    parts = features_of(in_training(backbone), image, num_stages)
    mean, std = (torch.tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_STD))
    large = F.interpolate(right[None], image.shape[1:], mode="bilinear")[0]
    known = {
        "it is one stage too few: the stem is no stage": features_of(
            backbone, image, num_stages - 1
        ),
        "the first stage's features are given, whatever num_stages is": features_of(
            backbone, image, 1
        ),
        "all stages are run, or one too many": features_of(backbone, image, 2),
        "the stem's features are given": features_of(backbone, image, 0),
        "the features of the first image are given for all": features_of(
            backbone, images[0], num_stages
        ),
        "the features of the last image are given for all, or come in reverse order": features_of(
            backbone, images[-1], num_stages
        ),
        "the batch of one is still there": right[None],
        "the features are flattened": right.flatten(),
        "the features are averaged over all places": right.mean(dim=(1, 2)),
        "the features are enlarged to the size of the image": large,
        "channels come last": right.permute(1, 2, 0),
        "BatchNorm is in training mode, and takes mean and variance of this one image": parts,
        "the image, which is normalized already, is normalized by ImageNet's means once more": (
            features_of(backbone, (image - mean) / std, num_stages)
        ),
        "the image is scaled to mean 0 and deviation 1": features_of(
            backbone, (image - image.mean()) / image.std(), num_stages
        ),
        "a sigmoid comes after the features": torch.sigmoid(right),
    }
    for other, which in ((images[0], "first"), (images[-1], "last")):
        if other.shape != image.shape:
            same = F.interpolate(image[None], other.shape[1:], mode="bilinear")[0]
            slip = f"all images are brought to the size of the {which}, though they come one by one"
            known[slip] = features_of(backbone, same, num_stages)
    return {
        slip: other
        for slip, other in known.items()
        if other.shape != right.shape or not torch.equal(other, right)
    }


def of_head(head: Layer, features: torch.Tensor, expected: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of the logits of a head on features (channels, rows, columns), at the image's size."""
    height, width = expected.shape[1:]
    large = np.stack([bilinear(feature, height, width) for feature in to_numpy(features)])
    reach = head[0].shape[-1] // 2
    rows, columns = (slice(reach, n - reach) for n in features.shape[1:])
    maps = to_numpy(features).astype(float)
    logits = convolved(head, maps)
    inner = logits[:, rows, columns]
    padding = [(0, 0), (reach, reach), (reach, reach)]
    beyond: dict[str, Literal["wrap", "edge", "reflect"]] = {
        "beyond the border the other side of the features follows, not zeros": "wrap",
        "beyond the border the last features are repeated, where zeros belong": "edge",
        "beyond the border the features are mirrored, where zeros belong": "reflect",
    }
    cubic = F.interpolate(torch.tensor(logits)[None], (height, width), mode="bicubic")[0]
    return {
        slip: torch.tensor(
            np.stack(
                [
                    bilinear(part[reach:-reach, reach:-reach], height, width)
                    for part in convolved(head, np.pad(maps, padding, mode=way))
                ]
            )
        )
        for slip, way in beyond.items()
    } | {
        "they are enlarged by cubic splines, whose corners are others": cubic,
        "features are interpolated to the image's size, and the head is applied to these": torch.tensor(
            convolved(head, large)
        ),
        "the head has no border of zeros, so that its map is smaller, and stretched": torch.tensor(
            np.stack([bilinear(logits, height, width) for logits in inner])
        ),
        "a sigmoid makes probabilities of the logits": torch.sigmoid(expected),
        "what is below zero is set to zero": expected.clamp(min=0),
        "a softmax over pixels makes probabilities of the logits": torch.softmax(
            expected.flatten(1), dim=1
        ).view_as(expected),
        "the head's biases are left out": expected - torch.tensor(head[1])[:, None, None],
        "the head's biases are added twice": expected + torch.tensor(head[1])[:, None, None],
    }


def of_enlarged(
    head: Layer, features: torch.Tensor, expected: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Of the logits of a head, which are to be interpolated to the image's size, bilinearly."""
    size = tuple(expected.shape[1:])
    logits = torch.tensor(convolved(head, to_numpy(features).astype(float)))[None]
    ways: dict[str, dict[str, Any]] = {
        "they are enlarged by the nearest pixel": {"mode": "nearest"},
        "corners are aligned": {"mode": "bilinear", "align_corners": True},
        "they are enlarged by cubic splines": {"mode": "bicubic"},
    }
    return {slip: F.interpolate(logits, size, **way)[0] for slip, way in ways.items()}
