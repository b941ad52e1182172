"""Lab 4's checks of template trackers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import slips
from stats220.checks.pose.inputs import has_shape
from stats220.checks.pose.models import bilinear, convolved, draw_layer, has_bias, passed


def is_odd_and_large_enough(checks: Checks, weight: Any, downsample: int, patch_size: int) -> None:
    """Fail with the mistake that a square kernel's side, or the numbers of its channels, tell of."""
    if not isinstance(weight, torch.Tensor) or weight.ndim != 4:
        return
    shape = tuple(int(n) for n in weight.shape)
    side = shape[-1]
    known = {
        "a template has a weight for each color, where the colors are to be averaged": shape[:2]
        == (5, 3),
        "there is one template for all key points": shape[:2] == (1, 1),
        "channels in and out are exchanged": shape[:2] == (1, 5),
        "the side of a template is patch_size, which is not divided by downsample": (
            side in (patch_size, patch_size + 1)
        ),
        "patch_size is multiplied by downsample, not divided": side >= patch_size * downsample,
        "the side is an even number: a template has no center then": side % 2 == 0,
        f"the side is rounded down: {side} × {downsample} = {side * downsample} pixels are less than patch_size": (
            side * downsample < patch_size
        ),
        "a smaller odd number will do: one that is not below patch_size / downsample need not be above it": (
            (side - 2) * downsample >= patch_size
        ),
    }
    slip = next((slip for slip, is_it in known.items() if is_it), "")
    message = (
        f"template.weight has shape {shape} for patch_size={patch_size}, downsample={downsample}"
    )
    checks.that(not slip, message, slip=slip)


@checked
def TemplatePoseTracker(TemplatePoseTracker: Any) -> Checks:  # noqa: N802
    """Kernel sizes, shapes, and trackers whose logits can be worked out by other means."""
    checks = Checks("TemplatePoseTracker", hidden_points=4)

    with checks(
        2,
        "has one kernel for each key point, the smallest odd size not below patch_size / downsample",
        hint="Make a tracker of your own with five key points and look at its `template`: is there a bias for each, and a square kernel?",
        remedy="101 / 4 = 25.25 needs 27, 48 / 2 = 24 needs 25, and 63 / 3 = 21 is odd already. One input channel; the convolution is "
        "self.template and keeps its bias.",
    ):
        for downsample, patch_size, side in [(4, 101, 27), (2, 48, 25), (3, 63, 21)]:
            model = TemplatePoseTracker(5, downsample=downsample, patch_size=patch_size)
            is_odd_and_large_enough(checks, model.template.weight, downsample, patch_size)
            checks.shape(model.template.weight, (5, 1, side, side), name="template.weight")
            has_bias(checks, model.template, 5, "template")

    with checks(
        2,
        "takes the stub's arguments by name and returns one map for each key point, as large as the frame",
        hint="Follow the shape from step to step, for a frame of 37 × 50: which steps change height and width, and is there still a batch "
        "at the end? And with a single key point: which axis of length 1 is to go, and which to stay?",
        remedy="Pad the convolution by kernel_size // 2, interpolate to size=(height, width), and take [0], which takes only the batch "
        "away: squeeze() takes every axis of length 1.",
    ):
        model = TemplatePoseTracker(num_keypoints=2, downsample=4, patch_size=20, mode="nearest")
        found = model(normal(3, 37, 50, rng=checks.rng))
        sizes: dict[str, tuple[int, ...]] = {
            "the logits stay as small as the frame that is convolved": (2, 9, 12),
            "the logits are enlarged by the factor, not to the size of the frame": (2, 36, 48),
            "the batch of one is still there": (1, 2, 37, 50),
            "height and width are exchanged": (2, 50, 37),
        }
        has_shape(checks, found, (2, 37, 50), sizes, name="logits")
        checks.tensor(found, (2, 37, 50), None, name="logits")
        checks.tensor(model(normal(3, 41, 28, rng=checks.rng)), (2, 41, 28), None, name="logits")
        model = TemplatePoseTracker(num_keypoints=1, downsample=2, patch_size=6, mode="nearest")
        name = "logits of a tracker with one key point"
        found = model(normal(3, 12, 18, rng=checks.rng))
        sizes = {"all axes of length 1 are taken away, not the batch alone": (12, 18)}
        has_shape(checks, found, (1, 12, 18), sizes, name=name)
        checks.tensor(found, (1, 12, 18), None, name=name)

    with checks(
        2,
        "matches templates with the mean over colors at full resolution",
        hint="Without downsampling a logit is the sum of the template times the gray patch around its pixel, plus a bias. Work it out for one "
        "pixel, by hand: which of your steps gives another number?",
        remedy="image.mean(dim=0), then self.template alone: no sum over colors, zeros beyond the border (padding=kernel_size // 2), no "
        "sigmoid.",
    ):
        model = TemplatePoseTracker(2, patch_size=5)
        template = draw_layer(checks, model.template, (2, 1), "template")
        image = 1 + normal(3, 11, 14, rng=checks.rng)
        expected = convolved(template, to_numpy(image).astype(float).mean(axis=0)[None])
        known = slips.of_matching(template, image, expected)
        found = model(image)
        checks.close(found, torch.tensor(expected), atol=2e-2, name="logits", looks_like=known)

    with checks(
        2,
        "matches templates at the lower resolution",
        hint="At full resolution your logits are right. Print the small image, before the convolution: which pixels of the frame are in it?",
        remedy="Interpolate first, by self.mode, then convolve: the template's neighboring weights see pixels that are downsample apart.",
    ):
        model = TemplatePoseTracker(2, downsample=2, patch_size=6)
        template = draw_layer(checks, model.template, (2, 1), "template")
        gray = 1 + normal(10, 16, rng=checks.rng)
        small = convolved(template, to_numpy(gray).astype(float)[None, ::2, ::2])
        expected = np.kron(small, np.ones((1, 2, 2)))
        known = slips.of_smaller(template, gray)
        found = model(gray.expand(3, 10, 16))
        checks.close(found, expected, atol=2e-2, name="logits", looks_like=known)

    with checks(
        1,
        "interpolates both ways by the mode that it is given",
        hint='With mode="nearest" your logits are right. What do your two calls of F.interpolate do with mode="bilinear"?',
        remedy="F.interpolate(..., size=..., mode=self.mode), twice: no aligned corners, no antialiasing, no pooling.",
    ):
        model = TemplatePoseTracker(2, downsample=3, patch_size=3, mode="bilinear")
        template = draw_layer(checks, model.template, (2, 1), "template")
        gray = 1 + 4 * normal(12, 18, rng=checks.rng)
        small = convolved(template, bilinear(to_numpy(gray).astype(float), 4, 6)[None])
        expected = np.stack([bilinear(logits, 12, 18) for logits in small])
        known = slips.of_modes(template, gray, 3)
        found = model(gray.expand(3, 12, 18))
        checks.close(found, expected, atol=2e-2, name="logits", looks_like=known)

    with checks(
        2,
        "can learn: gradients reach the templates and their biases",
        hint="A tracker without gradients gives the right logits and never gets better. Is there a line that cuts the graph between the "
        "weights and the logits?",
        remedy="Call self.template(small) itself: no torch.no_grad(), .detach(), .numpy(), .item() or .data in forward.",
    ):
        model = TemplatePoseTracker(2, downsample=2, patch_size=6)
        draw_layer(checks, model.template, (2, 1), "template")
        pixels = normal(5, 8, rng=checks.rng)
        gray = pixels.repeat_interleave(2, 0).repeat_interleave(2, 1)  # however it is made smaller
        gradients = checks.gradients(model, gray.expand(3, 10, 16), parameters=model)
        # Each of the 5 × 8 small logits counts for 4 pixels; the center of the template sees all of them.
        center_and_bias = {"weight": 4 * pixels.sum().expand(2), "bias": torch.full((2,), 160.0)}
        for name, gradient in center_and_bias.items():
            found = gradients.get(f"template.{name}")
            checks.that(found is not None, f"template.{name} does not learn: it gets no gradient")
            values = torch.as_tensor(found)
            if name == "weight":
                message = "some of the templates' weights get no gradient"
                checks.that(values.ndim == 4 and bool((values != 0).all()), message)
                values = values[:, 0, values.shape[2] // 2, values.shape[3] // 2]
            where = "the centers of the templates" if name == "weight" else "template.bias"
            checks.that(bool((values != 0).any()), f"template.{name} gets no gradient")
            if passed(checks, "matches templates at the lower resolution"):
                checks.close(values, gradient, atol=1.0, rtol=2e-2, name=f"gradient of {where}")

    with checks(
        1,
        "leaves the image that it is given unchanged",
        needs="matches templates with the mean over colors at full resolution",
        hint="Training shows each image again and again: does forward write into it?",
        remedy="x -= ..., x[...] = ... and torch's functions that end in _ write into what they are given.",
    ):
        model = TemplatePoseTracker(1, patch_size=3)
        checks.unchanged(model, normal(3, 6, 7, rng=checks.rng))

    return checks


def strided(up: Any, frame: torch.Tensor, factor: int, reach: tuple[int, int]) -> torch.Tensor:
    """The convolution of a frame with large templates that `upsample_template` promises."""
    padding = factor * reach[0], factor * reach[1]
    weight = torch.as_tensor(up).float()[:, None]
    return F.conv2d(frame, weight, stride=factor, padding=padding)


@checked
def upsample_template(upsample_template: Any) -> Checks:
    """The two ways to match a template to a small frame agree."""
    checks = Checks("upsample_template", hidden_points=2)

    with checks(
        1,
        "takes the stub's arguments by name and returns templates that are factor times as tall and as wide",
        hint="What does one weight of the small template become in the large one, along each axis?",
        remedy="Every weight becomes a square of factor × factor weights; the first axis stays.",
    ):
        template = normal(4, 5, 3, rng=checks.rng)
        found = upsample_template(template=template, factor=2)
        sizes: dict[str, tuple[int, ...]] = {
            "only rows are repeated": (4, 10, 3),
            "only columns are repeated": (4, 5, 6),
            "key points are repeated, and not rows or columns": (8, 5, 3),
            "key points and rows are repeated, and columns are not": (8, 10, 3),
            "key points are repeated, too": (8, 10, 6),
            "each side is repeated factor² times": (4, 20, 12),
            "rows and columns are exchanged": (4, 6, 10),
            "a batch of one is left": (1, 4, 10, 6),
        }
        has_shape(checks, found, (4, 10, 6), sizes)
        checks.tensor(found, (4, 10, 6))

    with checks(
        4,
        "gives the same logits with a strided convolution as average pooling does",
        hint="Write a mean of 2 × 2 pixels as a sum: with which weight does each pixel enter it? And which pixels of the frame share a "
        "weight of the template: neighbors, or pixels far apart?",
        remedy="repeat_interleave along both axes puts copies side by side (repeat and tile do not); then divide by factor².",
    ):
        template, frame = normal(2, 5, 3, rng=checks.rng), normal(1, 1, 24, 30, rng=checks.rng)
        for factor in (2, 3):
            up = upsample_template(template, factor)
            checks.shape(up, (2, 5 * factor, 3 * factor))
            pooled = F.conv2d(F.avg_pool2d(frame, factor), template[:, None], padding=(2, 1))
            found = strided(up, frame, factor, (2, 1))
            known = {
                slip: strided(other, frame, factor, (2, 1))
                for slip, other in slips.of_upsampled(template, factor).items()
            }
            name = f"logits for factor {factor}"
            checks.close(found, pooled, atol=1e-3, name=name, looks_like=known)

    with checks(
        1,
        "leaves the template that it is given unchanged",
        needs="gives the same logits with a strided convolution as average pooling does",
        hint="The small template is still the caller's: does a line of yours write into it?",
        remedy="template /= factor**2 writes into the caller's tensor; template / factor**2 makes a new one.",
    ):
        template = normal(2, 3, 5, rng=checks.rng)
        checks.unchanged(upsample_template, template, 2)

    return checks
