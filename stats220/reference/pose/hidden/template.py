"""Lab 4's hidden checks of template trackers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.signal import correlate2d

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose.template import draw_templates


@checked
def TemplatePoseTracker(TemplatePoseTracker: Any) -> Checks:  # noqa: N802
    """Other kernel sizes; a whole tracker worked out by slicing and scipy."""
    checks = Checks("TemplatePoseTracker", hidden=True)

    with checks(
        1,
        "has the right kernels for other sizes of patch",
        hint="Round patch_size / downsample up, then up again to an odd number. The defaults are downsample=1 and patch_size=121.",
    ):
        for options, side in [
            ({}, 121),
            ({"downsample": 2}, 61),
            ({"downsample": 4, "patch_size": 102}, 27),
            ({"downsample": 4, "patch_size": 5}, 3),
            ({"downsample": 10, "patch_size": 7}, 1),
        ]:
            model = TemplatePoseTracker(2, **options)
            checks.shape(model.template.weight, (2, 1, side, side))

    with checks(
        2,
        "is template matching on every third pixel, repeated to full size",
        hint='With mode="nearest", each of the three steps can be written with slices: image.mean, [::3, ::3], a correlation.',
    ):
        model = TemplatePoseTracker(num_keypoints=3, downsample=3, patch_size=14)
        weight, bias = map(to_numpy, draw_templates(model, seed=48))
        image = normal(3, 27, 36, seed=45)
        small = to_numpy(image).mean(axis=0)[::3, ::3]
        expected = [
            np.kron(correlate2d(small, w[0], mode="same") + b, np.ones((3, 3)))
            for w, b in zip(weight, bias, strict=True)
        ]
        checks.close(
            model(image), torch.tensor(np.stack(expected)).float(), atol=4e-2, name="logits"
        )

    return checks


@checked
def upsample_template(upsample_template: Any) -> Checks:
    """Another factor, and templates that are not square."""
    checks = Checks("upsample_template", hidden=True)

    with checks(
        1,
        "works for factors 1 and 3 and for templates that are not square",
        hint="Divide by factor², not by 4, and repeat rows and columns alike.",
    ):
        template, frame = normal(3, 3, 7, seed=46), normal(1, 1, 27, 30, seed=47)
        for factor in (1, 3):
            up = torch.as_tensor(upsample_template(template, factor)).float()
            strided = F.conv2d(frame, up[:, None], stride=factor, padding=(factor, 3 * factor))
            pooled = F.conv2d(F.avg_pool2d(frame, factor), template[:, None], padding=(1, 3))
            checks.close(strided, pooled, atol=1e-3, name=f"logits for factor {factor}")

    return checks
