"""Flat worlds in which it is known which views agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from stats220.checks import Checks
from stats220.checks.diagnosis import named_by
from stats220.checks.fingerprints import mistake_of
from stats220.checks.triangulation.inputs import NAN, hidden_from
from stats220.checks.triangulation.stand_ins import (
    flat_cameras,
    flat_errors,
    flat_images,
    flat_triangulate,
)

Array = np.ndarray[Any, np.dtype[Any]]
PLANES = ["xy", "yz", "zx", "yx", "zy"]


def disturbed(
    rng: np.random.Generator, num_points: int, moved_px: int
) -> tuple[Array, Array, Array]:
    """Five flat cameras; their pixels, each off by up to 2 along each axis; and which view (num_cameras, num_points) is moved far away."""
    cameras = flat_cameras(PLANES, rng.integers(-50, 50, (5, 2)))
    pixels = flat_images(cameras, rng.integers(-99, 99, (num_points, 3)))
    pixels = pixels + rng.integers(-2, 3, pixels.shape)
    moved = hidden_from(rng, 5, np.full(num_points, 4))
    pixels += moved[..., None] * moved_px * rng.choice([-1, 1], (5, num_points, 2))
    return cameras, pixels, moved


def two_stories(
    rng: np.random.Generator, apart: list[tuple[int, int]]
) -> tuple[Array, Array, Array]:
    """For each point two pairs of views, each with a point of its own, and a fifth view that sees nothing.

    The views 0 and 2 are off each other by the first number of `apart`, the views 1 and 3 by the second: no two neighbors agree.
    Returns cameras, pixels and the two points (2, num_points, 3) that they tell of.
    """
    cameras = flat_cameras(["xy", "xy", "yz", "yz", "zx"], rng.integers(-50, 50, (5, 2)))
    points = rng.integers(-50, 50, (len(apart), 3)).astype(float)
    stories = np.stack([points, points + rng.choice([-1, 1], points.shape) * [300, 500, 700]])
    pixels = np.full((5, len(apart), 2), NAN)
    for story in (0, 1):
        views = [story, story + 2]
        pixels[views] = flat_images(cameras[views], stories[story])
        pixels[views[1], :, 0] += [pair[story] for pair in apart]  # y, which both of them see
        stories[story, :, 1] += np.array([pair[story] for pair in apart]) / 2
    return cameras, pixels, stories


def along_y(
    rng: np.random.Generator, planes: list[str], offsets: Sequence[float]
) -> tuple[Array, Array]:
    """Cameras that all see y, and their pixels of one point: each claims a y of its own, `offsets` above the true one."""
    cameras = flat_cameras(planes, rng.integers(-50, 50, (len(planes), 2)))
    pixels = flat_images(cameras, rng.integers(-50, 50, (1, 3)).astype(float))
    pixels[:, 0][np.array([list(plane) for plane in planes]) == "y"] += offsets
    return cameras, pixels


class Election(NamedTuple):
    """Views of a flat world, and which of them are expected to be the inliers."""

    cameras: Array
    pixels: Array
    threshold_px: float
    inliers: Array
    what: str


def hold(checks: Checks, triangulate_ransac: Any, elections: list[Election]) -> None:
    """Compare the inliers of all elections; a mistake is named by what it makes of one more."""

    def ask(one: Election) -> Any:
        given = (one.cameras, one.pixels, one.threshold_px, flat_triangulate, flat_errors)
        return triangulate_ransac(*given)[1]

    def which() -> str:
        told = [ask(one) for one in muddles()]
        if np.shape(told[0]) == (24, 3):
            return "the inliers come first, and the points after them"
        return mistake_of("triangulation", "triangulate_ransac", *told)

    with named_by(checks, which):
        for one in elections:
            checks.equal(ask(one), one.inliers, name=f"inliers, {one.what}")


def muddles() -> list[Election]:
    """Three of them, always the same: no two mistakes come to the same results."""
    return [muddle(np.random.default_rng(seed)) for seed in range(3)]


def muddle(rng: np.random.Generator) -> Election:
    """Views that are off by about as much as is allowed, and some that see nothing: hardly two mistakes come to the same result."""
    cameras = flat_cameras(PLANES, rng.integers(-50, 50, (5, 2)))
    pixels = flat_images(cameras, rng.integers(-99, 99, (24, 3)))
    pixels = pixels + rng.integers(-14, 15, pixels.shape)
    pixels[hidden_from(rng, 5, np.tile([2, 3, 4, 5, 5, 5], 4))] = NAN
    return Election(cameras, pixels, 10.0, np.full((5, 24), False), "")


def views_of(stories: list[int]) -> Array:
    """The mask (5, num_points) of the views 0 and 2, or 1 and 3, for each point."""
    return np.array([[view < 4 and story == view % 2 for story in stories] for view in range(5)])
