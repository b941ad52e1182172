"""The same triangulation for millions of points: no decomposition of a point's own, only arithmetic on whole arrays.

The direct linear transform seeks the unit vector h of smallest hᵀMh, where M = Σ rowᵀ row. Each entry of M is a constant plus
multiples of p, q and p² + q² of the views, so one matrix product makes the ten different entries for all points. With h = (X, 1) up to
its scale, and M = [[A, b], [bᵀ, c]], the eigenvector equation is

    X(λ) = -(A - λI)⁻¹ b    and    c - λ + b·X(λ) = 0,

one equation in λ, which Newton's method solves from λ = 0 in three or four steps; A is only 3 × 3. Where the views contradict each other so
much that it does not settle, the point is left to the singular value decomposition.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from stats220.models.triangulation import check_views
from stats220.reference.triangulation import dlt

Array = np.ndarray[Any, np.dtype[np.float64]]

BLOCK = 4096  # points at a time: what they need stays in the processor's cache
ENTRIES = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2), (0, 3), (1, 3), (2, 3), (3, 3)]
MAX_ROUNDS = 6  # of Newton's method


def triangulate_fast(
    projections: Float[np.ndarray, "num_cameras 3 4"],
    points_2d: Float[np.ndarray, "num_cameras num_points 2"],
) -> Float[np.ndarray, "num_points 3"]:
    """What `triangulate_dlt` returns, about twenty times as fast.

    Parameters
    ----------
    projections : ndarray (num_cameras, 3, 4)
        [A | b] of each camera.
    points_2d : ndarray (num_cameras, num_points, 2)
        Pixels; NaN where a camera does not see a point.

    Returns
    -------
    ndarray (num_points, 3)
        NaN where fewer than two views see the point.

    Raises
    ------
    InputError
        Where cameras and detections do not go together.
    """
    check_views(projections, points_2d)
    num_cameras, num_points, _ = points_2d.shape
    projections = np.asarray(projections, dtype=float)
    # Pixels are counted from a place near the detections, so that p and p² are no larger than they need be.
    origin = np.array([_middle(view) for view in points_2d.reshape(num_cameras, -1, 2)])
    centered = projections.copy()
    centered[:, :2] -= origin[:, :, None] * projections[:, 2:]
    terms = np.stack([_terms(*matrix) for matrix in centered])  # (num_cameras, 4, 10)
    terms = terms.reshape(-1, len(ENTRIES)).T

    points_3d = np.empty((num_points, 3))
    factors = np.empty((num_cameras, 4, BLOCK))
    for start in range(0, num_points, BLOCK):
        block = points_2d[:, start : start + BLOCK]
        size = block.shape[1]
        now = factors[:, :, :size]
        np.subtract(block[..., 0], origin[:, :1], out=now[:, 1])
        np.subtract(block[..., 1], origin[:, 1:], out=now[:, 2])
        now[:, 3] = now[:, 1] ** 2 + now[:, 2] ** 2
        seen = np.isfinite(now[:, 3])
        now[:, 0] = seen
        if not seen.all():
            now[:] = np.where(seen[:, None], now, 0)
        entries = terms @ now.reshape(4 * num_cameras, size)
        found, settled = _smallest(entries)
        too_few = seen.sum(axis=0) < 2
        found[:, too_few] = np.nan
        odd = np.flatnonzero(~settled & ~too_few)
        if len(odd):
            found[:, odd] = dlt.triangulate_dlt(projections, block[:, odd]).T
        points_3d[start : start + BLOCK] = found.T
    return points_3d


def _middle(view: Array) -> Array:
    """A whole pixel near the middle of what was detected; any will do."""
    some = view[np.isfinite(view).all(axis=1)][:1000]
    return np.round(some.mean(axis=0)) if len(some) else np.zeros(2)


def _terms(first: Array, second: Array, third: Array) -> Array:
    """How 1, p, q and p² + q² of one view go into the entries of M: (4, 10)."""
    pieces = (
        np.outer(first, first) + np.outer(second, second),
        -np.outer(first, third) - np.outer(third, first),
        -np.outer(second, third) - np.outer(third, second),
        np.outer(third, third),
    )
    return np.array([[piece[entry] for entry in ENTRIES] for piece in pieces])


def _smallest(entries: Array) -> tuple[Array, np.ndarray[Any, np.dtype[np.bool_]]]:
    """The points (3, num_points) whose (X, 1) is along the smallest eigenvector of M, and for which of them that is sure."""
    a00, a01, a02, a11, a12, a22, b0, b1, b2, c = entries
    shift = np.zeros_like(c)
    with np.errstate(
        divide="ignore", invalid="ignore", over="ignore"
    ):  # too few views: not settled
        for _ in range(MAX_ROUNDS):
            # The Cholesky decomposition without roots of A - shift, and -b solved by it.
            d0 = a00 - shift
            l1, l2 = a01 / d0, a02 / d0
            d1 = a11 - shift - l1 * a01
            m12 = a12 - l1 * a02
            l12 = m12 / d1
            d2 = a22 - shift - l2 * a02 - l12 * m12
            y1 = b1 - l1 * b0
            x2 = (l12 * y1 - b2 + l2 * b0) / d2
            x1 = -y1 / d1 - l12 * x2
            x0 = -b0 / d0 - l1 * x1 - l2 * x2
            left = c - shift + b0 * x0 + b1 * x1 + b2 * x2
            square = 1 + x0 * x0 + x1 * x1 + x2 * x2
            # What is left moves X by about left / (square d2), relative to X; c's own rounding cannot be undone.
            smallest = np.minimum(np.minimum(d0, d1), d2)
            settled = (np.abs(left) <= 1e-11 * square * smallest + 1e-15 * c) & (smallest > 0)
            if settled.all():
                break
            shift += left / square
    return np.stack([x0, x1, x2]), settled
