"""Lab 5's checks of cameras."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.lazily import lazily
from stats220.checks.triangulation.camera_slips import (
    SQUEEZED,
    center_slips,
    depth_slips,
    matrix_slips,
    pixel_slips,
)
from stats220.checks.triangulation.inputs import NAN, rig, somewhere
from stats220.checks.triangulation.stand_ins import untouched

PIXELS = 1e-3  # how far off a pixel may be: float32 rounds 1000 pixels to 6e-5


@checked
def project(project: Any) -> Checks:
    """Cameras that are known by where they stand, and similar triangles."""
    checks = Checks("project", hidden_points=1)
    divides = "divides u and v by the depth w"

    with checks(
        1,
        divides,
        hint="What makes far things small? A x + b has three components, each from a row of A and an entry of b; the third is the depth, and a pixel "
        "has two, u to the right and v down, which need not be whole numbers. Cameras come first, then points.",
        remedy="uvw = np.einsum('cij,nj->cni', A, points_3d) + b[:, None]; pixels = uvw[..., :2] / uvw[..., 2:].",
    ):
        cameras, points = rig(checks.rng, 4), somewhere(checks.rng, 6)
        checks.close(
            project(cameras.projections, points),
            cameras.images(points),
            atol=PIXELS,
            rtol=1e-5,
            name="pixels of 4 cameras and 6 points",
            nan_equal=True,  # as what some of these mistakes give has NaN
            looks_like=lazily(pixel_slips, cameras, points),
        )

    with checks(
        1,
        "takes one camera or many, one point or many, and as many points as cameras",
        hint="Each camera sees *every* point: which axis of your result counts cameras, and which points? With three of each, "
        "NumPy cannot tell you that two axes are mixed up.",
        remedy="The result is (num_cameras, num_points, 2) for any sizes, one included: no squeeze.",
    ):
        for num_cameras, num_points in ((1, 1), (1, 5), (3, 1), (3, 3), (4, 4)):
            cameras, points = rig(checks.rng, num_cameras), somewhere(checks.rng, num_points)
            expected = cameras.images(points)
            found = project(projections=cameras.projections, points_3d=points)
            name = f"pixels, {num_cameras} cameras, {num_points} points"
            slips = {SQUEEZED: expected.squeeze()}
            checks.close(found, expected, atol=PIXELS, rtol=1e-5, name=name, looks_like=slips)
            checks.array(found, expected.shape, name=name)

    with checks(
        1,
        "gives NaN for points at and behind the camera, and for no others",
        hint="The division works for w < 0 as well, and shows a point behind the camera as if it were in front. What is w there, "
        "and what is it for a point beside the lens? Such points have neither column nor row; one very near the lens is still in front.",
        remedy="np.where(w > 0, ..., np.nan), w itself, not its absolute value; w = 0 is not in front.",
    ):
        camera = np.array([[[200.0, 0, 30, 0], [0, 100, 20, 0], [0, 0, 1, 0]]])
        points = np.array([[1.0, -2, 4], [1, -2, -4], [3, 1, 0], [0, 0, 0], [1e-4, 2e-4, 1e-3]])
        checks.close(
            project(camera, points),
            [[[80.0, -30.0], [NAN, NAN], [NAN, NAN], [NAN, NAN], [50.0, 40.0]]],
            atol=PIXELS,
            name="pixels at depths 4, -4, 0, 0 and 0.001",
            nan_equal=True,
            looks_like=depth_slips(),
        )

    with checks(
        1,
        "leaves the cameras and the points as they were",
        hint="Who owns the arrays that you were given? Whoever calls your function may need them again.",
        remedy="`/=`, `+=` and `[...] =` on an argument or on a slice of it write into the caller's array: make a new one.",
        needs=divides,
    ):
        cameras, points = rig(checks.rng, 2), somewhere(checks.rng, 3)
        matrices = 3.0 * cameras.projections  # the same cameras: to rescale them in place shows
        found, afterwards = checks.call(project, matrices, points)
        checks.close(found, cameras.images(points), atol=PIXELS, rtol=1e-5, name="pixels")
        untouched(checks, ("projections", "points_3d"), (matrices, points), afterwards)

    return checks


NAMES = ("intrinsics", "rotation", "center")


@checked
def projection_matrix(projection_matrix: Any) -> Checks:
    """The matrix must send points where similar triangles do."""
    checks = Checks("projection_matrix", hidden_points=1)
    sends = "sends points where a camera at that place, turned like that, sees them"

    with checks(
        1,
        sends,
        hint="In camera coordinates the point is R (x - c), and K comes after that. Multiply it out: what stands before x, and what is left over?",
        remedy="A = K R and b = -K R c. The rows of R are the camera's axes, so it is R, not its transpose, and b has a minus.",
    ):
        for _ in range(3):
            camera = rig(checks.rng, 1)
            optics = np.diag([*camera.focal[0], 1.0])
            optics[:2, 2] = camera.middle[0]
            given = (optics, camera.axes[0], camera.place[0])
            expected = camera.projections[0]
            checks.close(
                projection_matrix(*given),
                expected,
                atol=1e-2,
                rtol=1e-5,
                name="[A | b]",
                looks_like=lazily(matrix_slips, *given),
            )

    with checks(
        1,
        "takes its arguments by name and returns an array, and leaves K, R and c as they were",
        hint="K, R and c still belong to the caller, who may need them again.",
        remedy="`*=` and `[...] =` on an argument write into the caller's array: make a new one.",
        needs=sends,
    ):
        camera = rig(checks.rng, 1)
        optics = np.diag([*camera.focal[0], 1.0])
        given = (optics, camera.axes[0], camera.place[0])
        checks.array(projection_matrix(**dict(zip(NAMES, given, strict=True))), (3, 4))
        untouched(checks, NAMES, given, checks.call(projection_matrix, *given)[1])

    return checks


@checked
def camera_center(camera_center: Any) -> Checks:
    """Cameras that are known by where they stand."""
    checks = Checks("camera_center", hidden_points=1)

    with checks(
        1,
        "is where the camera stands",
        hint="For which point are u, v and w all zero? That is one equation with a matrix; a null vector solves it with a fourth component that is not "
        "yet 1. b itself is in pixels; and a transpose undoes a rotation, but A is K R.",
        remedy="np.linalg.solve(A, -b).",
    ):
        camera = rig(checks.rng, 1)
        found = camera_center(projection=camera.projections[0])
        checks.close(
            found,
            camera.place[0],
            atol=1e-2,
            name="center",
            looks_like=lazily(center_slips, camera),
        )
        checks.array(checks.unchanged(camera_center, camera.projections[0]), (3,), name="center")

    return checks
