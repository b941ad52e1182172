"""Lab 4's checks of transfer learning."""

from __future__ import annotations

from typing import Any

import torch

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.models import (
    BACKBONE_CHANNELS,
    answer_of_head,
    draw_head,
    features_of,
    tiny_backbone,
)


@checked
def ResNetPoseTracker(ResNetPoseTracker: Any) -> Checks:  # noqa: N802
    """Trackers on a network of two small stages."""
    checks = Checks("ResNetPoseTracker", hidden_points=2)
    image = 1 + 2 * normal(3, 37, 50, seed=60)  # no image of mean 0 and variance 1

    with checks(
        1,
        "has a head with one map a key point, on the channels of the last stage in use",
        hint="backbone.channels[0] is the stem's, so that channels[num_stages] is that of the last stage. Name the convolution "
        "self.head and keep its bias.",
    ):
        for num_stages, kernel_size in [(1, 3), (2, 3), (2, 1)]:
            model = ResNetPoseTracker(tiny_backbone(checks), 2, num_stages, kernel_size)
            channels = BACKBONE_CHANNELS[num_stages]
            size = (2, channels, kernel_size, kernel_size)
            checks.shape(model.head.weight, size, name="head.weight")
            checks.shape(model.head.bias, (2,), name="head.bias")

    with checks(
        1,
        "returns logits as large as the image, whatever its size",
        hint="The features are smaller than the image. Interpolate the logits to size=(height, width), and take them out of their batch.",
    ):
        for num_keypoints in (2, 1):
            model = ResNetPoseTracker(tiny_backbone(checks), num_keypoints)
            checks.shape(model(image), (num_keypoints, 37, 50), name="logits")
            checks.shape(model(image[:, :24, :31]), (num_keypoints, 24, 31), name="logits")

    with checks(
        1,
        "applies the head to the features of the stage",
        hint="stem, then the first num_stages stages, then the head, padded by kernel_size // 2, then bilinear interpolation: no sigmoid.",
    ):
        backbone = tiny_backbone(checks)
        model = ResNetPoseTracker(backbone, 2)
        head = draw_head(model, seed=51)
        expected = answer_of_head(head, features_of(checks, backbone, image, 1), 37, 50)
        checks.close(model(image), expected, atol=2e-2, name="logits")

    with checks(
        1,
        "learns nothing but the head",
        hint="parameter.requires_grad_(False) for every parameter of the stem and the stages. The head's own stay as they are.",
    ):
        model = ResNetPoseTracker(tiny_backbone(checks), 2)
        gradients = checks.gradients(model, image, parameters=model)
        others = [name for name in sorted(gradients) if not name.startswith("head.")]
        message = f"{len(others)} parameters beside the head's learn: {', '.join(others[:2])} ..."
        checks.that(not others, message)
        checks.equal(sorted(gradients), ["head.bias", "head.weight"], name="parameters that learn")
        checks.close(gradients["head.bias"], torch.full((2,), 37.0 * 50), atol=1, name="gradient")

    with checks(
        2,
        "keeps BatchNorm's statistics, whatever train() says",
        hint="requires_grad stops gradients only. In training mode BatchNorm uses the statistics of this one image and moves its own: "
        "train() has to put the frozen part back into eval mode, each time.",
    ):
        backbone = tiny_backbone(checks)
        expected = features_of(checks, backbone, image, 1)
        model = ResNetPoseTracker(backbone, 2)
        expected = answer_of_head(draw_head(model, seed=53), expected, 37, 50)
        model.train()
        checks.close(model(image), expected, atol=2e-2, name="logits in training mode")
        model.eval()
        model.train()
        for _ in range(3):
            model(5 + 3 * image)
        model.eval()
        checks.close(model(image), expected, atol=2e-2, name="logits after three other frames")

    return checks


@checked
def stage_shapes(stage_shapes: Any) -> Checks:
    """A network whose shapes are known."""
    checks = Checks("stage_shapes", hidden_points=1)

    with checks(
        1,
        "gives (channels, rows, columns) after the stem and after each stage",
        hint="One tuple for the stem and one a stage, without the batch: features.shape[1:]. Each stage gets the features of the one before.",
    ):
        shapes = stage_shapes(tiny_backbone(checks), normal(3, 20, 24, seed=61))
        found = [tuple(int(n) for n in shape) for shape in shapes]
        checks.equal(found, [(4, 10, 12), (6, 10, 12), (5, 5, 6)], name="shapes")

    return checks


@checked
def extract_features(extract_features: Any) -> Checks:
    """Two frames of different sizes."""
    checks = Checks("extract_features", hidden_points=1)

    with checks(
        1,
        "gives the features of every image, in a list",
        hint="The stem, then the first num_stages stages. A network takes a batch, image[None], and gives one back.",
    ):
        backbone = tiny_backbone(checks)
        images = [normal(3, 20, 24, seed=62), normal(3, 17, 30, seed=63)]
        found = extract_features(backbone, images)
        checks.equal(len(found), 2, name="number of results")
        for i, image in enumerate(images):
            expected = features_of(checks, backbone, image, 1)
            checks.close(found[i], expected, atol=1e-2, name=f"features of image {i}")
        first = checks.make(
            next, checks.make(iter, checks.make(extract_features, backbone, images))
        )
        message = "no head can be trained on tensors made in inference mode: take torch.no_grad()"
        checks.that(not first.is_inference(), message)

    return checks
