"""Lab 4's checks of smaller frames and masks, and of wider masks."""

from __future__ import annotations

from typing import Any

import torch

from stats220.checks import Checks, checked
from stats220.checks.inputs import masks as draw_masks
from stats220.checks.inputs import normal
from stats220.checks.pose import mask_slips as slips
from stats220.checks.pose.inputs import has_shape, image_and_masks

MORE_SQUARES = "rows and columns that fill no square make squares of their own"


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
        sizes: dict[str, tuple[int, ...]] = {
            "the masks come first, and the image second": (5, 3, 4)
        }
        has_shape(checks, small, (3, 3, 4), sizes, name="the first result")
        checks.tensor(small, (3, 3, 4), name="image")
        checks.tensor(small_masks, (5, 3, 4), name="masks")

    with checks(
        2,
        "averages the image over squares",
        hint="Change one pixel of the image: which number of the result changes, and by how much? All pixels of a square count alike, and no others.",
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
        masks = torch.zeros(11, 6, 9)
        rows, columns = checks.rng.permutation(9) // 3, checks.rng.permutation(9) % 3
        rows, columns = (
            rows + 3 * checks.rng.integers(0, 2, 9),
            columns + 3 * checks.rng.integers(0, 3, 9),
        )
        masks[range(9), rows, columns] = 1
        masks[9, 0, 0], masks[9, 1, 2] = 1, 1  # two ones in one square, and most of a square
        masks[10, :2, :3] = 1
        expected = torch.zeros(11, 2, 3)
        expected[range(9), rows // 3, columns // 3] = 1
        masks[4], expected[4] = 0, 0
        expected[9:, 0, 0] = 1
        _, small_masks = image_and_masks(downsample(torch.zeros(3, 6, 9), masks, 3), 11)
        known = slips.of_masks(masks, 3)
        checks.equal(small_masks, expected, name="masks", looks_like=known)

    with checks(
        1,
        "drops trailing rows and columns that fill no square",
        hint="Squares of 4 begin at the upper left of 11 × 7 pixels. Which rows and columns are in none, and do they count in your result?",
        remedy="Height and width become height // factor and width // factor: no padding, no rounding up (ceil_mode).",
    ):
        level = float(checks.rng.uniform(-2, 2))
        image = torch.full((3, 11, 7), level)
        image[:, 8:, :] = image[:, :, 4:] = 1000
        masks = torch.zeros(1, 11, 7)
        masks[0, 4:8, 0:4] = masks[0, 8:] = masks[0, :, 4:] = 1
        result = downsample(image, masks, 4)
        small, small_masks = image_and_masks(result, 1)
        known = slips.of_trailing(image, 4)
        has_shape(checks, small, (3, 2, 1), {MORE_SQUARES: (3, 3, 2)}, name="image")
        expected = torch.full((3, 2, 1), level)
        checks.close(small, expected, atol=1e-4, name="image", looks_like=known)
        known = slips.of_trailing(masks, 4, largest=True)
        expected = draw_masks((1, 2, 1), (0, 1, 0))
        has_shape(checks, small_masks, (1, 2, 1), {MORE_SQUARES: (1, 3, 2)}, name="masks")
        checks.equal(small_masks, expected, name="masks", looks_like=known)

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
        found = dilate(masks=masks, size=5)
        sizes: dict[str, tuple[int, ...]] = {
            "the border is left out, where a square is not whole": (3, 4, 7),
            "each square of pixels becomes one pixel: there is no stride of 1": (3, 2, 3),
        }
        has_shape(checks, found, (3, 8, 11), sizes, name="masks")
        checks.tensor(found, (3, 8, 11), name="masks")

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
        ones = [(1, 11), (8, 0), (0, 5), (4, 11)]
        found = dilate(draw_masks((4, 9, 12), *[(k, *one) for k, one in enumerate(ones)]), 5)
        known = slips.of_border((9, 12), ones, 5)
        checks.equal(found, expected, name="masks", looks_like=known)

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
        largest = float(found.max())
        slip = "squares that overlap are added up" if largest == 2 else ""
        message = f"masks are of zeros and ones, but the largest number in these is {largest:g}"
        checks.that(largest <= 1, message, slip=slip)
        checks.equal(found.unique().double(), [0.0, 1.0], name="the values in the masks")
        checks.equal(int(found[1].sum()), 0, name="ones in the mask of a key point without a one")
        masks[0, row, column + 2] = 0
        alone = torch.as_tensor(dilate(masks, 3))
        both, one = int(found[0].sum()), int(alone[0].sum())
        checks.that(one > 1, "ones came back as they were: nothing is wider")
        message = "two ones in a mask came back with the square of one alone"
        checks.that(both > one, message, slip="only one of a mask's ones is widened")

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
