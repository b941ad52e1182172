"""Lab 4's hidden checks of transfer learning."""

from __future__ import annotations

from typing import Any

import torch

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.models import (
    BACKBONE_CHANNELS,
    answer_of_head,
    corners,
    draw_layer,
    features_of,
    tiny_backbone,
)


@checked
def ResNetPoseTracker(ResNetPoseTracker: Any) -> Checks:  # noqa: N802
    """A deeper tracker, and an optimizer that shrinks what it may change."""
    checks = Checks("ResNetPoseTracker", hidden=True)

    with checks(
        2,
        "uses as many stages as it is told, and a larger kernel",
        hint="Which stages are in use if num_stages is 2, and what does a kernel of 5 × 5 need at the border?",
    ):
        backbone, twin = tiny_backbone(checks)
        image = normal(3, 40, 28, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 3, num_stages=2, kernel_size=5)
        head = draw_layer(checks, model.head, (3, BACKBONE_CHANNELS[2]), "head")
        expected = answer_of_head(head, features_of(twin, image, 2), 40, 28)
        found = checks.tensor(model(image), (3, 40, 28), None, name="logits")
        checks.close(corners(found), corners(expected), atol=3e-2, name="logits in the corners")

    with checks(
        2,
        "stays frozen under an optimizer that is given all parameters and weight decay",
        hint="A gradient of zero is not enough: weight decay and momentum still move the weight. What stops them too?",
    ):
        backbone, twin = tiny_backbone(checks)
        image = normal(3, 20, 24, rng=checks.rng)
        model = ResNetPoseTracker(backbone, 2)
        start = draw_layer(checks, model.head, (2, BACKBONE_CHANNELS[1]), "head")
        model.train()
        optimizer = checks.make(torch.optim.SGD, model.parameters(), lr=0.1, weight_decay=0.5)
        for _ in range(2):
            optimizer.zero_grad()
            other = normal(3, 20, 24, rng=checks.rng)
            checks.make(checks.make(model, other).sum).backward()
            optimizer.step()
        # The gradient of the summed logits with respect to a bias is the number of pixels.
        bias = start[1].astype(float)
        for _ in range(2):
            bias = bias - 0.1 * (20 * 24 + 0.5 * bias)
        checks.close(model.head.bias, bias, atol=0.5, name="the head's bias after two steps")
        weight = checks.tensor(model.head.weight, start[0].shape, None, name="head.weight")
        head = to_numpy(weight), bias
        expected = answer_of_head(head, features_of(twin, image, 1), 20, 24)
        found = checks.tensor(model(image), (2, 20, 24), None, name="logits")
        name = "corners after two steps"
        checks.close(corners(found), corners(expected), atol=0.5, rtol=1e-2, name=name)

    return checks
