"""Lab 5's checks of noise and outliers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.lazily import lazily
from stats220.checks.triangulation.elections import (
    Election,
    along_y,
    disturbed,
    hold,
    two_stories,
    views_of,
)
from stats220.checks.triangulation.inputs import NAN
from stats220.checks.triangulation.robust_slips import refit_slips, weight_slips
from stats220.checks.triangulation.stand_ins import (
    flat_errors,
    flat_images,
    flat_triangulate,
    untouched,
)
from stats220.line.failures import CheckFailed

Array = np.ndarray[Any, np.dtype[Any]]


@checked
def triangulate_ransac(triangulate_ransac: Any) -> Checks:
    """A flat world of whole numbers, in which the best pair of views is known."""
    checks = Checks("triangulate_ransac", hidden_points=1)
    finds = "finds the views that agree, for each point by itself"
    given = (flat_triangulate, flat_errors)

    with checks(
        1,
        finds,
        hint="In which of *all* views does a pair's point land within threshold_px of the detection? The pair's own two are held to that like the "
        "others, a missing one is not near, and the most inliers win. Which pair that is differs from point to point; and how many pairs do five "
        "views make?",
        remedy="Call reprojection_errors with *all* cameras and views and the pair's proposal; inliers are errors <= threshold_px; keep the "
        "best for each point with np.where(better, ...).",
    ):
        rng = checks.rng
        cameras, pixels, moved = disturbed(rng, 8, 40)
        apart = two_stories(rng, [(2, 90), (90, 4), (0, 60)])[:2]
        # Three that agree within 9 px, two that agree better and are nearer to all the others: not the smallest sum of all.
        planes, offsets = ["xy", "yz", "zy", "xy", "yz", "xy", "yz"], [0, 0, 9, 40, 40, 80, 120]
        everyone = np.full(moved.shape, True)
        elections = [
            Election(cameras, pixels, 10.0, ~moved, "threshold 10 px"),
            Election(cameras, pixels, 300.0, everyone, "threshold 300 px"),
            Election(*apart, 10.0, views_of([0, 1, 0]), "where only two views agree"),
            Election(*along_y(rng, planes, offsets), 10.0, np.arange(7)[:, None] < 3, "where three views agree"),
        ]  # fmt: skip
        hold(checks, triangulate_ransac, elections)

    with checks(
        1,
        "returns the winner's inliers as booleans: at most threshold_px from what the pair proposed",
        hint="At most: a detection just as far off as the threshold is an inlier. How far, from which point? From the winning pair's proposal; the "
        "point that is triangulated in the end is another one, and need not be as near to all of them.",
        remedy="errors_px <= threshold_px, kept as it is (a mask of bool) for the pair that wins.",
        needs=finds,
    ):
        cameras, pixels = along_y(checks.rng, ["xy", "yz", "xy", "yz", "yx"], [0, 0, 8, 8, -8])
        found = triangulate_ransac(cameras, pixels, 8.0, *given)
        checks.shape(found[1], (5, 1), name="inliers")
        try:
            checks.array(found[1], (5, 1), bool, name="inliers")
        except CheckFailed as failure:
            slip = "inliers come back as numbers or in a list, not as an array of truth values"
            raise CheckFailed(str(failure), slip=slip) from failure
        everyone = np.full((5, 1), True)
        hold(
            checks,
            triangulate_ransac,
            [Election(cameras, pixels, 8.0, everyone, "8 px off where 8 px are allowed")],
        )

    with checks(
        1,
        "triangulates each point once more, from all of its inliers and from nothing else",
        hint="The winning pair found out whom to trust. Its own point still rests on two views only; what about the others that agree? And "
        "what about those that do not, which should have no say?",
        remedy="Call triangulate with all cameras, and NaN in the place of every detection that is no inlier: inliers[..., None] tells which.",
    ):
        cameras, pixels, moved = disturbed(checks.rng, 8, 40)
        expected = flat_triangulate(cameras, np.where(moved[..., None], NAN, pixels))
        stand_ins = dict(zip(("triangulate", "reprojection_errors"), given, strict=True))
        options = {"points_2d": pixels, "threshold_px": 10.0, **stand_ins}
        found = triangulate_ransac(projections=cameras, **options)
        all_right = all(result.status == "passed" for result in checks.results)
        slips = lazily(refit_slips, cameras, pixels, moved, found[0]) if all_right else {}
        checks.close(
            found[0], expected, atol=1e-2, name="points_3d", nan_equal=True, looks_like=slips
        )
        checks.array(found[0], (8, 3), name="points_3d")

    with checks(
        1,
        "of two pairs with as many inliers, takes the one with the smaller sum of errors",
        hint="Two against two: the pair that came first has no better claim, nor has the last. The sum is over inliers only, so that "
        "what lies far away, or is not seen, does not count.",
        remedy="Better means: more inliers, or (|) as many and (&) a smaller sum, each in parentheses of its own; the sum is that of "
        "np.where(inliers, errors_px, 0) over the views.",
    ):
        cameras, pixels, stories = two_stories(checks.rng, [(2, 6), (6, 2), (8, 4), (0, 2), (4, 0)])
        # The fifth view is no inlier of either, but nearer to the loser: the sum of all errors would choose that.
        losers = stories[[1, 0, 0, 1, 0], np.arange(5)]
        pixels[4] = flat_images(cameras[4:], losers + np.array([40, 0, 40]))[0]
        # Three against three: a sum of 8.5 (largest 4.25 or 8.5) against one of 9 (largest 4 or 7).
        three = along_y(checks.rng, ["xy", "yz", "zy"] * 2, [0, 0, 8.5, 5000, 5002, 5008])
        # A sum of 7, of which the pair's own two errors are 0, against one of 6.5, of which they are 1.
        own = along_y(checks.rng, ["xy", "yz", "zy"] * 2, [5000, 5000, 5007, 0, 1, 6])
        sums = "sums 2 to 6, 6 to 2, 8 to 4, 0 to 2 and 4 to 0"
        elections = [
            Election(cameras, pixels, 10.0, views_of([0, 1, 1, 0, 1]), sums),
            Election(*three, 10.0, np.arange(6)[:, None] < 3, "three to three, sums 8.5 to 9"),
            Election(*own, 10.0, np.arange(6)[:, None] >= 3, "three to three, sums 7 to 6.5"),
        ]
        hold(checks, triangulate_ransac, elections)

    with checks(
        1,
        "of two pairs that are equal in both, takes the first",
        hint="Equal is not better. Here the sums agree to the last bit.",
        remedy="Compare with <, not with <=, and go through the pairs in the order of itertools.combinations.",
    ):
        cameras, pixels, _ = two_stories(checks.rng, [(2, 2), (4, 4), (0, 0)])
        equal = Election(cameras, pixels, 10.0, views_of([0, 0, 0]), "sums 2 to 2, 4 to 4, 0 to 0")
        hold(checks, triangulate_ransac, [equal])

    with checks(
        1,
        "gives NaN where fewer than two views agree, and leaves its inputs as they were",
        hint="What if a point is seen once, or never, or if no two views tell the same story? There is nothing to return then, and "
        "nothing to make up. And what you put into the caller's own pixels stays in them.",
        remedy="Start with no inliers at all. `triangulate` gives NaN for a point that fewer than two views see.",
    ):
        cameras, pixels, _ = disturbed(checks.rng, 5, 40)
        pixels[:, 1], pixels[:4, 2] = NAN, NAN
        pixels[:, 4] = flat_images(cameras, np.array([[10.0, -20.0, 30.0]]))[:, 0]
        pixels[2:, 4] = NAN
        pixels[:, 3] = (
            1000 * np.arange(1, 6)[:, None]
        )  # no view agrees with another, along any axis
        found, afterwards = checks.call(triangulate_ransac, cameras, pixels, 10.0, *given)
        points, inliers = to_numpy(found[0]), to_numpy(found[1])
        checks.shape(points, (5, 3), name="points_3d")
        checks.shape(inliers, (5, 5), name="inliers")
        checks.that(
            np.isfinite(points[0]).all(), "the point that four views agree on is not finite"
        )
        checks.that(
            np.isfinite(points[4]).all(),
            "the point that the only two views agree on is not finite",
            slip="" if checks.slips else "two views that agree are taken for too few",
        )
        for point, why in ((1, "no view sees"), (2, "one view sees"), (3, "all views contradict")):
            where = f"the point that {why} came out as {points[point].tolist()}, expected NaN"
            all_right = all(result.status == "passed" for result in checks.results)
            made_up = "a number stands where fewer than two views agree, in place of NaN"
            if point == 3 and np.array_equal(points[3], flat_triangulate(cameras, pixels)[3]):
                made_up = "all views are triangulated where no two agree, in place of NaN"
            checks.that(np.isnan(points[point]).all(), where, slip=made_up if all_right else "")
            checks.that(
                int(inliers[:, point].sum()) < 2, f"the point that {why} has two or more inliers"
            )
        untouched(checks, ("projections", "points_2d"), (cameras, pixels), afterwards)

    return checks


RATIOS = np.array([[0.1, 0.7, 0.99], [1.3, 2.0, 4.0], [9.0, 50.0, 1000.0], [1e-3, 1e4, 1.0]])
LOSSES: dict[str, Callable[[Any], Any]] = {
    "huber": lambda r: np.where(r.real <= 1, r**2 / 2, r - 0.5),
    "cauchy": lambda r: np.log(1 + r**2) / 2,
    "student": lambda r: 3 * np.log(1 + r**2 / 4),
}


def slope_over(kind: str, ratios: Array) -> Array:
    """ρ'(r) / r, by a step into the complex plane, which is exact to the last digit."""
    slope: Array = LOSSES[kind](ratios + 1e-20j).imag / 1e-20
    return slope / ratios


def compare_weights(checks: Checks, robust_weights: Any, kind: str, scale_px: float) -> None:
    """Hold the weights of errors of all sizes against the slopes of the loss."""
    found = robust_weights(scale_px * RATIOS, scale_px, kind)
    name = f"weights of errors up to 10000 times the scale of {scale_px:g} px"
    expected = slope_over(kind, RATIOS)
    slips = lazily(weight_slips, kind, RATIOS, scale_px, LOSSES[kind](RATIOS), slope_over)
    checks.close(found, expected, atol=1e-9, rtol=1e-5, name=name, looks_like=slips)


@checked
def robust_weights(robust_weights: Any) -> Checks:
    """Slopes of the losses, differentiated numerically."""
    checks = Checks("robust_weights", hidden_points=1)
    with checks(
        1,
        "huber: is ρ'(r) / r",
        hint="Up to r = 1, which is an error of scale_px, the loss is the square, beyond it a straight line: what is its slope there, and what is left "
        "of it once you divide by r? The weight multiplies the *squared* error, so no root is taken.",
        remedy="1 / np.maximum(errors_px / scale_px, 1).",
    ):
        for scale_px in (1.0, 5.0):
            compare_weights(checks, robust_weights, "huber", scale_px)

    with checks(
        1,
        "cauchy: is ρ'(r) / r",
        hint="Differentiate log(1 + r²) / 2, then divide by r: the slope is how hard an error pulls, the weight is what its *square* is multiplied by, "
        "so no root is taken either.",
        remedy="1 / (1 + (errors_px / scale_px)**2).",
    ):
        for scale_px in (1.0, 8.0):
            compare_weights(checks, robust_weights, "cauchy", scale_px)

    with checks(
        1,
        "student: is ρ'(r) / r",
        hint="Differentiate (ν + 2) / 2 · log(1 + r² / ν), with ν = 4 and two dimensions in the exponent. Does the factor 2 of the inner "
        "derivative cancel the half? And must every weight be 1 at r = 0?",
        remedy="6 / (4 + (errors_px / scale_px)**2).",
    ):
        for scale_px in (1.0, 3.0):
            compare_weights(checks, robust_weights, "student", scale_px)

    with checks(
        1,
        "is finite for an error of 0, is 0 where there is no detection, and leaves the errors as they were",
        hint="A detection that fits perfectly deserves a weight, and 0 / 0 is none. A detection that is missing deserves 0; NaN would "
        "make everything NaN that it is added to. And the NaN of the caller's own array must still be there.",
        remedy="Write ρ'(r) / r with the r canceled, and put 0 in the end where np.isnan(errors_px).",
    ):
        errors_px = np.array([[0.0, NAN, 2.0], [NAN, 0.0, 4.0]])
        for kind in LOSSES:
            weights = robust_weights(errors_px=errors_px, scale_px=2.0, kind=kind)
            checks.shape(weights, (2, 3), name=f"{kind} weights")
            found = to_numpy(weights)
            at_zero = found[[0, 1], [0, 1]]
            message = (
                f"{kind}: an error of 0 weighs {at_zero.tolist()}, it should be a number above 0"
            )
            slip = "0 is divided by 0" if np.isnan(at_zero).all() else ""
            slip = slip or ("a perfect detection weighs nothing" if not at_zero.any() else "")
            checks.that(bool((np.isfinite(at_zero) & (at_zero > 0)).all()), message, slip=slip)
            perfect = 1.5 if kind == "student" else 1.0
            slips = {
                "the NaN of a missing detection stays": np.full(2, NAN),
                "a missing detection weighs as much as a perfect one": np.full(2, perfect),
                "a missing detection weighs 1": np.ones(2),
            }
            name = f"{kind} weights of NaN"
            checks.equal(
                found[[0, 1], [1, 0]], np.zeros(2), name=name, nan_equal=True, looks_like=slips
            )
            checks.array(weights, (2, 3), name=f"{kind} weights")
            _, afterwards = checks.call(robust_weights, errors_px, 2.0, kind)
            untouched(checks, ("errors_px",), (errors_px,), afterwards)

    return checks
