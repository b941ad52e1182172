"""Lab 4's checks that students can run.

Each makes its own small inputs. What is expected comes from torch, scipy or a closed form, never from the answer key.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.signal import correlate2d
from torch import nn

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.inputs import masks as draw_masks
from stats220.checks.inputs import normal
from stats220.checks.pose_models import (
    BACKBONE_CHANNELS,
    Watch,
    answer_of_head,
    draw_head,
    example,
    features_of,
    one_weight,
    parabolas,
    tiny_backbone,
    weight_of,
)

IMAGENET_BLACK = (-2.1179, -2.0357, -1.8044)  # (0 - mean) / std of red, green and blue
IMAGENET_WHITE = (2.2489, 2.4286, 2.6400)  # (1 - mean) / std


@checked
def preprocess(preprocess: Any) -> Checks:
    """Black and white frames have known values; one bright pixel shows where each value goes."""
    checks = Checks("preprocess", hidden_points=1)
    black = np.zeros((4, 6, 3), dtype=np.uint8)

    with checks(
        1,
        "returns a float32 tensor of shape (3, height, width)",
        hint="torch.permute moves the colours to the front. NumPy's division gives float64, which pretrained networks refuse.",
    ):
        result = preprocess(black)
        checks.shape(result, (3, 4, 6))
        checks.that(
            isinstance(result, torch.Tensor) and result.dtype == torch.float32,
            f"expected a float32 tensor, got {type(result).__name__} of {result.dtype}",
        )

    with checks(
        1,
        "keeps every pixel in its place and every colour in its channel",
        hint="reshape and view only relabel memory and scramble the image: use permute. Red stays channel 0.",
    ):
        for channel, row, column in [(0, 0, 5), (1, 3, 0), (2, 2, 4)]:
            bright = black.copy()
            bright[row, column, channel] = 255
            change = torch.as_tensor(preprocess(bright)) - torch.as_tensor(preprocess(black))
            changed = [tuple(place) for place in (change.abs() > 1e-3).nonzero().tolist()]
            checks.that(
                changed == [(channel, row, column)],
                f"one bright value at row {row}, column {column}, colour {channel} should change the result at "
                f"{(channel, row, column)} alone, but it changed {changed[:3]}",
            )

    with checks(
        1,
        "gives black and white their normalized values, colour by colour",
        hint="First divide by 255, the largest uint8 (not 256), then subtract each channel's own mean and divide by its own std.",
    ):
        for grey, values in [(0, IMAGENET_BLACK), (255, IMAGENET_WHITE)]:
            expected = torch.tensor(values)[:, None, None].expand(3, 4, 6)
            result = preprocess(np.full((4, 6, 3), grey, dtype=np.uint8))
            checks.close(result, expected, atol=2e-3, name=f"frame of {grey}")

    return checks


@checked
def keypoint_masks(keypoint_masks: Any) -> Checks:
    """Points at places that can be read off, on both sides of the frame's and the pixels' borders."""
    checks = Checks("keypoint_masks", hidden_points=1)

    with checks(
        1,
        "sets one pixel a key point in float32 masks: row y, column x",
        hint="x counts columns and y counts rows, and an image is indexed [row, column].",
    ):
        result = keypoint_masks(np.array([[7.0, 2.0], [0.0, 4.0], [8.0, 0.0]]), 5, 9)
        checks.equal(result, draw_masks((3, 5, 9), (0, 2, 7), (1, 4, 0), (2, 0, 8)), name="masks")
        checks.that(
            isinstance(result, torch.Tensor) and result.dtype == torch.float32,
            f"expected a float32 tensor, got {type(result).__name__} of {result.dtype}",
        )

    with checks(
        1,
        "takes the nearest pixel, halves upwards",
        hint="int() cuts the fraction off, and round() sends 0.5 to 0 and 2.5 to 2 (halves to even). floor(x + 0.5) does neither.",
    ):
        keypoints_xy = np.array([[1.6, 3.4], [0.5, 2.5], [4.5, 1.49], [-0.5, -0.4]])
        expected = draw_masks((4, 5, 6), (0, 3, 2), (1, 3, 1), (2, 1, 5), (3, 0, 0))
        checks.equal(keypoint_masks(keypoints_xy, 5, 6), expected, name="masks")

    with checks(
        1,
        "leaves masks empty for NaN and for points outside the frame",
        hint="Index -1 is the last pixel, int(-0.6) is 0, and clipping moves a lost point to the border. A comparison with NaN is False.",
    ):
        outside = [[-0.6, 2.0], [2.0, -0.6], [-1.0, -1.0], [5.5, 2.0], [2.0, 4.5], [90.0, 90.0]]
        keypoints_xy = np.array([[np.nan, np.nan], [3.0, 1.0], *outside])
        checks.equal(
            keypoint_masks(keypoints_xy, 5, 6), draw_masks((8, 5, 6), (1, 1, 3)), name="masks"
        )

    return checks


@checked
def downsample(downsample: Any) -> Checks:
    """Single bright pixels: their average is known, and a mask must not lose them."""
    checks = Checks("downsample", hidden_points=1)

    with checks(
        1,
        "averages the image over squares",
        hint="Each pixel of the result is the mean of factor × factor pixels. Striding or interpolating leaves most of them out.",
    ):
        image = torch.zeros(3, 6, 9)
        image[0, 4, 7], image[1, 0, 0], image[1, 2, 2], image[2, 3:6, 0:3] = 18, 9, 9, 5
        expected = torch.zeros(3, 2, 3)
        expected[0, 1, 2], expected[1, 0, 0], expected[2, 1, 0] = 2, 2, 5
        small, _ = downsample(image, torch.zeros(2, 6, 9), 3)
        checks.close(small, expected, atol=1e-4, name="image")

    with checks(
        1,
        "takes the maximum of the masks, so that a key point stays a one",
        hint="The mean of a mask with a single one is 1 / factor²: no longer binary, and soon lost.",
    ):
        masks = draw_masks((2, 6, 9), (0, 0, 2), (0, 4, 4), (1, 5, 6), (1, 5, 8))
        _, small_masks = downsample(torch.zeros(3, 6, 9), masks, 3)
        expected = draw_masks((2, 2, 3), (0, 0, 0), (0, 1, 1), (1, 1, 2))
        checks.equal(small_masks, expected, name="masks")

    with checks(
        1,
        "drops trailing rows and columns that fill no square",
        hint="Height and width become height // factor and width // factor: no padding, no rounding up.",
    ):
        image = torch.ones(3, 11, 7)
        image[:, 8:, :] = image[:, :, 4:] = 1000
        masks = draw_masks((1, 11, 7), (0, 7, 3), (0, 8, 0), (0, 0, 4))
        small, small_masks = downsample(image, masks, 4)
        checks.close(small, torch.ones(3, 2, 1), atol=1e-4, name="image")
        checks.equal(small_masks, draw_masks((1, 2, 1), (0, 1, 0)), name="masks")

    return checks


@checked
def dilate(dilate: Any) -> Checks:
    """A one becomes a square whose corners can be read off."""
    checks = Checks("dilate", hidden_points=1)

    with checks(
        1,
        "turns a one into a square, cut off at the border",
        hint="The square reaches size // 2 pixels to each side. Padding by size // 2 keeps the shape of the masks.",
    ):
        expected = torch.zeros(2, 9, 12)
        expected[0, 2:7, 4:9] = 1
        expected[1, 0:4, 9:12] = 1
        result = dilate(draw_masks((2, 9, 12), (0, 4, 6), (1, 1, 11)), 5)
        checks.equal(result, expected, name="masks")

    with checks(
        1,
        "stays binary where squares overlap, and keeps key points apart",
        hint="Convolving with ones counts how many squares cover a pixel: 2 where two overlap. One key point's ones never enter "
        "another's mask.",
    ):
        expected = torch.zeros(3, 7, 10)
        expected[0, 2:5, 2:7] = 1
        expected[2, 4:7, 0:2] = 1
        result = dilate(draw_masks((3, 7, 10), (0, 3, 3), (0, 3, 5), (2, 5, 0)), 3)
        checks.equal(result, expected, name="masks")

    return checks


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
def bernoulli_loss(bernoulli_loss: Any) -> Checks:
    """The loss is torch's own binary cross entropy with logits, and its gradients follow."""
    checks = Checks("bernoulli_loss", hidden_points=2)

    logits = 3 * normal(3, 6, 7, seed=0)
    targets = (normal(3, 6, 7, seed=1) > 0.5).float()
    with checks(
        1,
        "is the mean negative log likelihood of moderate logits",
        hint="Each pixel of each key point costs log(1 + e^a) - y·a. Average over all of them: no sum over key points or pixels, "
        "and mind the sign.",
    ):
        expected = F.binary_cross_entropy_with_logits(logits, targets)
        checks.close(bernoulli_loss(logits, targets), expected, atol=1e-5, rtol=1e-4, name="loss")

    with checks(
        2,
        "is exact for logits of ±1000",
        hint="e^1000 is inf, and log(0) is -inf. Factor out m = max(0, a), pixel by pixel: one maximum for the whole map drives the "
        "other pixels to log(0), and a small number added inside the logarithm hides the overflow but gives a wrong loss.",
    ):
        extreme = torch.tensor([1000.0, -1000.0, 1000.0, -1000.0, 0.0, 88.0]).reshape(1, 2, 3)
        answers = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]).reshape(1, 2, 3)
        # 0 where the sign of the logit is right, |a| where it is wrong, log 2 at a = 0.
        expected = torch.tensor((0 + 0 + 1000 + 1000 + np.log(2) + 88) / 6)
        checks.close(bernoulli_loss(extreme, answers), expected, atol=1e-4, rtol=1e-5, name="loss")

    with checks(
        1,
        "has the gradients (σ(a) - y) / number of pixels",
        hint="Compute with torch alone: .item(), .detach(), torch.no_grad() and NumPy cut the graph, and nothing can be learned.",
    ):
        gradient = checks.gradients(bernoulli_loss, logits, targets)[0]
        expected = (torch.sigmoid(logits) - targets) / logits.numel()
        checks.close(
            gradient, expected, atol=1e-4, rtol=1e-3, name="gradient with respect to logits"
        )

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


@checked
def train(train: Any) -> Checks:
    """Networks of one weight, whose course of training can be worked out with pencil and paper."""
    checks = Checks("train", hidden_points=2)
    validation = [example(0.0, 0.0)]

    with checks(
        1,
        "takes a step with each example, along its gradient alone",
        hint="backward() adds to the gradients that are there already: optimizer.zero_grad() comes before it. There is one step an "
        "example, not one an epoch, and no weight decay.",
    ):
        model, watch = one_weight(checks, 3.0), checks.make(Watch)
        watched = checks.make(nn.Sequential, model, watch)
        options = {"num_epochs": 2, "learning_rate": 0.25, "momentum": 0.0, "progress": False}
        # The validation loss is 0 at first, and rises: the weight stays what training makes of it.
        train(watched, [example(1.0, 1.0)] * 3, [example(1.0, 3.0)], F.mse_loss, **options)
        message = "the model was given a batch, but it takes one image (channels, height, width)"
        checks.that(not watch.saw_batch, message)
        # The gradient of (w - 1)² is 2 (w - 1): each of the 6 steps halves the distance of w to 1.
        checks.close(weight_of(model), 1 + 2 / 2**6, atol=1e-3, name="the weight")
        model = one_weight(checks, 3.0)
        train(
            model, [example(0.0, 0.0)], validation, F.mse_loss, **options | {"learning_rate": 1e3}
        )
        name = "the weight after a black image, whose gradient is 0,"
        checks.close(weight_of(model), 3.0, atol=1e-3, name=name)

    with checks(
        1,
        "hands on the momentum, 0.9 if nothing else is said",
        hint="momentum=momentum goes into the optimizer. Make the optimizer once: a new one each epoch has lost its velocity.",
    ):
        for options, momentum in [({}, 0.9), ({"momentum": 0.5}, 0.5)]:
            model = one_weight(checks, 3.0)
            options = {"num_epochs": 4, "learning_rate": 0.05, "progress": False, **options}
            train(model, [example(1.0, 1.0)], validation, F.mse_loss, **options)
            # Distance to 1 and velocity of one step are a linear function of those of the step before.
            step = np.array([[1 - 2 * 0.05, -0.05 * momentum], [2.0, momentum]])
            distance, _ = np.linalg.matrix_power(step, 4) @ [2.0, 0.0]
            checks.close(weight_of(model), 1 + distance, atol=1e-3, name="the weight")

    with checks(
        1,
        "cuts the learning rate once every decay_every epochs",
        hint="The schedule takes its step in the loop over epochs. In that over examples, a rate that should last 100 epochs lasts 100 images.",
    ):
        options = {"decay_every": 2, "momentum": 0.0, "progress": False}
        examples = [example(1.0, 1.0)] * 3
        history = train(
            *(one_weight(checks, 3.0), examples, validation, F.mse_loss),
            **{"num_epochs": 5, "learning_rate": 0.1, "decay_factor": 0.5, **options},
        )
        rates = [0.1, 0.1, 0.05, 0.05, 0.025]
        checks.close(list(history.learning_rates), rates, atol=1e-6, name="learning_rates")
        weights = []
        for num_epochs in (1, 2, 5):  # from the third epoch on, the rate is 0
            model = one_weight(checks, 3.0)
            options |= {"num_epochs": num_epochs, "learning_rate": 0.01, "decay_factor": 0.0}
            train(model, examples, validation, F.mse_loss, **options)
            weights.append(weight_of(model))
        checks.that(
            weights[0] != weights[1],
            "the second epoch did not learn: with decay_every=2, only the third has another rate",
        )
        checks.close(weights[2], weights[1], atol=1e-6, name="the weight after the rate is cut")

    with checks(
        1,
        "records mean losses, one an epoch",
        hint="The mean over examples, each of which counts once, whatever its size; not the sum: otherwise 44 training and 11 validation "
        "frames cannot be compared.",
    ):
        examples = [example(float(side), 0.0, side) for side in (1, 2, 3)]
        validation_examples = [example(1.0, 0.0), example(0.0, 3.0, side=2)]
        options = {"num_epochs": 2, "learning_rate": 1e-9, "progress": False}
        model = one_weight(checks, 2.0)  # losses 4, 16, 36 and 4, 9
        history = train(model, examples, validation_examples, F.mse_loss, **options)
        checks.close(list(history.train_losses), [56 / 3] * 2, atol=1e-2, name="train_losses")
        checks.close(
            list(history.validation_losses), [13 / 2] * 2, atol=1e-2, name="validation_losses"
        )

    with checks(
        1,
        "validates in eval mode",
        hint="model.eval() before the validation: dropout and BatchNorm behave otherwise in training. model.train() comes back with the "
        "next epoch.",
    ):
        # In training this dropout leaves zeros only, so that the loss is target² and nothing is learned.
        model = checks.make(nn.Sequential, one_weight(checks, 3.0), checks.make(nn.Dropout, p=1.0))
        options = {"num_epochs": 2, "learning_rate": 0.1, "progress": False}
        data = [example(1.0, 2.0)], [example(1.0, 1.0)]
        history = train(model, *data, F.mse_loss, **options)
        checks.close(list(history.train_losses), [4.0, 4.0], atol=1e-3, name="train_losses")
        checks.close(
            list(history.validation_losses), [4.0] * 2, atol=1e-3, name="validation_losses"
        )

    with checks(
        1,
        "validates without gradients",
        hint="Put the validation under `with torch.no_grad():`. Without it torch records every operation for a backward pass that never "
        "comes: time and memory for nothing.",
    ):
        watch = checks.make(Watch)
        model = checks.make(nn.Sequential, one_weight(checks, 3.0), watch)
        options = {"num_epochs": 1, "learning_rate": 1e-9, "progress": False}
        data = [example(1.0, 1.0)], [example(1.0, 1.0, side=2)]
        history = train(model, *data, F.mse_loss, **options)
        checks.close(list(history.validation_losses), [4.0], atol=1e-3, name="validation_losses")
        message = "torch recorded a graph of the validation image's logits"
        checks.that(not watch.recorded.get(2, False), message)

    return checks


@checked
def momentum_step(momentum_step: Any) -> Checks:
    """One step with round numbers."""
    checks = Checks("momentum_step", hidden_points=1)

    with checks(
        1,
        "adds the gradient to the slowed velocity, and steps against it",
        hint="v = μ v + g, then θ = θ - η v with the new v. In torch the gradient is weighted neither by (1 - μ) nor, in v, by η.",
    ):
        start = torch.tensor([1.0, -2.0]), torch.tensor([2.0, 0.0]), torch.tensor([3.0, 1.0])
        parameter, velocity = momentum_step(*start, 0.1, 0.5)
        checks.close(velocity, torch.tensor([3.5, 0.5]), atol=1e-4, name="velocity")
        checks.close(parameter, torch.tensor([0.65, -2.05]), atol=1e-4, name="parameter")

    return checks


@checked
def step_decay(step_decay: Any) -> Checks:
    """The rates of a run of 300 epochs, around the cuts."""
    checks = Checks("step_decay", hidden_points=1)

    with checks(
        1,
        "keeps the rate for 100 epochs and cuts it to a tenth at epochs 100 and 200",
        hint="Epochs are counted from 0, so epoch 99 is the last with the first rate: whole hundreds of epochs count, epoch // 100.",
    ):
        for epoch, rate in [(0, 0.5), (99, 0.5), (100, 0.05), (199, 0.05), (200, 0.005)]:
            checks.close(step_decay(0.5, epoch), rate, atol=0, rtol=1e-4, name=f"epoch {epoch}")

    return checks


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


@checked
def locate_keypoints(locate_keypoints: Any) -> Checks:
    """Maps whose largest logit is known, to a fraction of a pixel."""
    checks = Checks("locate_keypoints", hidden_points=1)

    with checks(
        1,
        "returns x, the column, and y, the row, of the largest logit",
        hint="argmax counts along the rows, through the whole map: row = index // width, column = index % width. x is the column and comes first.",
    ):
        logits = torch.full((3, 9, 12), -5.0)
        logits[0, 2, 7], logits[1, 6, 1], logits[2, 4, 10] = 3.0, 1.0, -2.0
        expected = [[7.0, 2.0], [1.0, 6.0], [10.0, 4.0]]
        checks.close(locate_keypoints(logits), expected, atol=1e-3, name="keypoints_xy")

    with checks(
        1,
        "finds the top of a parabola between the pixels",
        hint="δ = (l - r) / (2 (l - 2c + r)), from the logits left and right of the largest (above and below it for y), not from "
        "probabilities. It points towards the larger neighbour. In the first column x has no left neighbour and stays whole; y has both.",
    ):
        tops = torch.tensor([[5.3, 2.8], [9.9, 4.4], [3.0, 5.25], [0.0, 6.4]])
        logits = parabolas(tops, 9, 12)
        checks.close(locate_keypoints(logits), tops, atol=1e-2, name="keypoints_xy")

    with checks(
        1,
        "gives positions in the original frame, centres on centres",
        hint="Small pixel 2 of a frame made 4 times smaller covers the pixels 8 to 11, whose centre is 9.5: (2 + 0.5) · 4 - 0.5. "
        "Multiplying by the scale alone is half a pixel off, or more.",
    ):
        tops = torch.tensor([[5.0, 2.0], [6.75, 4.5]])
        logits = parabolas(tops, 9, 12)
        for scale, expected in [
            (4, [[21.5, 9.5], [28.5, 19.5]]),
            (1.5, [[7.75, 3.25], [10.375, 7.0]]),
        ]:
            found = locate_keypoints(logits, scale)
            checks.close(found, expected, atol=4e-2, name=f"keypoints_xy, scale {scale}")

    with checks(
        1,
        "leaves NaN where no pixel is probable enough",
        hint="min_probability is a probability, so compare it with the sigmoid of the largest logit: what is at least so probable is found. "
        "NaN for x and for y of the others.",
    ):
        logits = torch.full((3, 5, 6), -9.0)
        logits[0, 2, 2], logits[1, 1, 2], logits[2, 3, 4] = -0.5, 2.0, 0.0  # 0.38, 0.88, 0.5
        nothing = [math.nan, math.nan]
        for least, expected in [
            (0.0, [[2.0, 2.0], [2.0, 1.0], [4.0, 3.0]]),
            (0.5, [nothing, [2.0, 1.0], [4.0, 3.0]]),
            (0.7, [nothing, [2.0, 1.0], nothing]),
        ]:
            found = locate_keypoints(logits, 1, least)
            checks.close(found, expected, atol=1e-3, name=f"min_probability {least}: keypoints_xy")

    return checks
