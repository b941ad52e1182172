"""Lab 4's hidden checks: the requirements of ``stats220.checks.pose`` on other inputs, compared with scipy and NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from scipy.signal import correlate2d
from torch import nn

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import draw_templates
from stats220.checks.pose_models import (
    answer_of_head,
    draw_head,
    example,
    features_of,
    one_weight,
    tiny_backbone,
    weight_of,
)


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


@checked
def train(train: Any) -> Checks:
    """A loss whose gradient does not depend on the weight, and a run beside torch's own optimizer."""
    checks = Checks("train", hidden=True)

    with checks(
        1,
        "learns from each training example once an epoch, and from no validation example",
        hint="Every training example leads to one step an epoch. A backward pass through the validation loss is training on the answers.",
    ):
        # The loss of a target of 1 is -w x, so that each step adds learning_rate * x, in whatever order.
        model = one_weight(checks, 1.0)
        examples = [example(pixel, 1.0) for pixel in (1.0, 10.0, 100.0)]
        options = {"num_epochs": 2, "learning_rate": 1e-3, "momentum": 0.0, "progress": False}
        train(model, examples, [example(5000.0, 1.0), example(700.0, 1.0)], F.kl_div, **options)
        checks.close(weight_of(model), 1 + 2 * 0.111, atol=2e-4, name="the weight")

    with checks(
        1,
        "is torch's SGD with momentum and StepLR, and leaves frozen parameters alone",
        hint="Compare with torch.optim.SGD and torch.optim.lr_scheduler.StepLR, example by example. An example's loss is that before its "
        "step, each epoch's mean begins afresh, and validation comes at the epoch's end.",
    ):
        checks.seed(70)
        frozen = checks.make(nn.Conv2d, 2, 3, 3, padding=1)
        frozen.requires_grad_(False)
        head = checks.make(nn.Conv2d, 3, 2, 1)
        model = checks.make(nn.Sequential, frozen, head)
        twin = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 2, 1))
        for ours, theirs in zip(twin, (frozen, head), strict=True):
            ours.load_state_dict({"weight": theirs.weight, "bias": theirs.bias})
        twin[0].requires_grad_(False)

        loss = F.binary_cross_entropy_with_logits
        image, other = normal(2, 5, 6, seed=71), normal(2, 5, 6, seed=72)
        targets = (normal(2, 5, 6, seed=73) > 0).float()
        optimizer = torch.optim.SGD(twin[1].parameters(), lr=0.5, momentum=0.8)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.3)
        train_losses, validation_losses = [], []
        for _ in range(5):
            losses = []
            for _ in range(2):
                optimizer.zero_grad()
                losses.append(loss(twin(image), targets))
                losses[-1].backward()
                optimizer.step()
            schedule.step()
            train_losses.append(float(sum(losses)) / 2)
            validation_losses.append(float(loss(twin(other), targets)))
        history = train(
            model,
            [(image, targets)] * 2,
            [(other, targets)],
            loss,
            num_epochs=5,
            learning_rate=0.5,
            momentum=0.8,
            decay_every=2,
            decay_factor=0.3,
            seed=3,
            progress=False,
        )
        for name, mine, theirs in [
            ("train_losses", train_losses, history.train_losses),
            ("validation_losses", validation_losses, history.validation_losses),
        ]:
            checks.close(list(theirs), mine, atol=2e-3, name=name)
        checks.close(head.weight, twin[1].weight, atol=5e-3, name="weights")
        checks.close(frozen.weight, twin[0].weight, atol=1e-6, name="frozen weights")

    return checks


@checked
def momentum_step(momentum_step: Any) -> Checks:
    """Several steps beside torch's own optimizer, with a rate that changes."""
    checks = Checks("momentum_step", hidden=True)

    with checks(
        1,
        "follows torch's SGD through a change of the rate, and changes nothing in place",
        hint="The rate does not enter the velocity: when it is cut, the next step is shorter at once. v = v * μ + g makes a new tensor, v *= μ does not.",
    ):
        weight = nn.Parameter(normal(2, 3, seed=74))
        optimizer = torch.optim.SGD([weight], lr=0.3)
        optimizer.param_groups[0]["momentum"] = 0.7
        parameter, velocity = weight.detach().clone(), torch.zeros(2, 3)
        for i, rate in enumerate((0.3, 0.3, 0.03, 0.03)):
            gradient = normal(2, 3, seed=75 + i)
            weight.grad = gradient.clone()
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            given = (parameter, gradient, velocity)
            result, afterwards = checks.call(momentum_step, *given, rate, 0.7)
            for before, after in zip(given, afterwards, strict=False):
                checks.equal(after, before, name="a tensor that was handed in")
            parameter, velocity = (torch.as_tensor(x).detach() for x in result)
            checks.close(parameter, weight, atol=1e-3, name="parameter")

    return checks


@checked
def step_decay(step_decay: Any) -> Checks:
    """Beside torch's StepLR."""
    checks = Checks("step_decay", hidden=True)

    with checks(
        1,
        "follows torch's StepLR for another interval and factor",
        hint="Use decay_every and decay_factor, not 100 and 0.1.",
    ):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.2)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 7, 0.5)
        for epoch in range(30):
            rate = schedule.get_last_lr()[0]
            checks.close(
                step_decay(0.2, epoch, 7, 0.5), rate, atol=0, rtol=1e-4, name=f"epoch {epoch}"
            )
            optimizer.step()
            schedule.step()

    return checks


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


@checked
def locate_keypoints(locate_keypoints: Any) -> Checks:
    """Random maps, with the largest logit inside, on the border and in a corner, beside NumPy's fit of a parabola."""
    checks = Checks("locate_keypoints", hidden=True)

    with checks(
        1,
        "finds tops in random maps, on their borders, and between two equal pixels",
        hint="In the first column and the last, x is the pixel's own, for a neighbour is missing (index -1 is none); y still has both of its. "
        "And the other way round in the first row and the last.",
    ):
        logits = normal(6, 7, 10, seed=86)
        for k, (row, column) in enumerate([(3, 4), (0, 5), (6, 2), (2, 9), (6, 0), (3, 4)]):
            logits[k, row, column] = 6.0
        logits[5, :, 5] = logits[5, :, 4]  # alike, whichever of the two is taken
        expected = []
        for map_of_logits in to_numpy(logits):
            peak = np.unravel_index(np.argmax(map_of_logits), map_of_logits.shape)
            top = []
            for i, line in [
                (int(peak[1]), map_of_logits[peak[0]]),
                (int(peak[0]), map_of_logits[:, peak[1]]),
            ]:
                if 0 < i < len(line) - 1:
                    a, b, _ = np.polyfit([-1, 0, 1], line[i - 1 : i + 2], 2)
                    top.append(i - b / (2 * a))
                else:
                    top.append(float(i))
            expected.append(top)
        found = locate_keypoints(logits, 3)
        checks.close(found, (np.array(expected) + 0.5) * 3 - 0.5, atol=5e-2, name="keypoints_xy")

    return checks
