"""Functions that checks hand to the student's code in the place of other exercises, and one that watches its memory.

A flat world: cameras without perspective that look along the axes of the world, so that a pixel *is* two coordinates, shifted. There
triangulation is a mean and nothing is rounded: equal errors are equal to the last bit. For real cameras these functions are of no use.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import minimize_scalar

from stats220.checks import Checks
from stats220.line.failures import CheckFailed

Array = np.ndarray[Any, np.dtype[Any]]
vonmises_fisher: Any = stats.vonmises_fisher  # its annotations want whole concentrations


def flat_cameras(planes: list[str], shifts: Array) -> Array:
    """Cameras (num_cameras, 3, 4) that see, for example, "xy": the coordinates x and y, plus `shifts` (num_cameras, 2)."""
    cameras = np.zeros((len(planes), 3, 4))
    for camera, plane, shift in zip(cameras, planes, shifts, strict=True):
        camera[[0, 1], ["xyz".index(axis) for axis in plane]] = 1
        camera[:2, 3] = shift
        camera[2, 3] = 1
    return cameras


def flat_images(projections: Array, points_3d: Array) -> Array:
    """Pixels (num_cameras, num_points, 2)."""
    axes = projections[:, :2, :3].argmax(axis=2)
    return np.moveaxis(points_3d[:, axes], 1, 0) + projections[:, None, :2, 3]


def flat_triangulate(projections: Array, points_2d: Array) -> Array:
    """For each coordinate the mean of the views that show it, 0 where none does; all NaN where fewer than two views see the point."""
    axes = projections[:, :2, :3].argmax(axis=2)
    shown = points_2d - projections[:, None, :2, 3]
    points_3d = np.full((points_2d.shape[1], 3), np.nan)
    seen = np.isfinite(shown).all(axis=2)
    for point in np.flatnonzero(seen.sum(axis=0) >= 2):
        for axis in range(3):
            values = shown[:, point][(axes == axis) & seen[:, point, None]]
            points_3d[point, axis] = values.sum() / max(1, len(values))
    return points_3d


def flat_errors(projections: Array, points_2d: Array, points_3d: Array) -> Array:
    """Distances (num_cameras, num_points), NaN where there is none."""
    off = flat_images(projections, points_3d) - points_2d
    distances: Array = np.hypot(off[..., 0], off[..., 1])
    return distances


def library_log_density(directions: Array, mean_direction: Array, concentration: float) -> Array:
    """Scipy's von Mises-Fisher distribution."""
    density: Array = vonmises_fisher(mean_direction, concentration).logpdf(directions)
    return density


def search_fit(directions: Array, weights: Array) -> tuple[Array, float]:
    """The von Mises-Fisher distribution of largest likelihood, by a search over concentrations."""
    total = np.einsum("n,ni->i", weights, directions)
    mean_direction = total / np.linalg.norm(total)

    def misfit(log_concentration: float) -> float:
        densities = library_log_density(
            directions, mean_direction, float(np.exp(log_concentration))
        )
        return -float(weights @ densities)

    best = minimize_scalar(misfit, bounds=(-4, 10), method="bounded", options={"xatol": 1e-7})
    return mean_direction, float(np.exp(best.x))


WRITES = "your function writes into an array that it is given"


def untouched(
    checks: Checks, names: Sequence[str], before: Sequence[Any], after: Sequence[Any]
) -> None:
    """Fail, and say why, where an argument is afterwards not what it was."""
    for name, was, is_now in zip(names, before, after, strict=False):
        try:
            checks.equal(is_now, was, name=f"{name} afterwards", nan_equal=True)
        except CheckFailed as failure:
            checks.that(False, str(failure), slip=WRITES)


def named(found: Any, slips: Mapping[str, Any]) -> str:
    """The first slip whose value it is, to a ten thousandth of the largest number; empty where there is none."""
    if not isinstance(found, np.ndarray) or found.dtype.kind != "f":
        return ""
    for slip, value in slips.items():
        wanted = np.asarray(value, float)
        if found.shape != wanted.shape or not np.isfinite(found).all():
            continue
        with np.errstate(invalid="ignore"):
            if np.all(np.abs(found - wanted) <= 1e-4 * np.abs(wanted).max(initial=0)):
                return slip
    return ""


def peak_bytes(function: Any, *args: Any) -> int:
    """How many bytes of arrays and objects a call holds at most at one time."""
    started = not tracemalloc.is_tracing()
    if started:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        result = function(*args)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if started:
            tracemalloc.stop()
    return -1 if result is None or result is Ellipsis else peak - before
