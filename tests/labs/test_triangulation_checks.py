"""Lab 5's checks, visible and hidden together: what they give full points, what they do not, and that their own inputs are what they say."""

from itertools import combinations
from typing import Any, Literal

import numpy as np
import pytest
from bank import BankTests, LabChecks
from jaxtyping import Bool, Float
from multiview import pinhole
from scipy.linalg import solveh_banded
from scipy.optimize import brentq
from scipy.special import expit, logsumexp

from stats220.checks.triangulation import stand_ins
from stats220.checks.triangulation.elections import disturbed, two_stories, views_of
from stats220.checks.triangulation.inputs import hidden_from, rig, somewhere, unit
from stats220.checks.triangulation.trajectories import walk
from stats220.checks.triangulation.walk_slips import posterior
from stats220.errors import InputError
from stats220.models import triangulation as given

Array = np.ndarray[Any, np.dtype[Any]]
TYPES = ("FitDirections", "LogDensity", "ReprojectionErrors", "Triangulate")

LAB = LabChecks(
    "lab5_triangulation",
    given={
        **{name: thing for name, thing in vars(given).items() if name.startswith("check_")},
        **{name: getattr(given, name) for name in TYPES},
        "Bool": Bool,
        "Float": Float,
        "InputError": InputError,
        "Literal": Literal,
        "brentq": brentq,
        "combinations": combinations,
        "expit": expit,
        "logsumexp": logsumexp,
        "np": np,
        "solveh_banded": solveh_banded,
    },
)
points, full_points = LAB.points, LAB.full_points


class TestBank(BankTests):
    lab = LAB


def test_bank_holds_five_wrong_and_three_right_answers_to_every_exercise() -> None:
    for exercise in LAB.exercises:
        said = [path.read_text(encoding="utf-8") for path in LAB.bank]
        mine = [text for text in said if f"# exercise: {exercise}\n" in text]
        right = [text for text in mine if "# points: all\n" in text]
        assert len(right) >= 3
        assert len(mine) - len(right) >= 5


# The inputs, known by something else than the making of them.


@pytest.mark.parametrize("seed", range(5))
def test_rig_sees_what_its_matrices_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cameras, world = rig(rng, 4), somewhere(rng, 7)
    K = np.zeros((4, 3, 3))
    K[:, 0, 0], K[:, 1, 1], K[:, 2, 2] = cameras.focal[:, 0], cameras.focal[:, 1], 1
    K[:, :2, 2] = cameras.middle
    t = -np.einsum("cij,cj->ci", cameras.axes, cameras.place)
    expected = pinhole(K, cameras.axes, t, world)
    np.testing.assert_allclose(cameras.images(world), expected)
    uvw = np.einsum("cij,nj->cni", cameras.projections, np.c_[world, np.ones(7)])
    assert uvw[..., 2].min() > 400  # well in front of each camera
    np.testing.assert_allclose(uvw[..., :2] / uvw[..., 2:], expected)
    np.testing.assert_allclose(np.linalg.det(cameras.axes), 1)
    np.testing.assert_allclose(np.linalg.norm(unit(rng, 3, 2), axis=-1), 1)


def test_hidden_from_hides_as_many_views_as_it_says() -> None:
    num_seen = np.array([0, 1, 2, 5, 3])
    unseen = hidden_from(np.random.default_rng(0), 5, num_seen)
    np.testing.assert_array_equal((~unseen).sum(axis=0), num_seen)


@pytest.mark.parametrize("seed", range(20))
def test_flat_world_has_the_winners_that_the_checks_expect(seed: int) -> None:
    """Brute force, pair by pair and point by point; a tie in the sums is one to the last bit."""
    rng = np.random.default_rng(seed)
    cameras, pixels, moved = disturbed(rng, 6, 40)
    np.testing.assert_array_equal(best_views(cameras, pixels, 10.0), ~moved)
    for apart, winners in (
        ([(2, 6), (6, 2), (8, 4), (0, 2), (4, 0)], [0, 1, 1, 0, 1]),
        ([(2, 2), (4, 4), (0, 0)], [0, 0, 0]),
    ):
        cameras, pixels, _ = two_stories(rng, apart)
        np.testing.assert_array_equal(best_views(cameras, pixels, 10.0), views_of(winners))


def best_views(cameras: Array, pixels: Array, threshold_px: float) -> Array:
    """Which views agree with the best pair, by sorting all pairs' scores."""
    inliers = np.zeros(pixels.shape[:2], dtype=bool)
    for n in range(pixels.shape[1]):
        scored = []
        for number, pair in enumerate(combinations(range(len(cameras)), 2)):
            views, seen = list(pair), pixels[:, n : n + 1]
            point = stand_ins.flat_triangulate(cameras[views], seen[views])
            errors = stand_ins.flat_errors(cameras, seen, point)[:, 0]
            agree = errors <= threshold_px
            scored.append((-agree.sum(), errors[agree].sum(), number, agree))
        inliers[:, n] = min(scored, key=lambda one: one[:3])[3]
    return inliers


def test_flat_triangulation_is_least_squares() -> None:
    rng = np.random.default_rng(3)
    cameras = stand_ins.flat_cameras(["xy", "yz", "zx"], rng.integers(-9, 9, (3, 2)))
    pixels = rng.integers(-50, 50, (3, 4, 2)).astype(float)
    found = stand_ins.flat_triangulate(cameras, pixels)
    rows = cameras[:, :2, :3].reshape(6, 3)
    for n in range(4):
        target = (pixels[:, n] - cameras[:, :2, 3]).ravel()
        np.testing.assert_allclose(found[n], np.linalg.lstsq(rows, target, rcond=None)[0])
    assert np.isnan(stand_ins.flat_triangulate(cameras[:1], pixels[:1])).all()


def test_posterior_by_least_squares_is_that_of_the_dense_precision() -> None:
    points_3d, precisions = walk(np.random.default_rng(4), 7, 2)
    precisions[2:4, 1] = 0
    means, variances = posterior(points_3d, precisions, 1.7)
    steps = np.diff(np.eye(7), axis=0) / 1.7
    for k in range(2):
        covariance = np.linalg.inv(steps.T @ steps + np.diag(precisions[:, k]))
        weighted = precisions[:, k, None] * points_3d[:, k]
        np.testing.assert_allclose(means[:, k], covariance @ weighted)
        np.testing.assert_allclose(variances[:, k], np.diag(covariance))


def test_peak_bytes_sees_a_matrix_and_not_its_diagonals() -> None:
    dense = stand_ins.peak_bytes(lambda n: np.zeros((n, n)).sum(), 1000)
    thin = stand_ins.peak_bytes(lambda n: np.zeros((3, n)).sum(), 1000)
    assert dense > 8e6 > 1e5 > thin > 0
    assert stand_ins.peak_bytes(lambda: None) == -1


# Right answers that differ as precisions and types do.


@pytest.mark.parametrize(
    "exercise",
    [
        "project",
        "reprojection_errors",
        "robust_weights",
        "median_filter",
        "outlier_responsibilities",
    ],
)
def test_may_return_single_precision(exercise: str) -> None:
    def in_single(*args: Any, **kwargs: Any) -> Any:
        return np.asarray(getattr(LAB.key, exercise)(*args, **kwargs), np.float32)

    assert points(exercise, in_single) == full_points(exercise)


# What a student reads.


@pytest.mark.parametrize(
    ("name", "start", "says", "hint"),
    [
        ("project_no_division", "divides", "max |difference|", "u and v are not divided by w"),
        ("project_absolute_depth", "gives NaN", "expected NaN", "absolute value of w"),
        ("triangulate_dlt_not_divided", "finds points", "max |difference|", "not divided by its fourth"),
        ("triangulate_dlt_nan_as_pixel_zero", "leaves out", "max |difference|", "pixel (0, 0)"),
        ("triangulate_dlt_one_view_is_enough", "gives NaN", "views, and came out as", "however few views see them"),
        ("triangulate_ransac_minimal_set", "finds the views", "expected 1", "can be inliers"),
        ("triangulate_ransac_not_refitted", "triangulates each", "max |difference|", "own point comes back"),
        ("robust_weights_square_roots", "cauchy", "max |difference|", "if the root is taken"),
        ("robust_weights_zero_by_zero", "is finite", "weighs [nan, nan]", "0 is divided by 0"),
        ("median_filter_zeros_beyond", "uses at the first", "max |difference|", "zeros stand beyond the ends"),
        ("smooth_trajectory_filter_only", "finds the most", "max |difference|", "the future does not count"),
        ("smooth_trajectory_dense", "takes memory", "2000 frames took", "not zero"),
        ("smooth_trajectory_means_only", "finds the most", "return two", "only one of the two"),
        ("outlier_responsibilities_linear", "does not underflow", "NaN", "0 is divided by 0"),
        ("outlier_responsibilities_areas_forgotten", "is the posterior", "max |difference|", "not normalized"),
        ("update_direction_lengths_added", "adds the prior", "concentration", "added as numbers"),
    ],
)  # fmt: skip
def test_hint_names_the_misconception(name: str, start: str, says: str, hint: str) -> None:
    result = LAB.result(name, start)
    assert says in result.message
    assert hint in result.hint


@pytest.mark.parametrize(
    ("name", "start", "slip"),
    [
        ("project_no_offset", "divides", "b is left out"),
        ("project_rows_first", "divides", "the row comes before the column"),
        ("project_whole_camera", "gives NaN", "one point behind a camera costs it all others"),
        ("projection_matrix_minus_center", "sends", "c is not turned by R"),
        ("projection_matrix_transposed", "sends", "R leads from the camera to the world"),
        ("camera_center_transpose_for_inverse", "is where", "A is taken for a rotation"),
        ("reprojection_errors_manhattan", "is the dist", "the two differences are added up"),
        ("triangulate_dlt_two_is_too_few", "finds points", "two views are taken for too few, or for views that do not see the point"),
        ("triangulate_median_mean", "is the median", "the mean is taken"),
        ("robust_weights_slopes", "huber", "ρ'(r) is not divided by r"),
        ("robust_weights_huber_in_pixels", "huber", "errors above scale_px are left in pixels"),
        ("median_filter_past_only", "is the median", "a window ends with its own frame"),
        ("median_filter_gaps_stay", "leaves NaN", "a frame without an estimate gets none from its neighbors"),
        ("smooth_trajectory_present_twice", "finds", "a frame's own measurement counts twice"),
        ("smooth_trajectory_prior_at_the_origin", "finds", "the first frame is drawn to the origin"),
        ("smooth_trajectory_precisions_as_variances", "trusts", "precisions are taken for variances"),
        ("smooth_trajectory_standard_deviations", "returns", "its root is taken"),
        ("outlier_responsibilities_no_half", "is the", "the half in the exponent is left out"),
        ("outlier_responsibilities_one_dimension", "is the", "the Gaussians are those of one dimension"),
        ("laplace_covariance_noise_not_squared", "is the inverse", "the noise is not squared"),
        ("update_direction_from_child_to_parent", "without", "it points from the child to the parent"),
        ("update_direction_variance_squared", "without", "the variance is squared"),
        ("vmf_log_density_half_sphere", "is the log", "2π stands in the place of 4π"),
        ("fit_vmf_mean_not_normalized", "has the dir", "the mean is not brought to length 1"),
        ("fit_vmf_banerjee", "has the conc", "Banerjee's formula is taken for the answer"),
        ("fit_vmf_sum_of_weights_forgotten", "has the conc", "the sum is divided by the number of directions, whatever they count"),
        ("vmf_mixture_em_hard", "climbs", "each direction belongs to one cluster alone"),
    ],
)  # fmt: skip
def test_message_names_the_slip(name: str, start: str, slip: str) -> None:
    assert LAB.result(name, start).hint == f"this is what comes out if {slip}"


def test_checks_leave_the_callers_random_state_alone() -> None:
    np.random.seed(7)
    expected = np.random.rand(3)
    np.random.seed(7)
    LAB.visible.project(LAB.key.project)
    np.testing.assert_array_equal(np.random.rand(3), expected)
