"""What known mistakes make of lab 5's triangulation by linear algebra: each clause says what an answer does, and leads to the points that it gives."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def rows_of(projections: Array, pixels: Array, *, sign: float = -1, swapped: bool = False) -> Array:
    """(num_cameras, num_points, 2, 4): what each view says, in pixels times depth."""
    order = [1, 0] if swapped else [0, 1]
    rows: Array = pixels[..., None] * projections[:, None, 2:] + sign * projections[:, None, order]
    return rows


def solved(rows: Array) -> Array:
    """The point that a stack of rows (num_cameras, num_points, 2, 4) sends nearest to zero."""
    stacked = np.moveaxis(rows, 0, 1).reshape(rows.shape[1], -1, 4)
    vectors = np.linalg.svd(stacked)[2][:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        points: Array = vectors[:, :3] / vectors[:, 3:]
    return points


def row_slips(projections: Array, pixels: Array) -> dict[str, Array]:
    """Of `triangulate_dlt`, with mistakes in its rows; for points that all views see."""
    right = rows_of(projections, pixels)
    without_b = right * [1, 1, 1, 0]
    inside_out = pixels[..., None] * projections[:, None, :2] - projections[:, None, 2:]
    return {
        "p goes with the second row of [A | b], and q with the first": solved(
            rows_of(projections, pixels, swapped=True)
        ),
        "the first and second row are added, not subtracted": solved(
            rows_of(projections, pixels, sign=1)
        ),
        "the pixel multiplies the first and second row, not the third": solved(inside_out),
        "rows of different points end up in one matrix": solved(
            np.moveaxis(right.reshape(pixels.shape[1], -1, 1, 4), 0, 1)
        ),
        "b is left out of the rows": solved(without_b),
    }


def vector_slips(projections: Array, pixels: Array) -> dict[str, Array]:
    """The same with mistakes in the vector, each up to the signs that a decomposition leaves open."""
    stacked = np.moveaxis(rows_of(projections, pixels), 0, 1).reshape(pixels.shape[1], -1, 4)
    across, _, down = np.linalg.svd(stacked)
    ascending = np.linalg.eigh(np.swapaxes(stacked, 1, 2) @ stacked)[1]
    last = down[:, -1]
    components = {
        "the vector is read from a column of the third matrix of svd, which has the singular vectors in its rows": down[
            ..., -1
        ],
        "the vector is the first column of the third matrix of svd, which has the singular vectors in its rows": down[
            ..., 0
        ],
        "the vector is that of the largest singular value": down[:, 0],
        "the vector is that of the smallest singular value but one": down[:, -2],
        "the vector is a left singular vector": across[:, :4, -1],
        "the vector is the first left singular vector": across[:, :4, 0],
        "the vector is read from a row of eigenvectors, which stand in columns": ascending[:, 0],
        "the vector is read from the last row of eigenvectors, which stand in columns": ascending[
            :, -1
        ],
    }
    slips = {slip: vector[:, :3] / vector[:, 3:] for slip, vector in components.items()}
    return slips | {
        "what comes back has length 1: the vector is not divided by its fourth component": last[
            :, :3
        ],
        "the vector is divided by its first component, not by its fourth": last[:, 1:]
        / last[:, :1],
        "the sign of the fourth component gets lost": last[:, :3] / last[:, 3:],
    }


def gap_slips(projections: Array, pixels: Array) -> dict[str, Array]:
    """Of `triangulate_dlt`, for views that miss points."""
    seen = ~np.isnan(pixels[..., 0])
    rows = rows_of(projections, np.nan_to_num(pixels))
    half = rows.copy()
    half[..., 0, :][~seen] = 0
    both = {"over the views": np.nanmean(pixels, axis=0, keepdims=True)}
    both["over the points"] = np.nanmean(pixels, axis=1, keepdims=True)
    means = {
        f"a missing detection is put at the mean pixel {what}": solved(
            rows_of(projections, np.where(seen[..., None], pixels, mean))
        )
        for what, mean in both.items()
    }
    return {
        "a missing detection is taken for one at pixel (0, 0)": solved(rows),
        "only the second of a missing detection's two rows says something": solved(half),
        **means,
    }
