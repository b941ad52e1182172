"""Lab 5's hidden checks of cameras."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.triangulation.inputs import NAN, rig, somewhere


@checked
def project(project: Any) -> Checks:
    """A camera with a skewed image, points on both sides of it, and a point that is missing."""
    checks = Checks("project", hidden=True)

    with checks(
        1,
        "is right for a skewed image, with points before and behind and one that is NaN",
        hint="Any A and b are cameras: use all their entries, and look at w for each camera and point.",
    ):
        matrices = np.array(
            [
                [[300.0, 40, 10, 500], [20, 280, -30, -200], [0.1, -0.2, 1, 6]],
                [[-250.0, 0, 15, 100], [10, 5, 260, 90], [0, 1, 0.1, -3]],
            ]
        )
        points = checks.rng.uniform(-10, 10, (9, 3))
        points[4] = NAN
        expected = np.full((2, 9, 2), NAN)
        for c, n in np.ndindex(2, 9):
            u, v, w = matrices[c] @ np.append(points[n], 1)
            if w > 0:
                expected[c, n] = u / w, v / w
        found = project(matrices, points)
        checks.close(found, expected, atol=1e-3, rtol=1e-5, name="pixels", nan_equal=True)

    return checks


@checked
def projection_matrix(projection_matrix: Any) -> Checks:
    """What the matrix sees, through similar triangles."""
    checks = Checks("projection_matrix", hidden=True)

    with checks(
        1,
        "shows points where similar triangles do",
        hint="K R (x - c) = K R x - K R c.",
    ):
        camera, points = rig(checks.rng, 1), somewhere(checks.rng, 6)
        optics = np.diag([*camera.focal[0], 1.0])
        optics[:2, 2] = camera.middle[0]
        matrix = projection_matrix(optics, camera.axes[0], camera.place[0])
        checks.shape(matrix, (3, 4), name="[A | b]")
        seen = np.asarray(matrix) @ np.vstack([points.T, np.ones(6)])
        checks.close((seen[:2] / seen[2]).T, camera.images(points)[0], atol=1e-2, name="pixels")

    return checks


@checked
def camera_center(camera_center: Any) -> Checks:
    """The same camera, by a matrix a hundred times as large."""
    checks = Checks("camera_center", hidden=True)

    with checks(
        1,
        "does not depend on the scale of the matrix",
        hint="[A | b] times a number is the same camera.",
    ):
        camera = rig(checks.rng, 1)
        found = camera_center(100 * camera.projections[0])
        checks.close(found, camera.place[0], atol=1e-2, name="center")

    return checks
