"""Lab 4's checks of frames and masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.inputs import masks as draw_masks
from stats220.checks.inputs import normal
from stats220.checks.pose import frame_slips as slips
from stats220.checks.pose.inputs import colors_first, image_and_masks, normalized


@checked
def preprocess(preprocess: Any) -> Checks:
    """Gray frames have values that do not depend on the order of colors; one bright pixel shows where each value goes."""
    checks = Checks("preprocess", hidden_points=1)
    black = np.zeros((4, 6, 3), dtype=np.uint8)

    with checks(
        1,
        "takes `image` by that name and returns a float32 tensor (3, height, width)",
        hint="Three things to look at: tensor or array, which dtype it has, and on which axis the colors are.",
        remedy="permute(2, 0, 1) of a tensor moves the colors to the front; .float() makes float32 of NumPy's float64.",
    ):
        image = checks.rng.integers(0, 256, (4, 6, 3), dtype=np.uint8)
        checks.tensor(preprocess(image=image), (3, 4, 6))

    with checks(
        3,
        "keeps every pixel in its place and every color in its channel",
        hint="Follow one pixel: row, column and color on the way in, channel, row and column on the way out. Does each number arrive "
        "where its axis went, and does it change any other pixel, by way of the frame's own mean, say?",
        remedy="permute(2, 0, 1) moves axes. reshape and view only cut the same row of numbers anew. Red stays channel 0.",
    ):
        for channel, row, column in zip(
            range(3), checks.rng.permutation(4), checks.rng.permutation(6), strict=False
        ):
            bright = black.copy()
            bright[row, column, channel] = 255
            before, after = (torch.as_tensor(preprocess(image)) for image in (black, bright))
            for result in (before, after):  # before anything is computed with them
                checks.that(
                    result.ndim == 3 and sorted(result.shape) == [3, 4, 6],
                    f"the result has shape {tuple(result.shape)}, expected (3, 4, 6)",
                )
                checks.that(
                    bool(torch.isfinite(result).all()),
                    "NaN or infinity comes out of a frame that is black but for one value at most: is something divided by the frame's own "
                    "deviation, which is 0 there?",
                )
            checks.equal(list(after.shape), list(before.shape), name="the shape of another frame")
            change = after - before
            changed = [tuple(place) for place in (change.abs() > 1e-3).nonzero().tolist()]
            checks.that(
                changed == [(channel, row, column)],
                f"one bright value at row {row}, column {column}, color {channel} should change the result at "
                f"{(channel, int(row), int(column))} alone, but it changed {changed[:3]}",
            )

    with checks(
        2,
        "gives grays from black to white their normalized values, channel by channel",
        hint="Work out by hand what becomes of 0 and of 255, step by step: what is divided by what, in which dtype, what is subtracted?",
        remedy="First divide by 255, the largest uint8 (not 256), then subtract each channel's own mean and divide by its own std.",
    ):
        for gray in [0, 255, *checks.rng.integers(1, 255, 4).tolist()]:
            image = np.full((5, 5, 3), gray, dtype=np.uint8)  # right whichever axes are mixed up
            result = colors_first(preprocess(image))
            known, name = slips.of_normalized(image), f"frame of {gray}"
            checks.close(result, normalized(image), atol=6e-3, name=name, looks_like=known)

    with checks(
        1,
        "leaves the frame that it is given unchanged",
        needs="gives grays from black to white their normalized values, channel by channel",
        hint="The frame is needed again: does a line of yours write into it, or into a view of it?",
        remedy="image /= 255, image[...] = ... and torch's functions that end in _ write into what they are given.",
    ):
        image = checks.rng.integers(40, 216, (4, 6, 3), dtype=np.uint8)
        checks.unchanged(preprocess, image)

    return checks


@checked
def keypoint_masks(keypoint_masks: Any) -> Checks:
    """Points at places that can be read off, on both sides of the frame's and the pixels' borders."""
    checks = Checks("keypoint_masks", hidden_points=1)

    with checks(
        1,
        "takes the stub's arguments by name and returns float32 tensors of the frame's size",
        hint="One mask for each key point, of the frame's height and width: is it a tensor, and of which dtype?",
        remedy="torch.zeros(len(keypoints_xy), height, width) is a float32 tensor; NumPy's zeros are float64.",
    ):
        keypoints_xy = checks.rng.uniform(0, 3, (4, 2))
        result = keypoint_masks(keypoints_xy=keypoints_xy, height=5, width=9)
        checks.tensor(result, (4, 5, 9), name="masks")

    with checks(
        2,
        "sets the pixel in row y and column x, in wide and in tall frames",
        hint="(x, y) says how far to the right and how far down. Which of the two picks a row of an array? Can all coordinates be held?",
        remedy="Index the mask [row, column], with the row from y and the column from x.",
    ):
        for height, width in [(5, 9), (4, 2600), (2600, 3)]:
            corner = np.array([width - 1, height - 1])
            keypoints_xy = checks.rng.integers(0, corner, (4, 2), endpoint=True).astype(float)
            keypoints_xy[0] = corner
            ones = [(k, int(y), int(x)) for k, (x, y) in enumerate(keypoints_xy)]
            expected = draw_masks((4, height, width), *ones)
            name = f"masks of {height} × {width}"
            known = {
                "rows are counted from below: y is how far down": expected.flip(1),
                "columns are counted from the right: x is how far to the right": expected.flip(2),
            }
            found = keypoint_masks(keypoints_xy, height, width)
            checks.equal(found, expected, name=name, looks_like=known)

    with checks(
        1,
        "takes the nearest pixel, halves upwards",
        hint="Work out by hand what your lines make of 1.6, 0.5 and 2.5: which pixel comes out, and which is nearest? Which way does a half "
        "go, and is that what int() or round() does?",
        remedy="floor(x + 0.5). int() cuts the fraction off, and round() sends 0.5 to 0 and 2.5 to 2 (halves to even).",
    ):
        # On the diagonal: right whichever of x and y is the row.
        coordinates = np.array([1.6, 0.5, 2.5, 4.5, -0.5, 3.4, 1.49])
        nearest = [2, 1, 3, 5, 0, 3, 1]
        drawn = checks.rng.uniform(0, 5, 4)
        nearest += [int(np.searchsorted(np.arange(6) + 0.5, x, side="right")) for x in drawn]
        keypoints_xy = np.repeat(np.concatenate([coordinates, drawn])[:, None], 2, axis=1)
        expected = draw_masks((11, 6, 6), *[(k, i, i) for k, i in enumerate(nearest)])
        name = "masks, of key points at x = y = 1.6, 0.5, 2.5, 4.5, ...,"
        known = slips.of_rounded(keypoints_xy[:, 0], 6)
        checks.equal(keypoint_masks(keypoints_xy, 6, 6), expected, name=name, looks_like=known)

    with checks(
        2,
        "leaves masks empty for NaN and for points outside the frame",
        hint="A lost key point is nowhere: not at the border, not on the other side. What is int(-0.6), which pixel is [-1], and is NaN "
        "larger than 0?",
        remedy="Round first, then set the pixel only if 0 <= column < width and 0 <= row < height; a comparison with NaN is False.",
    ):
        far = checks.rng.uniform(20, 3000, 2)
        outside = [[-0.6, 2.0], [2.0, -0.6], [-1.0, -1.0], [5.7, 2.0], [2.0, 5.7], far, -far]
        half_labeled = [[np.nan, 2.0], [2.0, np.nan]]
        keypoints_xy = np.array([[np.nan, np.nan], [3.0, 3.0], *outside, *half_labeled])
        expected, known = draw_masks((11, 6, 6), (1, 3, 3)), slips.of_outside(keypoints_xy, 6)
        found = keypoint_masks(keypoints_xy, 6, 6)
        checks.equal(found, expected, name="masks", looks_like=known)

    with checks(
        1,
        "leaves the key points that it is given unchanged",
        needs="sets the pixel in row y and column x, in wide and in tall frames",
        hint="The labels are needed again, to measure errors: does a line of yours write into them?",
        remedy="keypoints_xy += 0.5 and keypoints_xy[...] = ... write into the caller's array; keypoints_xy + 0.5 makes a new one.",
    ):
        keypoints_xy = checks.rng.uniform(-2, 8, (5, 2))
        keypoints_xy[3] = np.nan
        checks.unchanged(keypoint_masks, keypoints_xy, 5, 7)

    return checks


@checked
def downsample(downsample: Any) -> Checks:
    """Squares whose mean and maximum are known."""
    checks = Checks("downsample", hidden_points=1)

    with checks(
        1,
        "takes the stub's arguments by name and returns two float32 tensors, the image first",
        hint="Two results, in the order in which their inputs came, each a tensor of the dtype that came.",
        remedy="return small_image, small_masks; the trackers take float32 tensors, no arrays.",
    ):
        image, masks = normal(3, 6, 8, rng=checks.rng), (normal(5, 6, 8, rng=checks.rng) > 1.0)
        small, small_masks = downsample(image=image, masks=masks.float(), factor=2)
        checks.tensor(small, (3, 3, 4), name="image")
        checks.tensor(small_masks, (5, 3, 4), name="masks")

    with checks(
        2,
        "averages the image over squares",
        hint="Is the side of a square here `factor`, or a number? Change one pixel of the image: does the result change, and by how much? All pixels of a square count alike.",
        remedy="F.avg_pool2d(image, factor): striding and interpolating leave most pixels of a square out.",
    ):
        image = normal(3, 6, 9, rng=checks.rng)
        squares = image.unfold(1, 3, 3).unfold(2, 3, 3).double()
        small, _ = image_and_masks(downsample(image, torch.zeros(5, 6, 9), 3), 5)
        known = slips.of_image(image, 3)
        checks.close(small, squares.mean(dim=(3, 4)), atol=1e-4, name="image", looks_like=known)

    with checks(
        2,
        "takes the maximum of the masks, so that a key point stays a one",
        hint="A mask holds a single one. What is left of it after your line, in each of the places of a square where it could have been?",
        remedy="F.max_pool2d(masks, factor): a mean of 1 / factor² is no longer binary, and what looks at one pixel only may miss it.",
    ):
        masks = torch.zeros(9, 6, 9)
        rows, columns = checks.rng.permutation(9) // 3, checks.rng.permutation(9) % 3
        rows, columns = (
            rows + 3 * checks.rng.integers(0, 2, 9),
            columns + 3 * checks.rng.integers(0, 3, 9),
        )
        masks[range(9), rows, columns] = 1
        expected = torch.zeros(9, 2, 3)
        expected[range(9), rows // 3, columns // 3] = 1
        masks[4], expected[4] = 0, 0
        _, small_masks = image_and_masks(downsample(torch.zeros(3, 6, 9), masks, 3), 9)
        known = slips.of_masks(masks, 3)
        checks.equal(small_masks, expected, name="masks", looks_like=known)

    with checks(
        1,
        "drops trailing rows and columns that fill no square",
        hint="Which size should 11 × 7 pixels have after squares of 4? And what of the pixels that fill no square: may they count?",
        remedy="Height and width become height // factor and width // factor: no padding, no rounding up (ceil_mode).",
    ):
        level = float(checks.rng.uniform(-2, 2))
        image = torch.full((3, 11, 7), level)
        image[:, 8:, :] = image[:, :, 4:] = 1000
        masks = torch.zeros(1, 11, 7)
        masks[0, 4:8, 0:4] = masks[0, 8:] = masks[0, :, 4:] = 1
        result = downsample(image, masks, 4)
        small, small_masks = image_and_masks(result, 1)
        checks.close(small, torch.full((3, 2, 1), level), atol=1e-4, name="image")
        checks.equal(small_masks, draw_masks((1, 2, 1), (0, 1, 0)), name="masks")

    with checks(
        1,
        "leaves the image and the masks that it is given unchanged",
        needs="averages the image over squares",
        hint="Both are needed again at full size: does a line of yours write into one of them, or into a view?",
        remedy="Slices and reshaped tensors are views: what is written into them is written into the caller's tensor.",
    ):
        image, masks = normal(3, 7, 5, rng=checks.rng), (normal(2, 7, 5, rng=checks.rng) > 1.0)
        checks.unchanged(downsample, image, masks.float(), 2)

    return checks


@checked
def dilate(dilate: Any) -> Checks:
    """A one becomes a square whose corners can be read off."""
    checks = Checks("dilate", hidden_points=1)

    with checks(
        1,
        "takes the stub's arguments by name and returns float32 tensors as large as the masks",
        hint="As many pixels come out as went in, in a tensor of the dtype that went in: no booleans, for means are taken of them.",
        remedy="padding=size // 2 keeps the shape; .float() makes numbers of booleans.",
    ):
        masks = (normal(3, 8, 11, rng=checks.rng) > 1.5).float()
        checks.tensor(dilate(masks=masks, size=5), (3, 8, 11), name="masks")

    with checks(
        1,
        "turns a one into a square of size × size pixels",
        hint="Draw a one and its square of 5 × 5: how far does it reach to each side, and is it a square or a diamond?",
        remedy="A maximum over size × size pixels around each pixel reaches size // 2 to each side.",
    ):
        for size in (3, 5):
            row = int(checks.rng.integers(3, 7))
            # Not as far into a square of a fixed grid as the row, so that such a square looks like no other mistake.
            column = int(checks.rng.choice([n for n in range(3, 10) if n % size != row % size]))
            expected, reach = torch.zeros(1, 10, 13), size // 2
            expected[0, row - reach : row + reach + 1, column - reach : column + reach + 1] = 1
            found = dilate(draw_masks((1, 10, 13), (0, row, column)), size)
            known = slips.of_square((10, 13), row, column, size)
            checks.equal(found, expected, name=f"masks, size {size}", looks_like=known)

    with checks(
        1,
        "cuts squares off at the border",
        hint="The part of a square beyond the frame is lost and comes in again on no other side; the part inside stays, at all four borders. "
        "If you cut with slices: which rows are in [-1:4] of 9?",
        remedy="max_pool2d with padding takes what is beyond the border for nothing. A slice counts a negative start from the end: begin at "
        "max(row - reach, 0).",
    ):
        expected = torch.zeros(4, 9, 12)
        expected[0, 0:4, 9:12], expected[1, 6:9, 0:3] = 1, 1
        expected[2, 0:3, 3:8], expected[3, 2:7, 9:12] = 1, 1
        ones = (0, 1, 11), (1, 8, 0), (2, 0, 5), (3, 4, 11)
        checks.equal(
            dilate(draw_masks((4, 9, 12), *ones), 5),
            expected,
            name="masks",
            looks_like={
                "each mask gets the ones of all masks": expected.amax(0).expand(4, 9, 12),
                "squares that reach beyond the border are left out": torch.zeros(4, 9, 12),
            },
        )

    with checks(
        1,
        "stays binary where squares overlap, and keeps key points apart",
        hint="Two ones close together: how often is a pixel between them covered, and what should it be? And whose mask is it in?",
        remedy="Take the maximum of each mask by itself. A convolution with ones counts how many squares cover a pixel.",
    ):
        row, column = (int(n) for n in checks.rng.integers(1, [5, 6]))
        masks = draw_masks((3, 7, 10), (0, row, column), (0, row, column + 2), (2, 5, 0))
        found = torch.as_tensor(dilate(masks, 3))
        checks.that(
            found.ndim == 3 and len(found) == 3 and 0 < found.numel() <= 1000,
            f"masks of shape {tuple(found.shape)} came back",
        )
        checks.equal(found.unique().double(), [0.0, 1.0], name="the values in the masks")
        checks.equal(int(found[1].sum()), 0, name="ones in the mask of a key point without a one")
        masks[0, row, column + 2] = 0
        alone = torch.as_tensor(dilate(masks, 3))
        both, one = int(found[0].sum()), int(alone[0].sum())
        checks.that(one > 1, "ones came back as they were: nothing is wider")
        checks.that(both > one, "two ones in a mask came back with the square of one alone")

    with checks(
        1,
        "leaves the masks that it is given unchanged",
        needs="turns a one into a square of size × size pixels",
        hint="The caller still holds the masks with single ones: does a line of yours write into them?",
        remedy="Write into a copy, masks.clone(), or into a new tensor.",
    ):
        masks = (normal(2, 9, 8, rng=checks.rng) > 1.5).float()
        checks.unchanged(dilate, masks, 3)

    return checks
