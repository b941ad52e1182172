"""What known mistakes make of a random walk: each clause says what an answer does, and leads to the value that it gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks.triangulation.inputs import NAN

Array = np.ndarray[Any, np.dtype[Any]]


def posterior(points: Array, precisions: Array, step_std_mm: float) -> tuple[Array, Array]:
    """Means and variances by least squares: each step and each measurement is one equation, divided by its standard deviation."""
    num_frames, num_keypoints, _ = points.shape
    means, variances = np.empty(points.shape), np.empty(precisions.shape)
    steps = (np.eye(num_frames)[1:] - np.eye(num_frames)[:-1]) / step_std_mm
    for k in range(num_keypoints):
        seen = np.flatnonzero(precisions[:, k])
        root = np.sqrt(precisions[seen, k])[:, None]
        design = np.vstack([steps, root * np.eye(num_frames)[seen]])
        target = np.vstack([np.zeros((num_frames - 1, 3)), root * points[seen, k]])
        inverse = np.linalg.pinv(design)
        means[:, k], variances[:, k] = inverse @ target, (inverse**2).sum(axis=1)
    return means, variances


def tied(points: Array, padding: Any) -> Array:
    """Most probable places of a walk in steps of 1 mm, all precisions 1, but for added frames that are held at the origin."""
    measured = np.pad(np.ones(points.shape[:2]), padding[:2], constant_values=1e9)
    return posterior(np.pad(points, padding), measured, 1.0)[0]


def heard(points: Array, counts: Array) -> Array:
    """The same, each frame from the measurements as often as its row of `counts` (num_frames, num_frames) says."""
    rows = [np.broadcast_to(row[:, None], points.shape[:2]) for row in counts]
    return np.stack([posterior(points, row, 1.0)[0][t] for t, row in enumerate(rows)])


def solved(points: Array, left: Array, right: Array) -> Array:
    """The solution of (num_frames, num_frames) `left` x = `right` y, for all key points."""
    moved = np.linalg.solve(left, right)
    places: Array = np.einsum("ts,ski->tki", moved, points)
    return places


def passed(points: Array, *, blur: Any = 0.5, weight_blur: Any = None, only: int = 99) -> Array:
    """Two passes over frames of precision 1 in which a step leaves `blur` of a precision, and `weight_blur` of what it is multiplied by."""
    leave = blur if callable(blur) else lambda precision: blur * precision
    share = weight_blur or (lambda precision: leave(precision) / precision if precision else 0.0)

    def one_way(measured: Array) -> tuple[list[float], list[Array]]:
        known, totals = [0.0], [np.zeros(points.shape[1:])]
        for place in measured[:-1]:
            precision = known[-1] * (only > 1) + 1
            totals.append(share(precision) * (totals[-1] * (only > 1) + place))
            known.append(leave(precision))
        return known, totals

    past, future = one_way(points), one_way(points[::-1])
    precision = np.array(past[0]) + 1 + np.array(future[0])[::-1]
    places: Array = (np.array(past[1]) + points + np.array(future[1])[::-1]) / precision[
        :, None, None
    ]
    return places


def tie_slips(points: Array) -> dict[str, Any]:
    """Means of `smooth_trajectory` where all precisions are 1, and a step has a standard deviation of 1 mm."""
    num_frames = len(points)
    expected, variances = posterior(points, np.ones(points.shape[:2]), 1.0)
    alone = np.concatenate([points[:1], expected[1:-1], points[-1:]])
    before, after, both = (((a, b), (0, 0), (0, 0)) for a, b in ((1, 0), (0, 1), (1, 1)))
    one, near = np.eye(num_frames), np.eye(num_frames, k=1) + np.eye(num_frames, k=-1)
    count = np.diag(near.sum(axis=0))
    second = np.diff(one, 2, axis=0)
    ring = one - np.roll(one, 1, axis=0)
    everyone = np.broadcast_to(points.mean(axis=0), points.shape)
    turned = heard(points, np.tri(num_frames)), heard(points, np.tri(num_frames).T)
    smooth = points.copy()
    for t in range(1, num_frames):
        smooth[t] = (smooth[t - 1] + points[t]) / 2
    return {
        "the first and the last frame have a neighbor too many": tied(points, both)[1:-1],
        "the first frame is drawn to the origin": tied(points, before)[1:],
        "the last frame is drawn to the origin": tied(points, after)[:-1],
        "the first frame hears no other": np.concatenate([alone[:1], expected[1:]]),
        "the last frame hears no other": np.concatenate([expected[:-1], alone[-1:]]),
        "the first and the last frame hear no other": alone,
        "the future does not count": turned[0],
        "the past does not count": turned[1],
        "a frame's own measurement counts twice": heard(points, 1 + one),
        "a frame's own measurement does not count": heard(points, 1 - one),
        "a step blurs nothing, so that all frames count alike": everyone,
        "no frame hears another": points,
        "only the two neighbors are heard, and nobody beyond them": passed(points, only=1),
        "a step leaves the precision as it is, and shrinks η alone": passed(
            points, blur=lambda p: p, weight_blur=lambda p: 1 / (p + 1)
        ),
        "a step shrinks the precision, and leaves η as it is": passed(
            points, blur=lambda p: p / (p + 1), weight_blur=lambda p: 1.0
        ),
        "a step adds its precision, where it should blur": passed(
            points, blur=lambda p: p + 1, weight_blur=lambda p: 1.0
        ),
        "a step leaves the factor π / (π + q), not q / (π + q)": passed(
            points, blur=lambda p: p * p / (p + 1)
        ),
        "a step blurs twice as much as it should": posterior(points, np.ones(points.shape[:2]), 2**0.5)[0],
        "a step blurs half as much as it should": posterior(points, np.ones(points.shape[:2]), 0.5**0.5)[0],
        "η comes back, not divided by the precision": expected / variances[..., None],
        "neighbors push a frame away, in place of pulling it": solved(points, one + count + near, one),
        "each frame's diagonal counts one neighbor, and not both": solved(points, 2 * one - near, one),
        "only the next frame pulls": solved(points, one + count - np.eye(num_frames, k=1), one),
        "only the frame before pulls": solved(points, one + count - np.eye(num_frames, k=-1), one),
        "neighbors are drawn to the origin, and not to each other": solved(points, one + count, one),
        "the first and the last frame are neighbors": solved(points, one + ring.T @ ring, one),
        "the velocity takes the random walk, not the place": solved(points, one + second.T @ second, one),
        "each frame is halfway between its measurement and the frame before": smooth,
        "what comes from the future is not turned back in time": turned_back(points),
        "the variances come first": variances,
    }  # fmt: skip


def turned_back(points: Array) -> Array:
    """Means where the backward pass is left in its own order."""
    past = [(0.0, np.zeros(points.shape[1:]))]
    future = [(0.0, np.zeros(points.shape[1:]))]
    for messages, measured in ((past, points), (future, points[::-1])):
        for place in measured[:-1]:
            precision, total = messages[-1]
            left = 1 / (precision + 2)
            messages.append((left * (precision + 1), left * (total + place)))
    both = zip(past, points, future, strict=True)
    return np.stack([(a[1] + y + b[1]) / (a[0] + 1 + b[0]) for a, y, b in both])


def trust_slips(points: Array, precisions: Array, step_std_mm: float) -> dict[str, Array]:
    """Means of `smooth_trajectory` for precisions that differ, and other steps."""
    lam, step = precisions, step_std_mm
    size = np.ones(lam.shape)

    def mean(what: Array, step: float = step_std_mm) -> Array:
        return posterior(points, what, step)[0]

    system = np.diff(np.eye(len(points)), axis=0) / step
    tie = system.T @ system
    every = [(np.diag(column), k) for k, column in enumerate(lam.T)]

    def by_keypoint(sides: Any) -> Array:
        parts = [solved(points[:, k : k + 1], *sides(own)) for own, k in every]
        return np.concatenate(parts, axis=1)

    return {
        "precisions are taken for variances": mean(1 / lam),
        "precisions are squared": mean(lam**2),
        "the root of the precisions is taken": mean(np.sqrt(lam)),
        "the step is not squared": mean(lam, np.sqrt(step)),
        "a step's variance is taken for its precision": mean(lam, 1 / step),
        "a step's standard deviation is taken for its precision": mean(lam, 1 / np.sqrt(step)),
        "a step has 1 mm, whatever step_std_mm says": mean(lam, 1.0),
        "a step's variance is squared": mean(lam, step**2),
        "a step blurs twice as much as it should": mean(lam, step * np.sqrt(2)),
        "a step blurs half as much as it should": mean(lam, step / np.sqrt(2)),
        "all measurements are trusted alike": mean(size),
        "all key points of a frame are trusted alike": mean(size * lam.mean(axis=1, keepdims=True)),
        "all frames of a key point are trusted alike": mean(size * lam.mean(axis=0)),
        "all key points are trusted like the first": mean(size * lam[:, :1]),
        "all frames are trusted like the first": mean(size * lam[:1]),
        "λ stands on the left-hand side only, and y alone on the right": by_keypoint(
            lambda own: (own + tie, np.eye(len(own)))
        ),
        "λ stands on the right-hand side only, and 1 on the left": by_keypoint(
            lambda own: (np.eye(len(own)) + tie, own)
        ),
        "q is left out of the matrix": by_keypoint(lambda own: (own + tie * step**2, own)),
    }


def gap_slips(points: Array, precisions: Array) -> dict[str, Array]:
    """Means of `smooth_trajectory` for steps of 1 mm, where nothing is measured in some frames, whatever stands there."""
    expected, given = posterior(points, precisions, 1.0)[0], precisions > 0
    finite = np.isfinite(points).all(axis=-1)
    filled = np.nan_to_num(points)
    origin = np.where(given[..., None], points, 0.0)
    everyone = np.ones(precisions.shape)
    return {
        "what is not NaN counts as measured, whatever its precision": posterior(
            filled, np.where(finite, 1.0, 0.0), 1.0
        )[0],
        "a gap is taken for a measurement at 0": posterior(origin, everyone, 1.0)[0],
        "whatever stands in a gap counts, and NaN as 0": posterior(filled, everyone, 1.0)[0],
        "a frame in a gap gets no mean": np.where(given[..., None], expected, NAN),
        "a frame in a gap is put at 0": np.where(given[..., None], expected, 0),
        "0 times NaN spreads over all frames of a key point": np.where(
            np.isfinite(points).all(axis=(0, 2), keepdims=True), expected, NAN
        ),
    }


def spread_slips(points: Array, precisions: Array) -> dict[str, Array]:
    """Variances of `smooth_trajectory` for steps of 1 mm."""
    means, expected = posterior(points, precisions, 1.0)
    neighbors = np.array([1] + (len(points) - 2) * [2] + [1])[:, None]

    def one_way(measured: Array) -> Array:
        known = np.zeros(measured.shape)
        for t in range(1, len(measured)):
            known[t] = 1 / (1 / np.maximum(known[t - 1] + measured[t - 1], 1e-30) + 1)
        return known

    past, future = one_way(precisions), one_way(precisions[::-1])[::-1]
    with np.errstate(divide="ignore"):
        own = 1 / precisions
        slips = {
            "all other frames are taken for known": 1 / (precisions + neighbors),
            "all other frames are taken for known, and two at each end": 1 / (precisions + 2),
            "its root is taken": np.sqrt(expected),
            "the future does not count": 1 / (past + precisions),
            "the past does not count": 1 / (future + precisions),
            "a frame's own measurement does not count": 1 / (past + future),
            "a frame's own measurement counts twice": 1 / (past + future + 2 * precisions),
            "neither the past nor the future counts": own,
            "it is the precision": 1 / expected,
            "precisions are not added, but variances": 1 / past + own + 1 / future,
        }
    away = ((points - means) ** 2).mean(axis=-1)
    return slips | {
        "x, y and z are added up": 3 * expected,
        "each frame has three of them, one for each coordinate": np.repeat(
            expected[..., None], 3, axis=-1
        ),
        "the variance of a step is added": expected + 1,
        "it is the mean squared distance of measurement and mean": away,
        "the means come second": means,
    }
