"""Inputs for lab 5's checks: cameras that are known by where they stand, and what they see, by similar triangles."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

Array = np.ndarray[Any, np.dtype[Any]]
NAN = float("nan")


class Rig(NamedTuple):
    """Cameras, by their optics and their place.

    Attributes
    ----------
    focal : ndarray (num_cameras, 2)
        Focal lengths along the image's columns and rows, in pixels.
    middle : ndarray (num_cameras, 2)
        Where the optical axis meets the image.
    axes : ndarray (num_cameras, 3, 3)
        Rows: the camera's right, down and forwards, in the world.
    place : ndarray (num_cameras, 3)
        Where it stands, in mm.
    """

    focal: Array
    middle: Array
    axes: Array
    place: Array

    @property
    def projections(self) -> Array:
        """(num_cameras, 3, 4)."""
        matrices = []
        for focal, middle, axes, place in zip(*self, strict=True):
            optics = np.array([[focal[0], 0, middle[0]], [0, focal[1], middle[1]], [0, 0, 1]])
            matrices.append(optics @ np.hstack([axes, -(axes @ place)[:, None]]))
        return np.array(matrices)

    def images(self, points_3d: Array) -> Array:
        """Pixels (num_cameras, num_points, 2) of points in front of all cameras."""
        seen = []
        for focal, middle, axes, place in zip(*self, strict=True):
            sideways, ahead = np.split((points_3d - place) @ axes.T, [2], axis=1)
            seen.append(middle + focal * sideways / ahead)
        return np.array(seen)

    def pick(self, cameras: list[int]) -> Rig:
        """Some of the cameras, in that order."""
        return Rig(*(part[cameras] for part in self))


def rig(rng: np.random.Generator, num_cameras: int) -> Rig:
    """Cameras around the origin that look at it, each with a lens of its own."""
    angles = 360 * (np.arange(num_cameras)[:, None] + rng.uniform(-0.2, 0.2, (num_cameras, 1)))
    turns = Rotation.from_euler("z", angles / num_cameras, degrees=True)
    tilts = Rotation.from_euler("x", rng.uniform(-125, -100, (num_cameras, 1)), degrees=True)
    rolls = Rotation.from_euler("z", rng.uniform(-15, 15, (num_cameras, 1)), degrees=True)
    axes = (rolls * tilts * turns.inv()).as_matrix()
    distance = rng.uniform(900, 1400, (num_cameras, 1))
    aside = rng.uniform(-40, 40, (num_cameras, 3))
    return Rig(
        focal=rng.uniform(1100, 1900, (num_cameras, 1)) * rng.uniform(0.9, 1.1, (num_cameras, 2)),
        middle=np.array([640.0, 480.0]) + rng.uniform(-60, 60, (num_cameras, 2)),
        axes=axes,
        place=aside - distance * axes[:, 2],
    )


def somewhere(rng: np.random.Generator, num_points: int) -> Array:
    """Points (num_points, 3) within 150 mm of the origin, along each axis."""
    return rng.uniform(-150, 150, (num_points, 3))


def hidden_from(rng: np.random.Generator, num_cameras: int, num_seen: Array) -> Array:
    """A mask (num_cameras, num_points) of which view does *not* see a point: `num_seen` of them do."""
    order = rng.random((num_cameras, len(num_seen))).argsort(axis=0).argsort(axis=0)
    return order >= num_seen


def unit(rng: np.random.Generator, *shape: int) -> Array:
    """Directions (..., 3)."""
    vectors = rng.normal(size=(*shape, 3))
    directions: Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return directions
