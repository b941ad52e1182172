"""Lab 4's checks of frames and their key points; those of smaller frames and wider masks are in ``masks``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.inputs import masks as draw_masks
from stats220.checks.pose import frame_slips as slips
from stats220.checks.pose.inputs import colors_first, has_shape, normalized


@checked
def preprocess(preprocess: Any) -> Checks:
    """Gray frames have values that do not depend on the order of colors; one bright pixel shows where each value goes."""
    checks = Checks("preprocess", hidden_points=1)

    with checks(
        1,
        "takes `image` by that name and returns a float32 tensor (3, height, width)",
        hint="Three things to look at: tensor or array, which dtype it has, and on which axis the colors are.",
        remedy="permute(2, 0, 1) of a tensor moves the colors to the front; .float() makes float32 of NumPy's float64.",
    ):
        image = checks.rng.integers(0, 256, (4, 6, 3), dtype=np.uint8)
        found = preprocess(image=image)
        sizes: dict[str, tuple[int, ...]] = {
            "the colors are still last": (4, 6, 3),
            "rows and columns are exchanged, as when all axes are turned around": (3, 6, 4),
            "it is a batch of one": (1, 3, 4, 6),
        }
        has_shape(checks, found, (3, 4, 6), sizes)
        checks.tensor(found, (3, 4, 6))

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
            gray = checks.rng.integers(0, 200, (4, 6, 3), dtype=np.uint8)
            bright = gray.copy()
            bright[row, column, channel] = 255
            before, after = (torch.as_tensor(preprocess(image)) for image in (gray, bright))
            for result in (before, after):  # before anything is computed with them
                checks.that(
                    result.ndim == 3 and sorted(result.shape) == [3, 4, 6],
                    f"the result has shape {tuple(result.shape)}, expected (3, 4, 6)",
                )
                checks.that(
                    bool(torch.isfinite(result).all()),
                    "NaN or infinity comes out of a frame of many values",
                )
            checks.equal(list(after.shape), list(before.shape), name="the shape of another frame")
            change = after - before
            changed = [tuple(place) for place in (change.abs() > 1e-3).nonzero().tolist()]
            place = channel, int(row), int(column)
            places = slips.of_place(*place, 4, 6)
            slip = next((slip for slip, other in places.items() if changed == other), "")
            for own, other in slips.of_own_frame(bright).items():
                if after.shape == other.shape and torch.allclose(after.double(), other, atol=1e-2):
                    slip = own
            what = (
                f"it changed {len(changed)} numbers"
                if len(changed) > 3
                else f"it changed {changed}"
            )
            checks.that(
                changed == [place],
                f"one bright value at row {row}, column {column}, color {channel} should change the result at {place} alone, but {what}",
                slip=slip,
            )

    with checks(
        2,
        "gives grays from black to white their normalized values, channel by channel",
        hint="Work out by hand what becomes of 0 and of 255, step by step: which number is there after each of your lines?",
        remedy="First divide by 255, the largest uint8 (not 256), then subtract each channel's own mean and divide by its own std.",
    ):
        # The first is above all means, and not above 1 afterwards, so that what is clipped is told from what is not scaled.
        grays = [int(checks.rng.integers(155, 161)), 255, 0, *checks.rng.integers(1, 255, 4)]
        for number, gray in enumerate(grays):
            image = np.full((5, 5, 3), gray, dtype=np.uint8)  # right whichever axes are mixed up
            result = colors_first(preprocess(image))
            known = slips.of_other_grays(image) if number else slips.of_normalized(image)
            name = f"frame of {gray}"
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


def is_binary(checks: Checks, masks: Any, expected: torch.Tensor) -> None:
    """Fail where masks of the expected shape hold other values than zeros and ones."""
    if isinstance(masks, torch.Tensor) and masks.shape == expected.shape:
        others = masks[(masks != 0) & (masks != 1)]
        message = "masks are of zeros and ones, but there are other numbers in these"
        slip = "a mask holds other numbers than 0 and 1"
        checks.that(not len(others), f"{message}, such as {others[:1].tolist()}", slip=slip)


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
        # First a square, where a row that is taken for a column is in the frame, too.
        for height, width in [(7, 7), (5, 9), (4, 2600), (2600, 3)]:
            corner = np.array([width - 1, height - 1])
            keypoints_xy = checks.rng.integers(0, corner, (5, 2), endpoint=True).astype(float)
            keypoints_xy[:3] = corner, (0, 1), (1, 0)
            ones = [(k, int(y), int(x)) for k, (x, y) in enumerate(keypoints_xy)]
            expected = draw_masks((5, height, width), *ones)
            name = f"masks of {height} × {width}"
            found = keypoint_masks(keypoints_xy, height, width)
            is_binary(checks, found, expected)
            known = slips.of_marked(keypoints_xy, height, width)
            checks.equal(found, expected, name=name, looks_like=known)

    with checks(
        1,
        "takes the nearest pixel, halves upwards",
        hint="Work out by hand what your lines make of 1.6, 0.5 and 2.5: which pixel comes out, and which is nearest? Which way does a half "
        "go, and is that what int() or round() does?",
        remedy="floor(x + 0.5). int() cuts the fraction off, and round() sends 0.5 to 0 and 2.5 to 2 (halves to even).",
    ):
        # On the diagonal: right whichever of x and y is the row.
        coordinates = np.array([1.6, 0.5, 2.5, 4.5, -0.5, 3.4, 1.49, -0.3])
        nearest = [2, 1, 3, 5, 0, 3, 1, 0]
        drawn = checks.rng.uniform(0, 5, 4)
        nearest += [int(np.searchsorted(np.arange(6) + 0.5, x, side="right")) for x in drawn]
        keypoints_xy = np.repeat(np.concatenate([coordinates, drawn])[:, None], 2, axis=1)
        expected = draw_masks((12, 6, 6), *[(k, i, i) for k, i in enumerate(nearest)])
        name = "masks, of key points at x = y = 1.6, 0.5, 2.5, 4.5, ...,"
        known = slips.of_rounded(keypoints_xy[:, 0], 6)
        checks.equal(keypoint_masks(keypoints_xy, 6, 6), expected, name=name, looks_like=known)

    with checks(
        2,
        "leaves masks empty for NaN and for points outside the frame",
        hint="A lost key point is nowhere: not at the border, not on the other side. Take the key point of the first mask that is wrong "
        "through your lines: which row and column does it get, and which comparison lets it in?",
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
