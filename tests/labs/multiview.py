"""Cameras and points for lab 5's tests, made without the package."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

Array = np.ndarray[Any, np.dtype[Any]]


def ring(num_cameras: int, seed: int = 0) -> tuple[Array, Array, Array]:
    """K (num_cameras, 3, 3), R and t of cameras that stand around the origin and look at it, z down their axis."""
    rng = np.random.default_rng(seed)
    intrinsics, rotations, translations = [], [], []
    for i in range(num_cameras):
        focal = rng.uniform(1000, 2000)
        intrinsics.append([[focal, 0, 640], [0, 1.03 * focal, 512], [0, 0, 1]])
        turn = Rotation.from_euler("z", 360 * i / num_cameras + rng.uniform(-10, 10), degrees=True)
        tilt = Rotation.from_euler("x", rng.uniform(100, 130), degrees=True)
        roll = Rotation.from_euler("z", rng.uniform(-8, 8), degrees=True)
        rotations.append((roll * tilt * turn).as_matrix())
        translations.append([rng.uniform(-30, 30), rng.uniform(-30, 30), rng.uniform(900, 1300)])
    return np.array(intrinsics), np.array(rotations), np.array(translations)


def matrices(intrinsics: Array, rotations: Array, translations: Array) -> Array:
    """K [R | t] of each camera."""
    return np.array(
        [
            K @ np.column_stack([R, t])
            for K, R, t in zip(intrinsics, rotations, translations, strict=True)
        ]
    )


def pinhole(intrinsics: Array, rotations: Array, translations: Array, points_3d: Array) -> Array:
    """Pixels (num_cameras, num_points, 2), one camera and point at a time: by similar triangles."""
    pixels = np.empty((len(intrinsics), len(points_3d), 2))
    for c, (K, R, t) in enumerate(zip(intrinsics, rotations, translations, strict=True)):
        for n, point in enumerate(points_3d):
            right, down, ahead = R @ point + t
            pixels[c, n] = (
                K[0, 0] * right / ahead + K[0, 1] * down / ahead + K[0, 2],
                K[1, 1] * down / ahead + K[1, 2],
            )
    return pixels


def scene(
    num_cameras: int, num_points: int, *, noise_px: float = 0.0, seed: int = 0
) -> tuple[Array, Array, Array]:
    """Projection matrices, points within 150 mm of the origin, and their detections."""
    cameras = ring(num_cameras, seed)
    rng = np.random.default_rng(seed + 1)
    points_3d = rng.uniform(-150, 150, (num_points, 3))
    points_2d = pinhole(*cameras, points_3d)
    return (
        matrices(*cameras),
        points_3d,
        points_2d + noise_px * rng.normal(size=points_2d.shape),
    )
