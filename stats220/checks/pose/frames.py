"""Lab 4's checks of frames and masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.inputs import masks as draw_masks

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
