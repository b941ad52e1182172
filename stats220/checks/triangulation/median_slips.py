"""What known mistakes make of medians over time: each clause says what an answer does, and leads to the value that it gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import ndimage

from stats220.checks.triangulation.inputs import NAN

Array = np.ndarray[Any, np.dtype[Any]]


def middle(known: Array) -> Any:
    """The median, by sorting."""
    ordered = np.sort(known)
    return (ordered[len(ordered) // 2] + ordered[~(len(ordered) // 2)]) / 2


def medians(
    points_3d: Array,
    window: int,
    *,
    before: int | None = None,
    after: int | None = None,
    of: Callable[[Array], Any] = middle,
) -> Array:
    """One number at a time: of the frames from `before` its own to `after` it, half a window unless told otherwise."""
    before, after = (window // 2 if side is None else side for side in (before, after))
    expected = np.full(points_3d.shape, NAN)
    for t, k, axis in np.ndindex(*points_3d.shape):
        near = points_3d[max(0, t - before) : max(0, t + after + 1), k, axis]
        known = near[~np.isnan(near)]
        if len(known):
            expected[t, k, axis] = of(known)
    return expected


def lower(known: Array) -> Any:
    """Of two in the middle the smaller one."""
    return np.sort(known)[(len(known) - 1) // 2]


def upper(known: Array) -> Any:
    """Of two in the middle the larger one."""
    return np.sort(known)[len(known) // 2]


def window_slips(points: Array, window: int) -> dict[str, Array]:
    """Of `median_filter`, away from the ends."""
    half = window // 2
    across = np.stack(
        [points[max(0, t - half) : t + half + 1] for t in range(half, len(points) - half)]
    )
    shape = (len(across), *points.shape[1:])
    replaced = points.copy()
    for t in range(half, len(points) - half):
        replaced[t] = np.median(replaced[t - half : t + half + 1], axis=0)
    first = points.copy()
    for t in range(len(points)):
        first[t] = np.median(first[max(0, t - half) : t + half + 1], axis=0)
    turned = np.swapaxes(medians(np.swapaxes(points, 0, 1), window), 0, 1)
    alone = points.copy()
    for t in range(half, len(points) - half):
        near = np.delete(points[t - half : t + half + 1], half, axis=0)
        alone[t] = np.median(near, axis=0) if half else NAN
    whole = {
        "a window ends with its own frame": medians(points, window, before=window - 1, after=0),
        "a window begins with its own frame": medians(points, window, before=0, after=window - 1),
        "a window lacks its last frame": medians(points, window, after=half - 1),
        "a window lacks its first frame": medians(points, window, before=half - 1),
        "a window lacks its first and its last frame": medians(
            points, window, before=half - 1, after=half - 1
        ),
        "a window has one frame too many at its end": medians(points, window, after=half + 1),
        "a window has one frame too many at its beginning": medians(points, window, before=half + 1),
        "a window has one frame too many on each side": medians(
            points, window, before=half + 1, after=half + 1
        ),
        "a window reaches as many frames to each side as it should hold together": medians(
            points, window, before=window, after=window
        ),
        "the mean is taken": medians(points, window, of=np.mean),
        "the smallest of a window is taken": medians(points, window, of=np.min),
        "the largest of a window is taken": medians(points, window, of=np.max),
        "a frame itself is left out of its window": alone,
        "a window holds medians of earlier frames in place of what was measured": first,
        "a window holds medians of earlier frames in place of what was measured, but at the ends": replaced,
        "the window reaches over neighboring key points and coordinates, too": ndimage.median_filter(
            points, size=window
        ),
        "the window runs along the key points, not along time": turned,
        "nothing is done": points,
    }  # fmt: skip
    slips = {slip: value[half : len(points) - half] for slip, value in whole.items()}
    return slips | {
        "the median is over x, y and z as well": np.broadcast_to(
            np.median(across, axis=(1, 3))[..., None], shape
        ),
        "the median is over all key points as well": np.broadcast_to(
            np.median(across, axis=(1, 2))[:, None], shape
        ),
        "there is one median for all key points and coordinates": np.broadcast_to(
            np.median(across, axis=(1, 2, 3))[:, None, None], shape
        ),
    }


def end_slips(points: Array, window: int) -> dict[str, Array]:
    """Of `median_filter`, at the ends: what else can stand beyond them."""
    half, last, expected = window // 2, len(points) - 1, medians(points, window)
    ends = np.r_[:half, len(points) - half : len(points)]
    raw, empty, negative = (expected.copy() for _ in range(3))
    raw[ends], empty[ends], negative[:half] = points[ends], NAN, NAN
    both, shifted, gone = expected.copy(), expected.copy(), expected.copy()
    for t in ends:
        less, start = min(half, t, last - t), min(max(0, t - half), len(points) - window)
        both[t] = np.median(points[t - less : t + less + 1], axis=0)
        shifted[t] = np.median(points[start : start + window], axis=0)
    gone[ends] = 0
    slips = {
        "the first and the last frames stay as they are": raw,
        "windows are cut on both sides, to keep the frame in the middle": both,
        "the first and the last frames take the median of the nearest whole window, not of one that is cut off": shifted,
        "a window that reaches beyond an end gives NaN": empty,
        "a window that begins before the first frame is empty: a negative index counts from the end": negative,
        "the first and the last frames are 0": gone,
        "of two values in the middle the lower one is taken": medians(points, window, of=lower),
        "of two values in the middle the upper one is taken": medians(points, window, of=upper),
    }
    beyond: dict[str, dict[str, Any]] = {
        "zeros stand beyond the ends": {"mode": "constant"},
        "the first and the last frame are repeated beyond the ends": {"mode": "edge"},
        "frames are mirrored at the ends": {"mode": "reflect"},
        "frames are mirrored at the ends, the first and the last one among them": {
            "mode": "symmetric"
        },
        "the recording goes on with its other end": {"mode": "wrap"},
    }
    for slip, how in beyond.items():
        padded = np.pad(points, ((half, half), (0, 0), (0, 0)), **how)
        slips[slip] = medians(padded, window)[half:-half]
    return slips


def missing_slips(points: Array, window: int) -> dict[str, Array]:
    """Of `median_filter`, for frames that are NaN, away from the ends."""
    half, expected = window // 2, medians(points, window)
    near = np.lib.stride_tricks.sliding_window_view(points, window, axis=0)
    broken = np.full(points.shape, False)
    broken[half:-half] = np.isnan(near).any(axis=-1)
    bridged, held, closed = points.copy(), points.copy(), np.full(points.shape, NAN)
    for t in range(1, len(points)):
        held[t] = np.where(np.isnan(points[t]), held[t - 1], points[t])
    for k, axis in np.ndindex(*points.shape[1:]):
        frames = np.flatnonzero(~np.isnan(points[:, k, axis]))
        if len(frames):
            known = points[frames, k, axis]
            bridged[:, k, axis] = np.interp(np.arange(len(points)), frames, known)
            closed[frames, k, axis] = medians(known[:, None, None], window)[:, 0, 0]
    whole = {
        "a frame without an estimate gets none from its neighbors": np.where(
            np.isnan(points), NAN, expected
        ),
        "one missing frame costs the whole window": np.where(broken, NAN, expected),
        "a window with a missing frame is not filtered": np.where(broken, points, expected),
        "a missing frame is put at 0": medians(np.nan_to_num(points), window),
        "a window in which nothing is left gives 0": np.nan_to_num(expected),
        "missing frames are filled in by straight lines first": medians(bridged, window),
        "missing frames are filled in with the last known place": medians(held, window),
        "missing frames are cut out, and the window closes over them": closed,
        "of two values in the middle the lower one is taken": medians(points, window, of=lower),
        "of two values in the middle the upper one is taken": medians(points, window, of=upper),
        "NaN counts as the largest number": medians(np.nan_to_num(points, nan=1e9), window),
        "the mean of what is left is taken": medians(points, window, of=np.mean),
    }
    return {slip: value[half:-half] for slip, value in whole.items()}
