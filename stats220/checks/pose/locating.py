"""Lab 4's checks of locating key points."""

from __future__ import annotations

import math
from typing import Any

import torch

from stats220.checks import Checks, checked
from stats220.checks.inputs import normal
from stats220.checks.pose import locating_slips as slips
from stats220.checks.pose.inputs import has_shape
from stats220.checks.pose.models import parabolas


def drawn_tops(checks: Checks, count: int) -> torch.Tensor:
    """Places (x, y) inside of maps of 9 × 12, left of their middle, and clearly nearer to one pixel than to others."""
    whole = torch.tensor(checks.rng.integers([1, 1], [5, 8], (count, 2)))
    size, sign = checks.rng.uniform(0.2, 0.45, (count, 2)), checks.rng.choice([-1, 1], (count, 2))
    return whole + torch.tensor(size * sign, dtype=torch.float32)


def maps_with(tops: torch.Tensor, **kwargs: Any) -> torch.Tensor:
    """Maps of 9 × 12 with these tops, the later ones a little higher."""
    return parabolas(tops, 9, 12, **kwargs) + 0.1 * torch.arange(len(tops))[:, None, None]


def in_either_order(found: Any, tops: torch.Tensor) -> Any:
    """Places with x and y exchanged, where that is nearer: whoever mixes them up can be right in all else."""
    if not isinstance(found, torch.Tensor) or found.shape != tops.shape:
        return found
    known, swapped = tops.double(), found.flip(1).double()
    is_swapped = (swapped - known).abs().nansum() < (found.double() - known).abs().nansum()
    return swapped if is_swapped else found


@checked
def locate_keypoints(locate_keypoints: Any) -> Checks:
    """Maps whose largest logit is known, to a fraction of a pixel."""
    checks = Checks("locate_keypoints", hidden_points=2)

    with checks(
        1,
        "takes the stub's arguments by name and returns a tensor (num_keypoints, 2)",
        hint="One row for each key point, found or not, with two numbers: is it a tensor, or a list or array of them?",
        remedy="Write into keypoints_xy, which the stub has made, and return it.",
    ):
        logits = torch.full((4, 6, 7), -3.0)
        logits[:, 3, 3] = 1.0
        found = locate_keypoints(logits=logits, scale=2, min_probability=0)
        checks.tensor(found, (4, 2), None, name="keypoints_xy")

    with checks(
        1,
        "returns x, the column, and y, the row, of the largest logit",
        hint="argmax counts through the whole map, row after row. What is the index of row 2, column 7 in a map of 12 columns? And which "
        "of row and column is x?",
        remedy="row, column = divmod(index, width) and x is the column: keypoints_xy[k] = (column, row).",
    ):
        for height, width in [(9, 12), (3, 2600)]:
            logits = torch.full((3, height, width), -9.0)
            rows = checks.rng.integers(1, height - 1, len(logits)).tolist()
            columns = checks.rng.integers(1, width - 1, len(logits)).tolist()
            places = list(zip(rows, columns, strict=True))
            places[1] = height - 2, width - 3  # which float16 does not hold
            for k, (row, column) in enumerate(places):
                # Neighbors alike: the top of the parabola is at the pixel's center.
                logits[k, max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = -20.0
                logits[k, row, column] = float(checks.rng.uniform(-3, 3))
            places_xy = torch.tensor([[column, row] for row, column in places])
            found, largest = locate_keypoints(logits), logits.amax(dim=(1, 2))
            is_lost = isinstance(found, torch.Tensor) and found.shape == (3, 2)
            is_lost = is_lost and torch.equal(found.isnan().any(dim=1), largest < 0)
            message = (
                "NaN came back for just the maps whose largest logit is below 0, though every pixel has a probability of at least 0: is a logit "
                "compared with min_probability, as if it were a probability?"
            )
            slip = "a point is lost where its logit is below 0, though min_probability is 0: is a logit compared, not a probability"
            checks.that(not (is_lost and bool((largest < 0).any())), message, slip=slip)
            checks.close(
                found,
                places_xy,
                atol=1e-2,
                name=f"keypoints_xy in {height} × {width}",
                looks_like=slips.of_largest(logits, places_xy),
            )

    with checks(
        1,
        "finds the top of a parabola between the pixels",
        hint="Draw three logits, 1, 3 and 2, and the parabola through them: on which side of the middle is its top, and how far? What "
        "does your `peak_shift` make of them?",
        remedy="δ = (l - r) / (2 (l - 2c + r)) of the logits left and right for x, above and below for y; 0 only along the axis on which "
        "a neighbor is missing.",
    ):
        # Four of these have their top beyond a border, where the pixel's own center is right.
        border = torch.tensor([[-0.3, 6.4], [11.4, 2.3], [4.8, -0.4], [3.3, 8.3], [9.3, 4.4]])
        beyond = torch.cat([drawn_tops(checks, 4), border])
        logits = maps_with(beyond)
        tops = beyond.clamp(torch.zeros(2), torch.tensor([11.0, 8.0]))
        found = in_either_order(locate_keypoints(logits), tops)
        at_border = (tops == 0) | (tops == torch.tensor([11.0, 8.0]))
        if isinstance(found, torch.Tensor) and found.shape == tops.shape:
            checks.that(
                not torch.equal(found.isnan(), at_border),
                "NaN came back just where a pixel has but one neighbor",
                slip="a place is not known where a neighbor is missing: NaN, not the pixel's own center",
            )
        known = slips.of_places(tops, logits) | {
            "at a border the parabola goes through the three pixels next to it": beyond
        }
        checks.close(found, tops, atol=2e-2, name="keypoints_xy", looks_like=known)

    with checks(
        1,
        "finds tops that are shallow, far below zero, or so probable that the sigmoid is 1",
        needs="finds the top of a parabola between the pixels",
        hint="Take the curvature of a shallow top, -0.004, and its shift through your lines: which of them makes another shift of it?",
        remedy="argmax of the logits; the shift is 0 only where all three are equal, never below some small number.",
    ):
        for top, bend in [(60.0, (0.4, 0.7)), (-30.0, (0.4, 0.7)), (2.0, (2e-3, 3e-3))]:
            tops = drawn_tops(checks, 3)
            logits = maps_with(tops, top=top, bend=bend)
            name = f"keypoints_xy, largest logit {top:g}"
            found = in_either_order(locate_keypoints(logits), tops)
            if isinstance(found, torch.Tensor) and found.shape == tops.shape and top > 0:
                pixels = slips.of_saturated(logits)
                is_first = bool(((found - pixels).abs() <= 0.55).all())
                slip = "the largest is looked for among probabilities, of which many are 1"
                message = f"{name}: the first pixel comes out whose probability is rounded to 1"
                checks.that(
                    not is_first or bool((pixels == tops.round()).all()), message, slip=slip
                )
            known = {"a small curvature is taken for none: nothing is shifted": tops.round()}
            checks.close(found, tops, atol=4e-2, name=name, looks_like=known)

    with checks(
        1,
        "gives positions in the original frame, centers on centers",
        hint="Which pixels of the frame does pixel 2 of a map 4 times smaller cover, and where is the middle of these? Does your formula "
        "give that?",
        remedy="(2 + 0.5) · 4 - 0.5 = 9.5: add half a pixel, scale, take half a pixel off again, for x and for y.",
    ):
        tops = drawn_tops(checks, 3).round()
        logits = maps_with(tops)
        for scale in (4, 1.5):
            # The middle of the first and the last of the pixels that it covers.
            expected = (tops * scale + (tops + 1) * scale - 1) / 2
            found = in_either_order(locate_keypoints(logits, scale), expected)
            known, name = slips.of_scaled(tops, scale), f"keypoints_xy, scale {scale}"
            checks.close(found, expected, atol=4e-2, name=name, looks_like=known)

    with checks(
        1,
        "scales the fraction of a pixel too",
        needs="finds the top of a parabola between the pixels",
        hint="A quarter of a pixel of the map: how many pixels of the frame is that?",
        remedy="Add δ to the column and the row first, then bring both to the frame.",
    ):
        tops = drawn_tops(checks, 4)
        expected = (tops * 5 + (tops + 1) * 5 - 1) / 2
        found = in_either_order(locate_keypoints(maps_with(tops), scale=5), expected)
        known = slips.of_scaled(tops, 5)
        checks.close(found, expected, atol=0.1, name="keypoints_xy, scale 5", looks_like=known)

    with checks(
        1,
        "leaves NaN where no pixel is probable enough",
        hint="Take the map of the row that is wrong through your lines: which number is compared with min_probability, and what is left in "
        "the row of a point that is not found?",
        remedy="Where torch.sigmoid of the largest logit is not at least min_probability, leave NaN for x and y, and go on to the next map.",
    ):
        logits = torch.full((6, 5, 6), -9.0)
        logits[3] = 0.6  # a map whose mean is large, and each pixel's share of it small
        tops = torch.tensor([[2.0, 2], [2, 1], [4, 3], [1, 2], [3, 3], [2, 3]])
        for k, top in enumerate([2.0, -0.5, 0.0, 1.0, -2.0, -0.02]):
            logits[k, int(tops[k, 1]), int(tops[k, 0])] = top
        nothing = [math.nan, math.nan]
        for least, numbers in [(0.0, list(range(6))), (0.95, []), (0.5, [0, 2, 3]), (0.7, [0, 3])]:
            known_xy = [tops[k].tolist() if k in numbers else nothing for k in range(6)]
            found = in_either_order(locate_keypoints(logits, 1, least), torch.tensor(known_xy))
            name = f"min_probability {least}: keypoints_xy"
            dropped = {"points that are not found are left out of the result": (len(numbers), 2)}
            has_shape(checks, found, (6, 2), dropped, name=name)
            known = slips.of_lost(tops, logits, least)
            checks.close(found, known_xy, atol=1e-3, nan_equal=True, name=name, looks_like=known)

    with checks(
        1,
        "leaves the logits that it is given unchanged",
        needs="finds the top of a parabola between the pixels",
        hint="The caller still holds the maps, to show them: does a line of yours write into them?",
        remedy="logits[...] = ..., sigmoid_() and the like write into the caller's maps: work on a copy.",
    ):
        checks.unchanged(locate_keypoints, normal(3, 5, 6, rng=checks.rng))

    return checks
