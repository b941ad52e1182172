"""What comes of the known mistakes in locating key points; see ``slips``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from stats220.arrays import to_numpy


def of_places(tops: torch.Tensor, logits: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of tops between the pixels of a map that is as large as the frame, as (x, y)."""
    pixels = tops.round()
    shift = tops - pixels
    maps = to_numpy(logits).astype(float)
    last = torch.tensor([logits.shape[2] - 1, logits.shape[1] - 1])
    at_border = ((pixels == 0) | (pixels == last)).any(dim=1, keepdim=True)
    return {
        "it is the pixel of the largest logit: nothing is shifted, or what comes out is rounded": pixels,
        "it is shifted the wrong way": pixels - shift,
        "it is shifted twice as far as the top is": pixels + 2 * shift,
        "it is shifted twice as far as the top is, up to half a pixel": pixels
        + (2 * shift).clamp(-0.5, 0.5),
        "it is shifted half as far as the top is": pixels + shift / 2,
        "it is shifted by a quarter of a pixel toward the larger neighbor, as heat maps are often read": (
            pixels + 0.25 * shift.sign()
        ),
        "the shifts of x and of y are exchanged": pixels + shift.flip(1),
        "only x is shifted": pixels + shift * torch.tensor([1, 0]),
        "only y is shifted": pixels + shift * torch.tensor([0, 1]),
        "at a border neither x nor y is shifted": torch.where(at_border, pixels, tops),
        "the shift is never to the left or up": pixels + shift.clamp(min=0),
        "the sign of the shift is lost": pixels + shift.abs(),
        "what comes out is cut to whole pixels": tops.floor(),
        "one pixel away from the border nothing is shifted either": torch.where(
            (pixels <= 1) | (pixels >= last - 1), pixels, tops
        ),
        "y is shifted by what x should be": pixels + shift[:, :1],
        "the parabola goes through probabilities, or their logarithms, not through logits": _shifted(
            expit(maps), pixels, top_of_parabola
        ),
        "the parabola goes through the logarithms of probabilities, or of something else, not through logits": _shifted(
            log_expit(maps), pixels, top_of_parabola
        ),
        "it is the mean place of three pixels, weighed by e to their logits": _shifted(
            np.exp(maps), pixels, mean_of_three
        ),
        "it is the mean place of three pixels, weighed by their probabilities": _shifted(
            expit(maps), pixels, mean_of_three
        ),
        "it is the mean place of three pixels, weighed by their logits": _shifted(
            maps, pixels, mean_of_three
        ),
        "the slope alone counts, (r - l) / 2: it is not divided by the curvature": _shifted(
            maps, pixels, lambda left, _, right: (right - left) / 2
        ),
        "the curvature is taken to be l - c + r, without the 2": _shifted(
            maps, pixels, lambda left, center, right: (left - right) / (2 * (left - center + right))
        ),
        "it is multiplied by the curvature: / 2 * (...) divides by the 2 alone": _shifted(
            maps,
            pixels,
            lambda left, center, right: (left - right) / 2 * (left - 2 * center + right),
        ),
    } | {slip: _shifted(maps, pixels, top_of_parabola, beyond=way) for slip, way in BEYOND.items()}


BEYOND = {
    "beyond the border a zero is taken for the neighbor that is missing": "constant",
    "beyond the border the pixel itself is taken for its missing neighbor": "edge",
    "beyond the border the neighbor on the other side is taken for the missing one": "reflect",
    "beyond the border the map goes on with its other side: -1 is the last index": "wrap",
}


def top_of_parabola(left: float, center: float, right: float) -> float:
    """By NumPy's fit through three values."""
    a, b, _ = np.polyfit([-1, 0, 1], [left, center, right], 2)
    return float(-b / (2 * a)) if a < 0 else 0.0


def mean_of_three(left: float, center: float, right: float) -> float:
    """The mean of -1, 0 and 1 with these weights."""
    return (right - left) / (left + center + right)


def _shifted(
    maps: NDArray[Any],
    pixels: torch.Tensor,
    shift: Callable[[float, float, float], float],
    beyond: Any = None,
) -> torch.Tensor:
    """These pixels (x, y) of the maps, each shifted by what comes of its value and its two neighbors', if there are both.

    Where it is said how the maps go on beyond the border, at the border, too.
    """
    tops = pixels.double().clone()
    for k, (x, y) in enumerate(pixels.int().tolist()):
        for axis, (line, i) in enumerate(((maps[k, y], x), (maps[k, :, x], y))):
            if beyond is not None:
                three = np.pad(line, 1, mode=beyond)[i : i + 3]
            elif 0 < i < len(line) - 1:
                three = line[i - 1 : i + 2]
            else:
                continue
            tops[k, axis] = i + shift(*three.tolist())
    return tops


def of_largest(logits: torch.Tensor, places_xy: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of the pixels (x, y) of the largest logits of maps that all have the lowest ones around these."""
    height = logits.shape[1]
    index, lowest = logits.flatten(1).argmax(dim=1), logits.flatten(1).argmin(dim=1)
    by_height = torch.stack([index % height, index // height], dim=1)
    sums = torch.stack([logits.sum(dim=1).argmax(dim=1), logits.sum(dim=2).argmax(dim=1)], dim=1)
    return {
        "y, the row, comes before x, the column": places_xy.flip(1),
        "half a pixel is added, and none taken off again": places_xy + 0.5,
        "half a pixel is taken off, and none added first": places_xy - 0.5,
        "it is one pixel too far to the right and down: counted from 1, or half a pixel added twice": places_xy
        + 1,
        "the index is divided by the height of the map, not by its width": by_height,
        "the index is divided by the height of the map, not by its width, and x and y are exchanged": (
            by_height.flip(1)
        ),
        "all maps get the place that is the largest of all": places_xy[
            logits.amax(dim=(1, 2)).argmax()
        ].expand_as(places_xy),
        "the smallest logit is found, or the one with the largest absolute value": torch.stack(
            [lowest % logits.shape[2], lowest // logits.shape[2]], dim=1
        ),
        "row and column are the largest of sums, not those of the largest logit": sums,
    }


def of_saturated(logits: torch.Tensor) -> torch.Tensor:
    """The first pixels (x, y) of which float32 has the largest probability."""
    index = torch.sigmoid(logits).flatten(1).argmax(dim=1)
    return torch.stack([index % logits.shape[2], index // logits.shape[2]], dim=1)


def of_lost(places_xy: torch.Tensor, logits: torch.Tensor, least: float) -> dict[str, torch.Tensor]:
    """Of places of which those are NaN whose largest logit has less than the least probability."""
    largest = logits.amax(dim=(1, 2))
    probability = torch.sigmoid(largest)

    def found(where: torch.Tensor, other: float = math.nan) -> torch.Tensor:
        return torch.where(where[:, None], places_xy, other)

    is_found = probability >= least
    x_lost = found(is_found)
    x_lost[:, 1] = places_xy[:, 1]
    softmax = torch.softmax(logits.flatten(1), dim=1).amax(dim=1)
    return {
        "a pixel that is just so probable does not count: more is asked than `at least`": found(
            probability > least
        ),
        "the logit itself is compared with min_probability, as if it were a probability": found(
            largest >= least
        ),
        "the largest probability of all maps is compared, not that of each map": found(
            is_found.any().expand_as(is_found)
        ),
        "nothing is compared with min_probability": places_xy,
        "0 stands for a point that is not found, not NaN": found(is_found, 0.0),
        "-1 stands for a point that is not found, not NaN": found(is_found, -1.0),
        "only x is NaN of a point that is not found": x_lost,
        "after a point that is not found, those that follow are not found either": found(
            is_found.cumprod(dim=0).bool()
        ),
        "where one point is not found, none is": found(is_found.all().expand_as(is_found)),
        "a softmax over the map is compared, not the probability of a pixel": found(
            softmax >= least
        ),
        "the mean probability of a map is compared, not its largest": found(
            torch.sigmoid(logits).mean(dim=(1, 2)) >= least
        ),
        "points are lost below 0.5, whatever min_probability is": found(probability >= 0.5),
        "points that are probable enough are lost, and the others are kept": found(
            (probability < least) | (least == 0)
        ),
        "points that are probable enough are lost": found(probability < least),
        "1 - min_probability is what is compared with": found(probability >= 1 - least),
        "the odds e^a are compared, not the probability": found(largest.exp() >= least),
    }


def of_scaled(tops: torch.Tensor, scale: float) -> dict[str, torch.Tensor]:
    """Of tops that are brought to the frame."""
    pixels = tops.round()
    return {
        "a pixel's number is scaled, not its center": tops * scale,
        "half a pixel is added, and none taken off again": (tops + 0.5) * scale,
        "half a pixel is taken off first, and added afterwards": (tops - 0.5) * scale + 0.5,
        "half a pixel is added after scaling, and not before": tops * scale + 0.5,
        "half a pixel is taken off after scaling, and none added before": tops * scale - 0.5,
        "half a pixel is added, and added once more after scaling": (tops + 0.5) * scale + 0.5,
        "only y is taken from center to center, x is not": _centers(tops, scale, [1]),
        "only x is taken from center to center, y is not": _centers(tops, scale, [0]),
        "only x is scaled": _centers(tops, scale, [0], torch.tensor(1.0)),
        "only y is scaled": _centers(tops, scale, [1], torch.tensor(1.0)),
        "the half is scaled alone: a bracket is missing": tops + 0.5 * scale - 0.5,
        "half a pixel is taken off the scale: a bracket is missing": (tops + 0.5) * (scale - 0.5),
        "the scale is 2, whatever is asked": (tops + 0.5) * 2 - 0.5,
        "the half of (scale - 1) is cut to a whole number": tops * scale + (scale - 1) // 2,
        "what comes out is cut to a whole number": ((tops + 0.5) * scale - 0.5).floor(),
        "what comes out is rounded to a whole number": ((tops + 0.5) * scale - 0.5).round(),
        "the shift between the pixels is not scaled": (pixels + 0.5) * scale - 0.5 + tops - pixels,
        "the shift between the pixels is left out": (pixels + 0.5) * scale - 0.5,
        "nothing is scaled": tops,
        "the scale is cut to a whole number": (tops + 0.5) * int(scale) - 0.5,
        "the map is taken to be larger than the frame: divided by the scale": (tops + 0.5) / scale
        - 0.5,
    }


def _centers(
    tops: torch.Tensor, scale: float, axes: list[int], other: torch.Tensor | None = None
) -> torch.Tensor:
    """Places that are scaled as pixels' centers along these axes, and as numbers, by the scale or another, along the rest."""
    places = tops * (scale if other is None else other)
    places[:, axes] = (tops[:, axes] + 0.5) * scale - 0.5
    return places
