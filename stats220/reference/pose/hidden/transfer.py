"""Lab 4's hidden checks of transfer learning."""

from __future__ import annotations

from typing import Any

import torch

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.models import (
    answer_of_head,
    draw_head,
    features_of,
    tiny_backbone,
)


@checked
def ResNetPoseTracker(ResNetPoseTracker: Any) -> Checks:  # noqa: N802
    """A deeper tracker, and an optimizer that shrinks what it may change."""
    checks = Checks("ResNetPoseTracker", hidden=True)

    with checks(
        1,
        "uses as many stages as it is told, and a larger kernel",
        hint="backbone.stages[:num_stages], all of them, and padding=kernel_size // 2.",
    ):
        backbone, image = tiny_backbone(checks), normal(3, 41, 28, seed=80)
        model = ResNetPoseTracker(backbone, 3, num_stages=2, kernel_size=5)
        head = draw_head(model, seed=87)
        expected = answer_of_head(head, features_of(checks, backbone, image, 2), 41, 28)
        checks.close(model(image), expected, atol=2e-2, name="logits")

    with checks(
        1,
        "stays frozen under an optimizer that is given all parameters and weight decay",
        hint="A gradient of zero is not enough, weight decay and momentum still move the weight. Without requires_grad there is no gradient at all.",
    ):
        backbone, image = tiny_backbone(checks), normal(3, 20, 24, seed=81)
        before = features_of(checks, backbone, image, 1)
        model = ResNetPoseTracker(backbone, 2)
        draw_head(model, seed=89)
        model.train()
        optimizer = checks.make(torch.optim.SGD, model.parameters(), lr=0.1, weight_decay=0.5)
        for seed in (82, 83):
            optimizer.zero_grad()
            checks.make(checks.make(model, normal(3, 20, 24, seed=seed)).sum).backward()
            optimizer.step()
        checks.close(
            features_of(checks, backbone, image, 1),
            before,
            atol=1e-3,
            name="features after two steps",
        )
        # The gradient of the summed logits with respect to a bias is the number of pixels.
        head = to_numpy(model.head.weight), to_numpy(model.head.bias)
        bias = to_numpy(normal(2, seed=90))
        for _ in range(2):
            bias = bias - 0.1 * (20 * 24 + 0.5 * bias)
        checks.close(head[1], bias, atol=0.5, name="the head's bias after two steps")
        expected = answer_of_head(head, before, 20, 24)
        checks.close(model(image), expected, atol=0.5, rtol=1e-2, name="logits after two steps")

    return checks


@checked
def stage_shapes(stage_shapes: Any) -> Checks:
    """An odd size."""
    checks = Checks("stage_shapes", hidden=True)

    with checks(
        1,
        "follows sizes that are odd",
        hint="Ask the features for their shape: half of 37 is 18 or 19, it depends on the padding.",
    ):
        shapes = stage_shapes(tiny_backbone(checks), normal(3, 37, 50, seed=84))
        # A 3×3 convolution with stride 2 and a border of 1 has a place for each even pixel.
        rows, columns = len(range(0, 37, 2)), len(range(0, 50, 2))
        small = len(range(0, rows, 2)), len(range(0, columns, 2))
        found = [tuple(int(n) for n in shape) for shape in shapes]
        checks.equal(found, [(4, rows, columns), (6, rows, columns), (5, *small)], name="shapes")

    return checks


@checked
def extract_features(extract_features: Any) -> Checks:
    """A deeper stage, and no graph."""
    checks = Checks("extract_features", hidden=True)

    with checks(
        1,
        "takes the stage that it is told, and keeps no graph",
        hint="Inside torch.no_grad(): else every image drags the network's intermediate results along.",
    ):
        backbone, image = tiny_backbone(checks), normal(3, 22, 19, seed=85)
        found = extract_features(backbone, [image], num_stages=2)
        expected = features_of(checks, backbone, image, 2)
        checks.close(found[0], expected, atol=1e-2, name="features")
        checks.that(
            not torch.as_tensor(found[0]).requires_grad, "the features still hang on a graph"
        )

    return checks
