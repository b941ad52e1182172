"""What known mistakes make of votes and weights: each clause says what an answer does, and leads to the value that it gives."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks.triangulation.inputs import NAN
from stats220.checks.triangulation.stand_ins import flat_triangulate

Array = np.ndarray[Any, np.dtype[Any]]


def refit_slips(cameras: Array, pixels: Array, moved: Array, found: Any) -> dict[str, Any]:
    """Points that mistakes in the last step of `triangulate_ransac` give; `moved` (num_cameras, num_points) are the outliers."""
    pairs = [list(pair) for pair in combinations(range(len(cameras)), 2)]
    proposals = np.stack([flat_triangulate(cameras[pair], pixels[pair]) for pair in pairs])
    outlier = moved[..., None]
    return {
        "the winning pair's own point comes back": _nearest(proposals, found),
        "all views have a say in the last triangulation": flat_triangulate(cameras, pixels),
        "outliers are put at pixel 0 in the last triangulation": flat_triangulate(
            cameras, np.where(outlier, 0, pixels)
        ),
        "the last triangulation is from the outliers": flat_triangulate(
            cameras, np.where(outlier, pixels, NAN)
        ),
    }


def _nearest(proposals: Array, found: Any) -> Array:
    """For each point the proposal (num_pairs, num_points, 3) that comes nearest to what was found."""
    if np.shape(found) != proposals.shape[1:]:
        return np.asarray(proposals[0])
    with np.errstate(invalid="ignore"):
        gaps = np.nan_to_num(np.abs(proposals - to_numpy(found)).max(axis=-1), nan=np.inf)
    nearest: Array = proposals[gaps.argmin(axis=0), np.arange(proposals.shape[1])]
    return nearest


def weight_slips(
    kind: str,
    ratios: Array,
    scale_px: float,
    loss: Array,
    slope_over: Callable[[str, Array], Array],
) -> dict[str, Array]:
    """Of `robust_weights`; `loss` is ρ(r), and `slope_over` gives ρ'(r) / r for other r."""
    r, large = ratios, ratios > 1
    expected = slope_over(kind, r)
    alone: dict[str, dict[str, Array]] = {
        "huber": {
            "errors above scale_px weigh nothing": np.where(large, 0, expected),
            "errors above scale_px weigh 1 / r², not 1 / r": np.where(large, 1 / r**2, expected),
            "small errors weigh 1 / r, too": 1 / r,
            "large errors weigh more than small ones": np.maximum(r, 1),
            "beyond r = 1 the slope is not divided by r": np.ones(r.shape),
            "beyond r = 1 the loss itself is divided by r, in place of its slope": np.where(
                large, (r - 0.5) / r, 1
            ),
            "beyond r = 1 it is the loss itself": np.where(large, r - 0.5, 1),
            "up to r = 1 the half of r² / 2 is kept": np.where(large, expected, 0.5),
            "beyond r = 1 there is a half too many": np.where(large, expected / 2, 1),
            "errors above scale_px are left in pixels": np.where(large, expected / scale_px, 1),
            "large errors begin at 1 pixel, not at scale_px": np.where(scale_px * r <= 1, 1, 1 / r),
        },
        "cauchy": {
            "r² is halved inside of the sum": 1 / (1 + r**2 / 2),
            "2 stands in the place of 1": 1 / (2 + r**2),
            "it is the weight of another loss, exp(-r² / 2)": np.exp(-(r**2) / 2),
            "the logarithm is still there": 1 / (1 + loss),
            "it is the Student loss's weight": slope_over("student", r),
        },
        "student": {
            "the factor (ν + 2) / ν is left out, so that a small error weighs 1": expected / 1.5,
            "there is one dimension, ν + 1 in the place of ν + 2": expected * 5 / 6,
            "the derivative of r² / ν is not divided by ν": 4 * expected,
            "r² is not divided by ν in the logarithm": 6 / (1 + r**2),
            "r² is not divided by ν in the sum, but the whole is": 1.5 / (1 + r**2),
            "ν is squared": 6 / (16 + r**2),
            "it is the density, and not the slope of its logarithm": (1 + r**2 / 4) ** -3.0,
            "it is the Cauchy loss's weight": slope_over("cauchy", r),
        },
    }
    return {
        "the root is taken": np.sqrt(expected),
        "ρ'(r) is not divided by r": expected * r,
        **alone[kind],
        "ρ'(r) is divided by r²": expected / r,
        "it is the loss itself": loss,
        "weight times r² / 2 is made equal to the loss, in place of the slopes": 2 * loss / r**2,
        "weight times r² is made equal to the loss, in place of the slopes": loss / r**2,
        "the loss itself is divided by r, in place of its slope": loss / r,
        "the weight is squared": expected**2,
        "r is not squared": slope_over(kind, np.sqrt(r)),
        "errors are not divided by scale_px": slope_over(kind, scale_px * r),
        "errors are multiplied by scale_px": slope_over(kind, scale_px**2 * r),
        "errors are divided by scale_px squared": slope_over(kind, r / scale_px),
        "scale_px is not squared where the error is": slope_over(kind, r * np.sqrt(scale_px)),
        "weights are divided by their sum": expected / expected.sum(),
        "weights are divided by the largest of them": expected / expected.max(),
        "weights are divided by their mean": expected / expected.mean(),
        "weights are divided by scale_px squared": expected / scale_px**2,
        "all weights are twice what they should be: a half gets lost, or does not meet the 2 of an inner derivative": 2
        * expected,
        "all weights are half of what they should be: the derivative of r² lacks its 2": expected
        / 2,
    }
