"""Lab 5's answer key beside OpenCV, scipy, brute force and measured figures, with the shapes in its signatures executed."""

from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from beartype import beartype
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import TypeCheckError, jaxtyped
from multiview import matrices, pinhole, ring, scene
from scipy.optimize import least_squares

from stats220.errors import InputError
from stats220.models.triangulation import ray, triangulate_robust
from stats220.reference import triangulation as key
from stats220.reference.triangulation import fast

Array = np.ndarray[Any, np.dtype[Any]]
typed = jaxtyped(typechecker=beartype)
project, triangulate_dlt = typed(key.project), typed(key.triangulate_dlt)
reprojection_errors, triangulate_median = (
    typed(key.reprojection_errors),
    typed(key.triangulate_median),
)
triangulate_ransac, robust_weights = typed(key.triangulate_ransac), typed(key.robust_weights)


def test_shapes_in_signatures_are_executed() -> None:
    cameras, points, pixels = scene(3, 4)
    for call in [
        lambda: project(cameras, points[0]),
        lambda: triangulate_dlt(cameras, pixels[:, :, :1]),
        lambda: reprojection_errors(cameras, pixels, points[1:]),
        lambda: robust_weights("0", 1.0, "huber"),
    ]:
        with pytest.raises((TypeCheckError, BeartypeCallHintViolation)):
            call()


# Part 1


def test_project_is_similar_triangles() -> None:
    cameras = ring(4)
    points = np.random.default_rng(0).uniform(-200, 200, (7, 3))
    found = project(matrices(*cameras), points)
    np.testing.assert_allclose(found, pinhole(*cameras, points), rtol=1e-12)


def test_project_is_opencvs() -> None:
    cv2 = pytest.importorskip("cv2", reason="needs OpenCV: pip install 'stats220[cameras]'")
    K, R, t = ring(3, seed=1)
    points = np.random.default_rng(1).uniform(-200, 200, (6, 3))
    found = project(matrices(K, R, t), points)
    for c in range(3):
        theirs, _ = cv2.projectPoints(points, cv2.Rodrigues(R[c])[0], t[c], K[c], None)
        np.testing.assert_allclose(found[c], theirs[:, 0], atol=1e-8)


def test_project_gives_nan_beside_and_behind_the_camera_only() -> None:
    camera = np.array([[[100.0, 0, 0, 0], [0, 100, 0, 0], [0, 0, 1, 0]]])
    depths = np.array([2.0, 1e-9, 0.0, -1e-9, -2.0])
    points = np.column_stack([np.ones(5), -np.ones(5), depths])
    found = project(camera, points)[0]
    np.testing.assert_allclose(found[:2], [[50, -50], [1e11, -1e11]])
    assert np.isnan(found[2:]).all()


def test_projection_matrix_and_camera_center() -> None:
    K, R, t = ring(5, seed=2)
    for c, matrix in enumerate(matrices(K, R, t)):
        center = -R[c].T @ t[c]
        np.testing.assert_allclose(key.projection_matrix(K[c], R[c], center), matrix, atol=1e-9)
        np.testing.assert_allclose(key.camera_center(matrix), center, atol=1e-8)


# Part 2


@pytest.mark.parametrize("triangulate", [triangulate_dlt, fast.triangulate_fast])
@pytest.mark.parametrize("num_cameras", [2, 3, 6])
def test_dlt_finds_points_from_their_exact_images(triangulate: Any, num_cameras: int) -> None:
    cameras, points, pixels = scene(num_cameras, 50)
    np.testing.assert_allclose(triangulate(cameras, pixels), points, atol=1e-8)


@pytest.mark.parametrize("triangulate", [triangulate_dlt, fast.triangulate_fast])
def test_dlt_leaves_out_what_is_not_seen(triangulate: Any) -> None:
    cameras, points, pixels = scene(4, 30)
    unseen = np.random.default_rng(3).random((4, 30)) < 0.45
    pixels[unseen] = np.nan
    enough = (~unseen).sum(axis=0) >= 2
    assert 5 < enough.sum() < 30
    found = triangulate(cameras, pixels)
    np.testing.assert_allclose(found[enough], points[enough], atol=1e-8)
    assert np.isnan(found[~enough]).all()


def test_dlt_of_two_noisy_views_is_opencvs() -> None:
    cv2 = pytest.importorskip("cv2", reason="needs OpenCV: pip install 'stats220[cameras]'")
    cameras, _, pixels = scene(2, 100, noise_px=5)
    theirs = cv2.triangulatePoints(cameras[0], cameras[1], pixels[0].T, pixels[1].T)
    np.testing.assert_allclose(
        triangulate_dlt(cameras, pixels), (theirs[:3] / theirs[3]).T, atol=1e-6
    )


@pytest.mark.parametrize("num_cameras", [2, 3, 6])
@pytest.mark.parametrize("noise_px", [1.0, 300.0])
def test_fast_dlt_minimizes_the_same(num_cameras: int, noise_px: float) -> None:
    """Each point is the smallest eigenvector, found by a general eigensolver one point at a time; also where views contradict."""
    cameras, _, pixels = scene(num_cameras, 200, noise_px=noise_px)
    found = fast.triangulate_fast(cameras, pixels)
    for n in range(200):
        rows = np.concatenate(
            [
                (pixels[c, n, 0] * P[2] - P[0], pixels[c, n, 1] * P[2] - P[1])
                for c, P in enumerate(cameras)
            ]
        ).reshape(-1, 4)
        h = np.linalg.svd(rows)[2][-1]
        np.testing.assert_allclose(found[n], h[:3] / h[3], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(found, triangulate_dlt(cameras, pixels), rtol=1e-7, atol=1e-7)


def test_fast_dlt_goes_on_after_a_block() -> None:
    cameras, points, pixels = scene(3, fast.BLOCK + 7)
    np.testing.assert_allclose(fast.triangulate_fast(cameras, pixels), points, atol=1e-8)


def test_parallel_rays_meet_nowhere() -> None:
    """Two identical cameras beside each other, and a point at the same pixel in both: no point, or one far away, no warning."""
    first = np.array([[1000.0, 0, 0, 0], [0, 1000, 0, 0], [0, 0, 1, 0]])
    second = first.copy()
    second[0, 3] = -1e5
    found = triangulate_dlt(np.stack([first, second]), np.zeros((2, 1, 2)))
    assert not (np.abs(found) < 1e6).all()


def test_reprojection_errors_are_distances_in_pixels() -> None:
    _, R, t = ring(3)
    cameras, points, pixels = scene(3, 8)
    shifts = np.random.default_rng(4).normal(size=(3, 8, 2))
    errors = reprojection_errors(cameras, pixels + shifts, points)
    np.testing.assert_allclose(errors, np.hypot(shifts[..., 0], shifts[..., 1]), atol=1e-9)
    pixels[1, 2], points[3] = np.nan, np.nan
    points[5] = -R[0].T @ t[0] - 10 * R[0][2]  # behind camera 0
    errors = reprojection_errors(cameras, pixels, points)
    assert np.isnan(errors[1, 2])
    assert np.isnan(errors[:, 3]).all()
    assert np.isnan(errors[0, 5])
    assert np.isnan(errors).sum() <= 7


def test_triangulate_median_is_that_of_pairs() -> None:
    cameras, _, pixels = scene(4, 9, noise_px=3)
    pixels[:3, 0], pixels[1:, 1], pixels[0, 2] = np.nan, np.nan, np.nan
    found = triangulate_median(cameras, pixels, triangulate_dlt)
    for n in range(9):
        seen = [c for c in range(4) if np.isfinite(pixels[c, n]).all()]
        pairs = [
            triangulate_dlt(cameras[[a, b]], pixels[[a, b], n][:, None])[0]
            for a, b in combinations(seen, 2)
        ]
        expected = np.median(pairs, axis=0) if pairs else np.full(3, np.nan)
        np.testing.assert_allclose(found[n], expected, atol=1e-9)


# Part 3


def test_ransac_is_that_of_brute_force() -> None:
    rng = np.random.default_rng(5)
    cameras, points, pixels = scene(5, 40, noise_px=2)
    pixels[rng.random((5, 40)) < 0.3] += rng.uniform(50, 300, 2)
    pixels[rng.random((5, 40)) < 0.2] = np.nan
    found, inliers = triangulate_ransac(cameras, pixels, 8.0, triangulate_dlt, reprojection_errors)
    for n in range(40):
        best = (0, -np.inf, None)
        for a, b in combinations(range(5), 2):
            if not np.isfinite(pixels[[a, b], n]).all():
                continue
            point = triangulate_dlt(cameras[[a, b]], pixels[[a, b], n][:, None])
            errors = reprojection_errors(cameras, pixels[:, n, None], point)[:, 0]
            agree = errors <= 8.0
            score = (int(agree.sum()), -float(errors[agree].sum()))
            if score > best[:2]:
                best = (*score, agree)
        agree = np.zeros(5, bool) if best[2] is None else best[2]
        np.testing.assert_array_equal(inliers[:, n], agree)
        if agree.sum() >= 2:
            again = triangulate_dlt(cameras[agree], pixels[agree, n][:, None])[0]
            np.testing.assert_allclose(found[n], again, atol=1e-9)
        else:
            assert np.isnan(found[n]).all()
    right = np.linalg.norm(found - points, axis=1) < 20
    assert right.mean() > 0.75


LOSSES = {
    "huber": lambda r: np.where(r <= 1, r**2 / 2, r - 0.5),
    "cauchy": lambda r: np.log(1 + r**2) / 2,
    "student": lambda r: 3 * np.log(1 + r**2 / 4),
}


@pytest.mark.parametrize("kind", LOSSES)
def test_robust_weights_are_slopes_of_the_loss(kind: str) -> None:
    ratio = np.array([0.01, 0.5, 0.99, 1.01, 2.0, 7.0, 1000.0])
    h = 1e-6
    slope = (LOSSES[kind](ratio + h) - LOSSES[kind](ratio - h)) / (2 * h)
    found = robust_weights(4.0 * ratio, 4.0, kind)
    np.testing.assert_allclose(found, slope / ratio, rtol=1e-4)
    np.testing.assert_array_equal(robust_weights(np.array([np.nan, np.nan]), 4.0, kind), 0)
    assert np.isfinite(robust_weights(np.zeros((2, 3)), 4.0, kind)).all()


@pytest.mark.parametrize("kind", ["huber", "cauchy"])
def test_the_loop_around_them_finds_what_scipy_finds(kind: str) -> None:
    """scipy weighs each axis of the image by itself."""
    rng = np.random.default_rng(6)
    cameras, points, pixels = scene(5, 6, noise_px=1)
    pixels[0, ::2] += rng.uniform(30, 60, 2)
    start = triangulate_dlt(cameras, pixels)
    weights_of = partial(robust_weights, scale_px=5.0, kind=kind)
    found = triangulate_robust(
        cameras, pixels, start, project=project, weights_of=weights_of,
        each_axis=True, num_iterations=300,
    )  # fmt: skip
    for n in range(6):

        def residuals(x: Array, n: int = n) -> Array:
            uvw = cameras[:, :, :3] @ x + cameras[:, :, 3]
            return np.ravel(uvw[:, :2] / uvw[:, 2:] - pixels[:, n])

        theirs = least_squares(
            residuals, points[n], loss=kind, f_scale=5.0, xtol=1e-14, ftol=1e-14, gtol=1e-12
        )
        np.testing.assert_allclose(found[n], theirs.x, atol=1e-2)


# Bad input


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda P, x: key.project(P[0], np.zeros((2, 3))), r"projections\[None\]"),
        (lambda P, x: key.project(np.full_like(P, np.nan), np.zeros((2, 3))), "camera 0 is not finite"),
        (lambda P, x: key.triangulate_dlt(P[:1], x[:1]), "one camera gives a ray"),
        (lambda P, x: key.triangulate_dlt(P, x[:2]), "3 cameras, but points_2d is from 2 views"),
        (lambda P, x: key.triangulate_dlt(P, x.reshape(3, 2, 2, 2)), "reshape"),
        (lambda P, x: key.robust_weights(x[..., 0], 0.0, "huber"), "must be positive"),
        (lambda P, x: key.robust_weights(x[..., 0], 1.0, "tukey"), "'huber', 'cauchy' or 'student'"),
        (lambda P, x: key.projection_matrix(np.eye(3), 2 * np.eye(3), np.zeros(3)), "no rotation"),
        (lambda P, x: key.projection_matrix(np.eye(3), np.diag([1.0, 1, -1]), np.zeros(3)), "mirrors"),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_one_line(call: Any, says: str) -> None:
    cameras, _, pixels = scene(3, 4)
    with pytest.raises(InputError, match=says) as caught:
        call(cameras, pixels)
    assert "\n" not in str(caught.value)


def test_all_views_nan_and_points_behind_are_nan_without_a_warning() -> None:
    cameras, points, pixels = scene(3, 4)
    nothing = np.full_like(pixels, np.nan)
    for triangulate in (key.triangulate_dlt, fast.triangulate_fast):
        assert np.isnan(triangulate(cameras, nothing)).all()
    found, inliers = key.triangulate_ransac(
        cameras, nothing, 5.0, key.triangulate_dlt, key.reprojection_errors
    )
    assert np.isnan(found).all()
    assert not inliers.any()
    assert np.isnan(key.triangulate_median(cameras, nothing, key.triangulate_dlt)).all()
    assert np.isnan(
        key.project(cameras, points - 1e5 * np.linalg.inv(cameras[0, :, :3])[:, 2])[0]
    ).all()


def test_ray_holds_the_points_that_a_pixel_may_show() -> None:
    cameras, points, pixels = scene(2, 3)
    along = ray(cameras[1], pixels[1, 2], np.array([10.0, 500.0, 2000.0]))
    np.testing.assert_allclose(
        key.project(cameras[1:], along)[0], np.tile(pixels[1, 2], (3, 1)), atol=1e-8
    )
    gaps = np.cross(along[1] - along[0], points[2] - along[0])
    np.testing.assert_allclose(gaps / np.linalg.norm(along[1] - along[0]), 0, atol=1e-7)
