"""Lab 5's checks of time: medians and random walks."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.lazily import lazily
from stats220.checks.triangulation.inputs import NAN
from stats220.checks.triangulation.median_slips import (
    end_slips,
    medians,
    missing_slips,
    window_slips,
)
from stats220.checks.triangulation.stand_ins import peak_bytes, untouched
from stats220.checks.triangulation.walk_slips import (
    gap_slips,
    posterior,
    spread_slips,
    tie_slips,
    trust_slips,
)
from stats220.line.failures import CheckFailed

Array = np.ndarray[Any, np.dtype[Any]]


@checked
def median_filter(median_filter: Any) -> Checks:
    """Random numbers, sorted one window at a time."""
    checks = Checks("median_filter", hidden_points=1)

    with checks(
        1,
        "is the median over time, for each key point and coordinate, and leaves its input as it was",
        hint="Time is the first axis, and a window holds as many frames before its own as after it. A median over key points or over x, y and z mixes "
        "what has nothing to do with each other, and a mean follows every outlier a little. Each median is of what was measured, not of medians "
        "before it, which belong into a new array.",
        remedy="np.median(points_3d[t - half : t + half + 1], axis=0), with half = window // 2.",
    ):
        for shape, window in (((11, 2, 3), 3), ((9, 4, 3), 5), ((7, 1, 3), 1)):
            points = np.round(100 * checks.rng.normal(size=shape), 3)
            found, (after, *_) = checks.call(median_filter, points, window)
            name = f"result, window {window}"
            half, expected = window // 2, medians(points, window)
            inner = slice(half, len(points) - half)
            try:
                checks.shape(found, shape, name=name)
            except CheckFailed as failure:
                is_short = half and np.shape(to_numpy(found)) == expected[inner].shape
                slip = "only frames with a whole window get a median" if is_short else ""
                raise CheckFailed(str(failure), slip=slip) from failure
            checks.close(
                to_numpy(found)[inner],
                expected[inner],
                atol=1e-3,
                name=f"result away from the ends, window {window}",
                nan_equal=True,  # as what some mistakes give has NaN
                looks_like=lazily(window_slips, points, window),
            )
            untouched(checks, ("points_3d",), (points,), (after,))

    with checks(
        1,
        "uses at the first and last frames the frames that there are",
        hint="What lies before the first frame? Nothing does: neither zeros nor copies of the first frame, nor the last frames of the recording (a "
        "negative start counts from the end), and NaN only if it is left out again. Windows are shorter there, on that side alone, and the median "
        "of an even number is the mean of the two in the middle.",
        remedy="points_3d[max(0, t - half) : t + half + 1], or pad with NaN and leave NaN out.",
    ):
        for window in (7, 3):
            points = np.round(50 + 100 * checks.rng.random((9, 2, 3)), 3)
            found, expected = median_filter(points, window), medians(points, window)
            slips = {} if checks.slips else lazily(end_slips, points, window)
            name = f"result, window {window}"
            checks.close(found, expected, atol=1e-3, name=name, nan_equal=True, looks_like=slips)

    with checks(
        1,
        "leaves NaN out, and gives NaN where a window holds nothing else",
        hint="One missing frame should not cost a whole window. Zero is a place like any other, so a missing point cannot be put there; and "
        "of the numbers that are left there may be an even count.",
        remedy="np.nanmedian, after a look at which windows hold any number at all.",
    ):
        points = np.round(50 + 100 * checks.rng.random((12, 3, 3)), 3)
        points[[2, 3, 8], 0], points[4:9, 1], points[:, 2] = NAN, NAN, NAN
        found = median_filter(points_3d=points, window=3)
        checks.shape(found, points.shape, name="result")
        expected, name = medians(points, 3)[1:-1], "result away from the ends, window 3"
        slips = {} if checks.slips else lazily(missing_slips, points, 3)
        middle = to_numpy(found)[1:-1]
        checks.close(middle, expected, atol=1e-3, name=name, nan_equal=True, looks_like=slips)
        checks.array(found, points.shape)

    return checks


def walk(rng: np.random.Generator, num_frames: int, num_keypoints: int) -> tuple[Array, Array]:
    """Measurements (num_frames, num_keypoints, 3) of a random walk, and the precision of each."""
    steps = rng.normal(size=(num_frames, num_keypoints, 3))
    points = np.cumsum(steps, axis=0) + 50 * rng.normal(size=(num_keypoints, 3))
    return points + rng.normal(size=points.shape), rng.uniform(0.2, 3, points.shape[:2])


def pair(checks: Checks, returned: Any) -> Any:
    """Means and variances; says so where something else came back."""
    is_array = isinstance(returned, (np.ndarray, torch.Tensor))
    message = "one array came back: return two, the means and the variances"
    checks.that(not is_array, message, slip="only one of the two results comes back")
    return returned


@checked
def smooth_trajectory(smooth_trajectory: Any) -> Checks:
    """Least squares with one equation for each step and each measurement."""
    checks = Checks("smooth_trajectory", hidden_points=1)
    means = "finds the most probable trajectory where all frames are measured alike"

    with checks(
        1,
        means,
        hint="Each frame is pulled by its measurement and by both of its neighbors; the first and the last have one, and nothing draws them to the "
        "origin. The future counts as much as the past. A step makes what is known less sure, and leaves its mean where it was. (Here all "
        "precisions are 1, and steps have a standard deviation of 1 mm.)",
        remedy="(diag(λ) + q DᵀD) x = λ y, with q = 1 / step_std_mm² and D the differences of neighbors.",
    ):
        points, precisions = walk(checks.rng, 9, 2)
        precisions[:] = 1
        expected, _ = posterior(points, precisions, 1.0)
        slips = lazily(tie_slips, points)
        found = pair(checks, smooth_trajectory(points, precisions, 1.0))
        checks.close(found[0], expected, atol=1e-2, name="means", looks_like=slips)

    with checks(
        1,
        "trusts each measurement by its precision, and neighbors by how far a step goes",
        hint="Both are about spread, and they are not given in the same way: a precision is 1 / variance, and a large one counts more; the step "
        "is given by its standard deviation, in mm. Each key point in each frame has a precision of its own.",
        remedy="λ stands on the diagonal *and* on the right-hand side, λ y; q is 1 / step_std_mm**2.",
        needs=means,
    ):
        for step_std_mm in (1.0, 0.4, 3.0):
            points, precisions = walk(checks.rng, 8, 3)
            precisions[3, 0], precisions[4, 2] = 50, 0.01
            expected, _ = posterior(points, precisions, step_std_mm)
            found = pair(checks, smooth_trajectory(points, precisions, step_std_mm))
            looks_like = lazily(trust_slips, points, precisions, step_std_mm)
            name = f"means, step {step_std_mm:g} mm"
            checks.close(found[0], expected, atol=1e-2, name=name, looks_like=looks_like)

    with checks(
        1,
        "bridges gaps, whatever stands in them, and leaves its inputs as they were",
        hint="A precision of 0 says that nothing was measured, be there NaN or a number in its place; and 0 · NaN is NaN. In a gap the "
        "trajectory is a straight line, and beyond the last measurement it stays where it is.",
        remedy="np.where(precisions[..., None] > 0, points_3d, 0) before you multiply.",
        needs=means,
    ):
        points, precisions = walk(checks.rng, 10, 2)
        precisions[:] = 1
        precisions[[0, 1, 5, 6], 0] = 0
        precisions[[4, 8, 9], 1] = 0
        points[[0, 5, 6], 0], points[4, 1] = NAN, NAN
        points[8:, 1] = 1e3
        expected, _ = posterior(points, precisions, 1.0)
        returned, afterwards = checks.call(smooth_trajectory, points, precisions, 1.0)
        found = pair(checks, returned)[0]
        slips = {} if checks.slips else lazily(gap_slips, points, precisions)
        checks.close(found, expected, atol=1e-2, name="means", nan_equal=True, looks_like=slips)
        untouched(checks, ("points_3d", "precisions"), (points, precisions), afterwards)

    with checks(
        1,
        "returns the variance of each frame, from all measurements before and after it",
        hint="A variance is in mm², a standard deviation in mm. What would be 1 / diagonal of the posterior precision? The variance if all other frames "
        "were known; and what comes out of a filter that runs forwards has not seen the future.",
        remedy="The diagonal of the *inverse*: 1 / (precision from the past + λ + precision from the future).",
    ):
        points, precisions = walk(checks.rng, 9, 2)
        precisions[:] = 1
        precisions[2:5, 1] = 0
        _, expected = posterior(points, precisions, 1.0)
        options = {"precisions": precisions, "step_std_mm": 1.0}
        found = pair(checks, smooth_trajectory(points_3d=points, **options))
        # Where the means are wrong, so are the variances, and for the same reason.
        slips = {} if checks.slips else lazily(spread_slips, points, precisions)
        name = "variances"
        checks.close(found[1], expected, atol=1e-4, rtol=1e-3, name=name, looks_like=slips)
        checks.array(found[0], points.shape, name="means")
        checks.array(found[1], precisions.shape, name="variances")

    with checks(
        1,
        "says of a key point that was never measured that it knows nothing: NaN, and a variance of infinity",
        hint="With a flat prior and no measurement any place is as good as any other. The other key points must not suffer from it.",
        remedy="Where the posterior precision is 0: means NaN, variances np.inf, for that key point.",
    ):
        points, precisions = walk(checks.rng, 6, 3)
        precisions[:] = [1, 0, 1]
        points[:, 1] = NAN
        found = pair(checks, smooth_trajectory(points, precisions, 1.0))
        means_found, variances_found = to_numpy(found[0]), to_numpy(found[1])
        checks.shape(means_found, (6, 3, 3), name="means")
        checks.shape(variances_found, (6, 3), name="variances")
        checks.that(
            np.isnan(means_found[:, 1]).all(),
            "the means of what was never measured are numbers",
            slip="" if checks.slips else "a key point that was never measured gets a place",
        )
        slips = {
            "what was never measured has a variance of 0": np.zeros(6),
            "what was never measured has a variance of NaN": np.full(6, NAN),
        }
        checks.close(
            variances_found[:, 1],
            np.full(6, np.inf),
            atol=0,
            name="its variances",
            nan_equal=True,
            looks_like=slips,
        )
        others = [0, 2]
        expected, _ = posterior(points[:, others], precisions[:, others], 1.0)
        slips = {"one key point that was never measured costs the others theirs": NAN * expected}
        checks.close(
            means_found[:, others],
            expected,
            atol=1e-2,
            name="means of the others",
            nan_equal=True,
            looks_like=slips,
        )

    with checks(
        1,
        "takes memory in proportion to the number of frames",
        hint="An hour at 30 frames a second is 108,000 frames, and a matrix of 108,000 × 108,000 numbers has 93 gigabytes. How many of its "
        "entries are not zero?",
        remedy="Three diagonals are all there is (scipy.linalg.solveh_banded), or pass from frame to frame, forwards and backwards.",
    ):
        points, precisions = walk(checks.rng, 2000, 1)
        # What is imported on the way does not count.
        first = smooth_trajectory(points[:9], precisions[:9], 1.0)[0]
        is_value = isinstance(first, (np.ndarray, np.generic, torch.Tensor, float))
        checks.that(is_value, "arrays should come back, but an object of your own did")
        peak = checks.call(peak_bytes, smooth_trajectory, points, precisions, 1.0)[0]
        checks.that(peak >= 0, "nothing came back for 2000 frames")
        checks.that(
            peak < 12e6,
            f"2000 frames took {peak / 1e6:.0f} MB; a matrix of 2000 × 2000 numbers is 32 MB, and 2000 frames are 0.05 MB",
        )

    return checks
