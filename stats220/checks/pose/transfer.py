"""Lab 4's checks of transfer learning."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import slips
from stats220.checks.pose.models import (
    BACKBONE_CHANNELS,
    answer_of_head,
    corners,
    draw_layer,
    features_of,
    has_bias,
    passed,
    tiny_backbone,
)
from stats220.data.backbones import Backbone


@checked
def ResNetPoseTracker(ResNetPoseTracker: Any) -> Checks:  # noqa: N802
    """Trackers on a network of two small stages, whose weights are drawn here."""
    checks = Checks("ResNetPoseTracker", hidden_points=4)

    with checks(
        2,
        "has a head with one map for each key point, on the channels of the last stage in use",
        hint="backbone.channels holds one number for the stem and one for each stage. How many stages are in use with num_stages=1, and with "
        "2, and which of the numbers does the head get to see then?",
        remedy="self.head is an nn.Conv2d from backbone.channels[num_stages] to num_keypoints channels, padded by kernel_size // 2.",
    ):
        for num_stages, kernel_size in [(1, 3), (2, 3), (2, 1)]:
            backbone, _ = tiny_backbone(checks)
            model = ResNetPoseTracker(
                backbone=backbone, num_keypoints=2, num_stages=num_stages, kernel_size=kernel_size
            )
            size = (2, BACKBONE_CHANNELS[num_stages], kernel_size, kernel_size)
            name = f"head.weight for num_stages={num_stages}"
            checks.shape(model.head.weight, size, name=name)
            has_bias(checks, model.head, 2, "head")

    with checks(
        1,
        "returns logits as large as the image, whatever its size",
        hint="Follow the shape: the image gets a batch, the features are smaller than the image, and what should come out?",
        remedy="Interpolate the logits to size=(height, width), and take [0], the only image of the batch.",
    ):
        image = normal(3, 37, 50, rng=checks.rng)
        for num_keypoints in (2, 1):
            model = ResNetPoseTracker(tiny_backbone(checks)[0], num_keypoints)
            checks.tensor(model(image), (num_keypoints, 37, 50), None, name="logits")
            checks.tensor(model(image[:, :24, :31]), (num_keypoints, 24, 31), None, name="logits")

    with checks(
        2,
        "applies the head to the features of the stage",
        hint="Stem, stages, head: is each applied once, in this order, to the output of the one before, and is it the head's logits that "
        "are made larger? What does the convolution see beyond the border, and does anything come after it?",
        remedy="The head on self.features of image[None], with zeros around it (padding=kernel_size // 2) and no sigmoid behind it.",
    ):
        backbone, twin = tiny_backbone(checks)
        image = 1 + 2 * normal(3, 36, 48, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        head = draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        features = features_of(twin, image, 1)
        expected = answer_of_head(head, features, 36, 48)
        known = slips.of_head(head, features, expected)
        found = checks.tensor(model(image), (2, 36, 48), None, name="logits")
        checks.close(
            corners(found),
            corners(expected),
            atol=2e-2,
            name="logits in the four corners",
            looks_like={slip: corners(logits) for slip, logits in known.items()},
        )

    with checks(
        1,
        "interpolates the logits to the image's size, bilinearly",
        needs="applies the head to the features of the stage",
        hint="The corners are right, the pixels between them are not: how are these made of the small logits? Look at what you set in "
        "F.interpolate: is it what the text asks for, and nothing else?",
        remedy='F.interpolate(small_logits, size=(height, width), mode="bilinear"), of the logits, not of features or image; corners not '
        "aligned.",
    ):
        backbone, twin = tiny_backbone(checks)
        image = 1 + 2 * normal(3, 37, 50, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        head = draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        features = features_of(twin, image, 1)
        expected = answer_of_head(head, features, 37, 50)
        known = slips.of_enlarged(head, features, expected)
        checks.close(model(image), expected, atol=2e-2, name="logits", looks_like=known)

    with checks(
        2,
        "learns the head, all of it and nothing else",
        hint="Print the names of the parameters that require a gradient. Which should be there, and does the head get its gradients, or is it kept from them like the features? "
        "requires_grad belongs to parameters: set on a module, it is only a new attribute. A part in a plain list is not seen by torch.",
        remedy="requires_grad_(False) for every parameter of stem and stages, in an nn.Sequential; the head outside of torch.no_grad().",
    ):
        backbone, twin = tiny_backbone(checks)
        image = normal(3, 20, 24, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        gradients = checks.gradients(model, image, parameters=model)
        others = [name for name in sorted(gradients) if not name.startswith("head.")]
        message = f"{len(others)} parameters beside the head's learn: {', '.join(others[:2])} ..."
        checks.that(not others, message)
        checks.equal(sorted(gradients), ["head.bias", "head.weight"], name="parameters that learn")
        weight = checks.tensor(
            gradients["head.weight"], (2, BACKBONE_CHANNELS[1], 3, 3), None, name="head's gradient"
        )
        checks.that(bool((weight != 0).any()), "the head's weights get no gradient")
        if passed(checks, "applies the head to the features of the stage"):
            # Each of the 10 × 12 small logits counts for 4 pixels; the center of the kernel sees all features.
            bias = torch.full((2,), 480.0)
            checks.close(gradients["head.bias"], bias, atol=1, name="gradient of head.bias")
            expected = 4 * features_of(twin, image, 1).sum(dim=(1, 2)).expand(2, -1)
            name = "gradient of the centers of head.weight"
            checks.close(weight[:, :, 1, 1], expected, atol=4, rtol=0.15, name=name)

    with checks(
        1,
        "keeps BatchNorm in eval mode after train()",
        needs="applies the head to the features of the stage",
        hint="No gradient does not mean no change: what do BatchNorm layers do with an image in training mode, and who put them there?",
        remedy="In train(), after that of the superclass: put self.features into eval mode, each time, whatever the mode.",
    ):
        backbone, twin = tiny_backbone(checks)
        image = 1 + 2 * normal(3, 36, 48, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        head = draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        expected = corners(answer_of_head(head, features_of(twin, image, 1), 36, 48))
        model.train()
        found = corners(checks.tensor(model(image), (2, 36, 48), None, name="logits"))
        checks.close(found, expected, atol=2e-2, name="corners in training mode")
        model.eval()
        found = corners(checks.tensor(model(image), (2, 36, 48), None, name="logits"))
        name = "corners in eval mode (do the features follow the mode, or go against it?)"
        checks.close(found, expected, atol=2e-2, name=name)
        model.train()
        for _ in range(3):
            model(5 + 3 * image)
        model.eval()
        found = corners(checks.tensor(model(image), (2, 36, 48), None, name="logits"))
        checks.close(found, expected, atol=2e-2, name="corners after three other frames")

    with checks(
        1,
        "switches the rest between training and eval mode, and train() returns the tracker",
        hint="torch's own train(mode) does two things more: it hands the mode on to all the other parts, and it gives back the model.",
        remedy="super().train(mode) first, then the frozen part into eval mode, then return self.",
    ):
        model = ResNetPoseTracker(tiny_backbone(checks)[0], 2)
        learned = model.head.weight.requires_grad
        for mode in (True, False, True):
            returned = model.train(mode)
            head = returned.head.training
            checks.that(
                head is mode and model.head.training is mode,
                f"after train({mode}) the head is in {'training' if head else 'eval'} mode",
            )
        model.eval()
        checks.that(not model.head.training, "after eval() the head is in training mode")
        checks.that(model.train().head.training, "after train() the head is in eval mode")
        learns = model.head.weight.requires_grad or not learned
        checks.that(learns, "after train() the head's weights do not learn any more")

    with checks(
        1,
        "takes the frozen part along: it belongs to the model",
        needs="applies the head to the features of the stage",
        hint="`model.to(device)` and `model.parameters()` know what is an attribute of the model and a module. Is a list one?",
        remedy="Put stem and stages into an nn.Sequential, as self.features: a plain list is not seen by torch.",
    ):
        model = ResNetPoseTracker(tiny_backbone(checks)[0], 2)
        names = [str(name) for name in list(checks.make(model.state_dict))]
        frozen = [name for name in names if not name.startswith("head.")]
        # Two convolutions with weight and bias; two norms with weight, bias, mean, variance, and mostly a count.
        message = (
            f"its state holds {len(frozen)} tensors beside the head's, but stem and stage have 14"
        )
        checks.that(len(frozen) >= 12, message)

    with checks(
        1,
        "leaves the image that it is given unchanged",
        needs="applies the head to the features of the stage",
        hint="The same image comes again in the next epoch: does forward write into it, or into a view of it?",
        remedy="Take image[None], and write nothing into it: it is a view of the caller's image.",
    ):
        model = ResNetPoseTracker(tiny_backbone(checks)[0], 2)
        checks.unchanged(model, normal(3, 12, 14, rng=checks.rng))

    return checks


def shapes_of(checks: Checks, shapes: Any, count: int) -> list[tuple[int, ...]]:
    """What `stage_shapes` returned, as plain numbers."""
    if isinstance(shapes, (torch.Tensor, np.ndarray)):
        checks.shape(shapes, (count, 3), name="shapes")
        shapes = shapes.tolist()
    parts = checks.items(shapes, count, name="the list of shapes")
    return [tuple(int(n) for n in checks.items(part, 3, name="a shape")) for part in parts]


@checked
def stage_shapes(stage_shapes: Any) -> Checks:
    """A network whose shapes are known."""
    checks = Checks("stage_shapes", hidden_points=1)

    with checks(
        2,
        "gives (channels, rows, columns) after the stem and after each stage",
        hint="Ask the features for their shape as they go from part to part. How many parts are there, with the stem? Is the batch one of "
        "the three numbers?",
        remedy="features = part(features) for the stem and each stage; tuple(features.shape[1:]) leaves the batch out.",
    ):
        backbone, _ = tiny_backbone(checks)
        for rows, columns in [(20, 24), (37, 50)]:
            shapes = stage_shapes(backbone=backbone, image=normal(3, rows, columns, rng=checks.rng))
            # A 3 × 3 convolution with stride 2 and a border of 1 has a place for each even pixel.
            half = len(range(0, rows, 2)), len(range(0, columns, 2))
            quarter = len(range(0, half[0], 2)), len(range(0, half[1], 2))
            expected = [(4, *half), (6, *half), (5, *quarter)]
            found = shapes_of(checks, shapes, 3)
            checks.equal(found, expected, name=f"shapes for an image of {rows} × {columns}")

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
    checks.that(not backbone.training, "the backbone is in training mode now")
    state = dict(backbone.state_dict().items())
    for name, expected in twin.state_dict().items():
        checks.close(state[name], expected, atol=1e-6, name=f"the backbone's {name} afterwards")
    first = next(iter(dict(twin.named_parameters())))
    requires = backbone.get_parameter(first).requires_grad
    checks.that(requires, "the backbone's parameters do not require gradients any more")


@checked
def extract_features(extract_features: Any) -> Checks:
    """Two frames of different sizes."""
    checks = Checks("extract_features", hidden_points=1)

    with checks(
        2,
        "gives the features of every image, of the stage that it is told, in a list",
        hint="How many results are there for two images, and through which parts has each gone with num_stages=1? A "
        "network takes a batch and gives one back. And in which mode is BatchNorm?",
        remedy="The stem, then the first num_stages stages, applied to image[None]; [0] takes the features out of their batch again.",
    ):
        backbone, twin = tiny_backbone(checks)
        images = [normal(3, 20, 24, rng=checks.rng), normal(3, 17, 30, rng=checks.rng)]
        for num_stages in (1, 2):
            found = extract_features(backbone=backbone, images=images, num_stages=num_stages)
            checks.equal(len(found), 2, name="number of results")
            for image, features in zip(images, checks.items(found, 2), strict=True):
                expected = features_of(twin, image, num_stages)
                name = f"features of stage {num_stages}"
                checks.close(features, expected, atol=1e-2, name=name)

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
        checks.that(not features.requires_grad, "the features still hang on a graph")
        is_untouched(checks, backbone, twin)

    return checks
