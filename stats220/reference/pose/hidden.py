"""Lab 4's hidden checks: the requirements of ``stats220.checks.pose`` on other inputs, compared with scipy and NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from scipy.signal import correlate2d

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import draw_templates


@checked
def preprocess(preprocess: Any) -> Checks:
    """A frame of all colours."""
    checks = Checks("preprocess", hidden=True)

    with checks(
        1,
        "normalizes a frame of random colours",
        hint="(value / 255 - mean) / std, where mean and std belong to the channel, in the order red, green, blue.",
    ):
        image = np.random.default_rng(40).integers(0, 256, (7, 5, 3), dtype=np.uint8)
        mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
        expected = np.moveaxis((image / 255 - mean) / std, -1, 0)
        checks.close(preprocess(image), torch.tensor(expected).float(), atol=1e-3, name="frame")

    return checks


@checked
def keypoint_masks(keypoint_masks: Any) -> Checks:
    """Many points, in and around the frame."""
    checks = Checks("keypoint_masks", hidden=True)

    with checks(
        1,
        "places many points in and around a frame",
        hint="Compare with a histogram whose bins are one pixel wide and centred on whole numbers.",
    ):
        height, width = 6, 11
        keypoints_xy = np.random.default_rng(41).uniform([-3, -3], [width + 3, height + 3], (60, 2))
        keypoints_xy[::9] = np.nan
        keypoints_xy[1] = [-0.5, -0.5]  # on the borders that belong to the frame,
        keypoints_xy[2] = [width - 0.5, height - 0.5]  # and on those that do not
        keypoints_xy[3] = [np.nan, 2]
        edges = np.arange(height + 2) - 0.5, np.arange(width + 2) - 0.5
        counts = [
            np.histogram2d([y], [x], bins=edges)[0] if np.isfinite(x + y) else np.zeros((7, 12))
            for x, y in keypoints_xy
        ]
        # One bin more than pixels, left out: the last bin of a histogram holds its upper edge too.
        expected = torch.tensor(np.stack(counts)[:, :height, :width]).float()
        checks.equal(keypoint_masks(keypoints_xy, height, width), expected, name="masks")

    return checks


@checked
def downsample(downsample: Any) -> Checks:
    """Random frames and masks, with rows and columns left over."""
    checks = Checks("downsample", hidden=True)

    with checks(
        1,
        "averages and takes maxima over the right squares of random frames",
        hint="Square (i, j) holds rows factor * i to factor * i + factor - 1, and columns likewise.",
    ):
        for factor, rows, columns in [(1, 5, 6), (2, 7, 5), (5, 2, 3)]:
            height, width = rows * factor + factor // 2, columns * factor + factor - 1
            image = normal(3, height, width, seed=42)
            masks = (normal(4, height, width, seed=43) > 1).float()
            squares, mask_squares = (
                to_numpy(maps[:, : rows * factor, : columns * factor]).reshape(
                    len(maps), rows, factor, columns, factor
                )
                for maps in (image, masks)
            )
            small, small_masks = downsample(image, masks, factor)
            checks.close(small, squares.mean(axis=(2, 4)), atol=1e-4, name="image")
            checks.equal(small_masks, mask_squares.max(axis=(2, 4)), name="masks")

    return checks


@checked
def dilate(dilate: Any) -> Checks:
    """Random masks, beside scipy's binary dilation."""
    checks = Checks("dilate", hidden=True)

    with checks(
        1,
        "equals scipy.ndimage.binary_dilation with a square of ones",
        hint="Size 1 changes nothing; a square larger than the frame fills it.",
    ):
        masks = (normal(3, 13, 10, seed=44) > 1.8).float()
        for size in (1, 3, 7, 25):
            square = np.ones((size, size), dtype=bool)
            expected = np.stack([ndimage.binary_dilation(mask, square) for mask in to_numpy(masks)])
            checks.equal(dilate(masks, size), torch.tensor(expected).float(), name=f"size {size}")

    return checks


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
def bernoulli_loss(bernoulli_loss: Any) -> Checks:
    """A batch of maps on widely different scales; gradients where exp overflows."""
    checks = Checks("bernoulli_loss", hidden=True)

    with checks(
        1,
        "takes a batch, with maps on widely different scales",
        hint="The mean is over images, key points and pixels alike; m is a map of the shape of the logits.",
    ):
        scales = torch.tensor([0.1, 3.0, 50.0, 2000.0]).reshape(4, 1, 1, 1)
        logits = scales * normal(4, 2, 5, 9, seed=10)
        targets = (normal(4, 2, 5, 9, seed=11) > 0).float()
        expected = F.binary_cross_entropy_with_logits(logits.double(), targets.double()).float()
        checks.close(bernoulli_loss(logits, targets), expected, atol=1e-3, rtol=1e-5, name="loss")

    with checks(
        1,
        "has finite gradients for logits of ±1000",
        hint="torch.where computes both of its branches: an inf in the branch that is not taken still gives a NaN gradient.",
    ):
        logits = torch.tensor([1000.0, -1000.0, 1000.0, -1000.0]).reshape(1, 2, 2)
        targets = torch.tensor([1.0, 0.0, 0.0, 1.0]).reshape(1, 2, 2)
        gradient = checks.gradients(bernoulli_loss, logits, targets)[0]
        expected = torch.tensor([0.0, 0.0, 0.25, -0.25]).reshape(1, 2, 2)
        checks.close(gradient, expected, atol=1e-5, name="gradient with respect to logits")

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
