"""Lab 4's hidden checks of template trackers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.models import convolved, draw_layer
from stats220.checks.pose.template import strided


@checked
def TemplatePoseTracker(TemplatePoseTracker: Any) -> Checks:  # noqa: N802
    """Other kernel sizes; a whole tracker worked out by slicing and scipy."""
    checks = Checks("TemplatePoseTracker", hidden=True)

    with checks(
        2,
        "has the right kernels for other sizes of patch",
        hint="Round patch_size / downsample up, and the result up again to an odd number, if it is even. What if the patch is tiny?",
    ):
        for options, side in [
            ({}, 121),
            ({"downsample": 2}, 61),
            ({"downsample": 4, "patch_size": 102}, 27),
            ({"downsample": 4, "patch_size": 5}, 3),
            ({"downsample": 10, "patch_size": 7}, 1),
        ]:
            model = TemplatePoseTracker(2, **options)
            checks.shape(model.template.weight, (2, 1, side, side), name="template.weight")

    with checks(
        2,
        "is template matching on every third pixel, repeated to full size",
        hint='With mode="nearest", each of the three steps can be written with slices: image.mean, [::3, ::3], a correlation.',
    ):
        model = TemplatePoseTracker(num_keypoints=3, downsample=3, patch_size=14)
        template = draw_layer(checks, model.template, (3, 1), "template")
        image = 1 + normal(3, 27, 36, rng=checks.rng)
        small = convolved(template, to_numpy(image).astype(float).mean(axis=0)[None, ::3, ::3])
        expected = np.kron(small, np.ones((1, 3, 3)))
        checks.close(model(image), expected, atol=4e-2, name="logits")

    return checks


@checked
def upsample_template(upsample_template: Any) -> Checks:
    """Another factor, and templates that are not square."""
    checks = Checks("upsample_template", hidden=True)

    with checks(
        2,
        "works for factors 1 and 4 and for templates that are wider than tall",
        hint="Which numbers in your line hold for a factor of 2 only?",
    ):
        template, frame = normal(3, 3, 7, rng=checks.rng), normal(1, 1, 28, 32, rng=checks.rng)
        for factor in (1, 4):
            up = upsample_template(template, factor)
            checks.shape(up, (3, 3 * factor, 7 * factor))
            pooled = F.conv2d(F.avg_pool2d(frame, factor), template[:, None], padding=(1, 3))
            found = strided(up, frame, factor, (1, 3))
            checks.close(
                found, torch.as_tensor(pooled), atol=1e-3, name=f"logits for factor {factor}"
            )

    return checks
