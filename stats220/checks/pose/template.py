"""Lab 4's checks of template trackers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.signal import correlate2d

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal


def copy_pixel(model: Any, columns_right: int = 0) -> None:
    """Make each template of a tracker copy the pixel that is so many columns to the right of its centre."""
    weight = torch.zeros_like(model.template.weight)
    rows, columns = weight.shape[2:]
    weight[:, :, rows // 2, columns // 2 + columns_right] = 1
    bias = torch.zeros(len(weight))
    model.template.load_state_dict({"weight": weight, "bias": bias}, strict=False)


def draw_templates(model: Any, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Give a tracker templates and biases drawn here: with its own, all zero say, zeros would be the right logits."""
    weight = normal(*model.template.weight.shape, seed=seed) / 5
    bias = normal(len(weight), seed=seed + 1)
    model.template.load_state_dict({"weight": weight, "bias": bias}, strict=False)
    return weight, bias


@checked
def TemplatePoseTracker(TemplatePoseTracker: Any) -> Checks:  # noqa: N802
    """Kernel sizes, shapes, and three trackers whose logits can be worked out by other means."""
    checks = Checks("TemplatePoseTracker", hidden_points=3)

    with checks(
        1,
        "has one kernel a key point, the smallest odd size not below patch_size / downsample",
        hint="101 / 4 = 25.25 needs 27, 48 / 2 = 24 needs 25, and 63 / 3 = 21 is odd already. The mean over colour leaves one input "
        "channel. Name the convolution self.template and keep its bias.",
    ):
        for downsample, patch_size, side in [(4, 101, 27), (2, 48, 25), (3, 63, 21)]:
            model = TemplatePoseTracker(5, downsample=downsample, patch_size=patch_size)
            checks.shape(model.template.weight, (5, 1, side, side))
            checks.shape(model.template.bias, (5,))

    with checks(
        1,
        "returns one map of logits a key point, as large as the frame, whatever its size",
        hint="Pad the convolution by kernel_size // 2 and interpolate its logits to size=(height, width): 37 rows shrunk by 4 and "
        "enlarged by 4 would be 36.",
    ):
        model = TemplatePoseTracker(2, downsample=4, patch_size=20)
        checks.shape(model(normal(3, 37, 50, seed=20)), (2, 37, 50))
        checks.shape(model(normal(3, 41, 28, seed=21)), (2, 41, 28))

    with checks(
        1,
        "matches templates with the mean over colours at full resolution",
        hint="The logits are the template's products with the grey patch around each pixel (zeros beyond the border) plus a bias: no "
        "sum over colours, no sigmoid.",
    ):
        model = TemplatePoseTracker(2, patch_size=5)
        weight, bias = draw_templates(model, seed=24)
        image = normal(3, 11, 14, seed=22)
        grey = to_numpy(image).mean(axis=0)
        products = [correlate2d(grey, w[0], mode="same") for w in to_numpy(weight)]
        expected = torch.tensor(np.stack(products)) + bias[:, None, None]
        checks.close(model(image), expected, atol=1e-2, name="logits")

    with checks(
        1,
        "matches templates at the lower resolution",
        hint="Interpolate first, then convolve: the template's neighbouring weights see pixels that are downsample apart. Nearest "
        "interpolation takes one pixel of each square, where pooling would take their mean.",
    ):
        model = TemplatePoseTracker(1, downsample=2, patch_size=6)
        copy_pixel(model, columns_right=1)
        image = normal(10, 16, seed=23)
        seen = F.pad(image[::2, 2::2], (0, 1))  # every second pixel, the one to the right of each
        expected = torch.kron(seen, torch.ones(2, 2))[None]
        checks.close(model(image.expand(3, 10, 16)), expected, atol=2e-2, name="logits")

    with checks(
        1,
        "interpolates both ways by the mode that it is given",
        hint='mode="bilinear" must reach both calls of interpolate: halved and doubled again, a ramp of grey stays a ramp; with '
        '"nearest" it becomes a staircase.',
    ):
        model = TemplatePoseTracker(1, downsample=2, patch_size=2, mode="bilinear")
        copy_pixel(model)
        ramp = torch.arange(24.0).expand(3, 16, 24) / 4
        inside = model(ramp)[:, 4:-4, 4:-4]
        checks.close(inside, ramp[:1, 4:-4, 4:-4], atol=2e-2, name="logits within the border")

    return checks


@checked
def upsample_template(upsample_template: Any) -> Checks:
    """The two ways to match a template to a small frame agree."""
    checks = Checks("upsample_template", hidden_points=1)

    with checks(
        1,
        "returns templates that are factor times as tall and as wide",
        hint="Every weight of the template becomes a square of factor × factor weights.",
    ):
        checks.shape(upsample_template(normal(4, 5, 3, seed=30), 2), (4, 10, 6))

    with checks(
        2,
        "gives the same logits with a strided convolution as average pooling does",
        hint="Each weight is shared by the factor × factor pixels that pooling would average, so it is divided by their number. "
        "repeat_interleave puts copies side by side, repeat and tile do not.",
    ):
        template, frame = normal(2, 5, 5, seed=31), normal(1, 1, 24, 30, seed=32)
        up = torch.as_tensor(upsample_template(template, 2)).float()
        strided = F.conv2d(frame, up[:, None], stride=2, padding=2 * 2)
        pooled = F.conv2d(F.avg_pool2d(frame, 2), template[:, None], padding=2)
        checks.close(strided, pooled, atol=1e-3, name="logits")

    return checks
