"""Lab 4's checks of what comes out of a network's stages."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.forms import SEQUENCES
from stats220.checks.inputs import normal
from stats220.checks.pose import transfer_slips as slips
from stats220.checks.pose.models import features_of, tiny_backbone
from stats220.data.backbones import Backbone


def shapes_of(checks: Checks, shapes: Any, count: int) -> list[tuple[int, ...]]:
    """What `stage_shapes` returned, as plain numbers."""
    if isinstance(shapes, (torch.Tensor, np.ndarray)):
        checks.shape(shapes, (count, 3), name="shapes")
        shapes = shapes.tolist()
    parts = checks.items(shapes, count, name="the list of shapes")
    return [tuple(int(n) for n in checks.items(part, 3, name="a shape")) for part in parts]


def as_lists(shapes: Any) -> list[list[int]] | None:
    """Shapes as lists of plain numbers; ``None`` where they come in another form than an array, lists or tuples."""
    if isinstance(shapes, (torch.Tensor, np.ndarray)):
        shapes = shapes.tolist() if shapes.ndim == 2 and max(shapes.shape) < 10 else None
    is_plain = type(shapes) in SEQUENCES and all(type(part) in SEQUENCES for part in shapes)
    return [list(part) for part in shapes] if is_plain else None


@checked
def stage_shapes(stage_shapes: Any) -> Checks:
    """A network whose shapes are known."""
    checks = Checks("stage_shapes", hidden_points=1)

    with checks(
        2,
        "gives (channels, rows, columns) after the stem and after each stage",
        hint="Print the shape of the features as they go from part to part, for the image of the message: where does your list differ?",
        remedy="features = part(features) for the stem and each stage; tuple(features.shape[1:]) leaves the batch out.",
    ):
        backbone, _ = tiny_backbone(checks)
        for rows, columns in [(20, 24), (37, 50)]:
            shapes = stage_shapes(backbone=backbone, image=normal(3, rows, columns, rng=checks.rng))
            # A 3 × 3 convolution with stride 2 and a border of 1 has a place for each even pixel.
            half = len(range(0, rows, 2)), len(range(0, columns, 2))
            quarter = len(range(0, half[0], 2)), len(range(0, half[1], 2))
            expected = [(4, *half), (6, *half), (5, *quarter)]
            name = f"shapes for an image of {rows} × {columns}"
            known = slips.of_stages(expected, rows, columns)
            for slip, other in known.items():  # of another length, too
                checks.that(as_lists(shapes) != other, f"{name} are {other}", slip=slip)
            checks.equal(shapes_of(checks, shapes, 3), expected, name=name)

    with checks(
        1,
        "leaves the backbone and the image as they are",
        needs="gives (channels, rows, columns) after the stem and after each stage",
        hint="The tracker will use this backbone, after you have looked at it: is it in the mode in which it came? What does BatchNorm do in training mode?",
        remedy="Call stem and stages under torch.no_grad(), and neither train() nor requires_grad_ of the caller's network.",
    ):
        backbone, twin = tiny_backbone(checks)
        checks.unchanged(stage_shapes, backbone, normal(3, 20, 24, rng=checks.rng))
        is_untouched(checks, backbone, twin)

    return checks


def is_untouched(checks: Checks, backbone: Any, twin: Backbone) -> None:
    """Fail where a call has changed the caller's network, which was its twin, in eval mode, with all parameters to be learned."""
    message = "the backbone is in training mode now"
    checks.that(
        not backbone.training, message, slip="the caller's network is put into training mode"
    )
    state = dict(backbone.state_dict().items())
    for name, expected in twin.state_dict().items():
        checks.close(state[name], expected, atol=1e-6, name=f"the backbone's {name} afterwards")
    first = next(iter(dict(twin.named_parameters())))
    requires = backbone.get_parameter(first).requires_grad
    message = "the backbone's parameters do not require gradients any more"
    checks.that(requires, message, slip="the caller's network is frozen")


@checked
def extract_features(extract_features: Any) -> Checks:
    """Two frames of different sizes."""
    checks = Checks("extract_features", hidden_points=1)

    with checks(
        2,
        "gives the features of every image, of the stage that it is told, in a list",
        hint="Take one image through your lines with num_stages=1, and then with 2: what has each part made of it, and what is kept?",
        remedy="The stem, then the first num_stages stages, applied to image[None]; [0] takes the features out of their batch again.",
    ):
        backbone, twin = tiny_backbone(checks)
        images = [normal(3, 20, 24, rng=checks.rng), normal(3, 17, 30, rng=checks.rng)]
        for num_stages in (1, 2):
            found = extract_features(backbone=backbone, images=images, num_stages=num_stages)
            count = len(found)
            slip = {
                1: "one image alone is left: the others are overwritten, or never looked at",
                2
                * (
                    num_stages + 1
                ): "the features of all stages are kept, not those of the last one alone",
            }.get(count, "")
            message = f"{count} results came for two images, with num_stages={num_stages}"
            checks.that(count == 2, message, slip=slip)
            for k, features in enumerate(checks.items(found, 2)):
                expected = features_of(twin, images[k], num_stages)
                known = slips.of_stage(twin, images, k, num_stages)
                name = f"features of stage {num_stages}"
                checks.close(features, expected, atol=1e-2, name=name, looks_like=known)

    with checks(
        1,
        "gives features without a graph, on which a head can be trained, and leaves backbone and images as they are",
        needs="gives the features of every image, of the stage that it is told, in a list",
        hint="Does torch record what the frozen network does, for each image? And can a head be trained on what comes out? The "
        "backbone is the caller's, who may want to fine-tune it.",
        remedy="with torch.no_grad(): around the computation, not requires_grad_(False) of the caller's network. Tensors made under "
        "torch.inference_mode() cannot be trained on.",
    ):
        backbone, twin = tiny_backbone(checks)
        images = [normal(3, 20, 24, rng=checks.rng)]
        checks.unchanged(extract_features, backbone, images)
        result = checks.make(extract_features, backbone, images)
        features = checks.make(next, checks.make(iter, result))
        message = "no head can be trained on what is not a tensor"
        checks.that(checks.isinstance(features, torch.Tensor), message)
        message = "no head can be trained on tensors made in inference mode"
        checks.that(not features.is_inference(), message)
        message = "the features still hang on a graph"
        checks.that(not features.requires_grad, message, slip="torch records what the network does")
        is_untouched(checks, backbone, twin)

    return checks
