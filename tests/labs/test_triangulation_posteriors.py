"""The later half of lab 5's answer key beside pandas, dense algebra, numerical derivatives, scipy's distributions and the real rat."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from beartype import beartype
from jaxtyping import jaxtyped
from multiview import scene
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal, vonmises_fisher

from stats220.errors import InputError
from stats220.models.triangulation import triangulate_robust
from stats220.reference import triangulation as key

Array = np.ndarray[Any, np.dtype[Any]]
typed = jaxtyped(typechecker=beartype)
median_filter, smooth_trajectory = typed(key.median_filter), typed(key.smooth_trajectory)
outlier_responsibilities, laplace_covariance = (
    typed(key.outlier_responsibilities),
    typed(key.laplace_covariance),
)
update_direction, vmf_log_density = typed(key.update_direction), typed(key.vmf_log_density)
fit_vmf, vmf_mixture_em = typed(key.fit_vmf), typed(key.vmf_mixture_em)
RAT = Path(os.environ.get("STATS220_DATA", "../shared/data")) / "rat7m" / "mock_data.npz"


def unit(*shape: int, seed: int) -> Array:
    """Random directions."""
    vectors = np.random.default_rng(seed).normal(size=(*shape, 3))
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


# Part 4


@pytest.mark.parametrize("window", [1, 3, 7, 25])
def test_median_filter_is_that_of_pandas(window: int) -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(20, 2, 3))
    points[rng.random((20, 2)) < 0.3] = np.nan
    points[4:12, 1] = np.nan
    found = median_filter(points, window)
    for k in range(2):
        frame = pd.DataFrame(points[:, k])
        expected = frame.rolling(window, center=True, min_periods=1).median()
        np.testing.assert_allclose(found[:, k], expected)


@pytest.mark.parametrize("window", [0, 4, -3])
def test_a_window_has_a_middle(window: int) -> None:
    with pytest.raises(InputError, match="must be odd and positive"):
        median_filter(np.zeros((5, 1, 3)), window)


@pytest.mark.parametrize("step_std_mm", [0.2, 3.0])
def test_smooth_trajectory_is_the_dense_posterior(step_std_mm: float) -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(12, 3, 3))
    precisions = rng.uniform(0.1, 4, (12, 3))
    precisions[[0, 3, 4, 11], 1] = 0
    points[[0, 3], 1] = np.nan
    precisions[1:, 2] = 0
    means, variances = smooth_trajectory(points, precisions, step_std_mm)
    steps = np.diff(np.eye(12), axis=0)
    for k in range(3):
        posterior = steps.T @ steps / step_std_mm**2 + np.diag(precisions[:, k])
        covariance = np.linalg.inv(posterior)
        weighted = precisions[:, k, None] * np.nan_to_num(points[:, k])
        np.testing.assert_allclose(means[:, k], covariance @ weighted, atol=1e-9)
        np.testing.assert_allclose(variances[:, k], np.diag(covariance), atol=1e-9)


def test_smooth_trajectory_says_when_it_knows_nothing_and_takes_long_recordings() -> None:
    means, variances = smooth_trajectory(np.full((4, 1, 3), np.nan), np.zeros((4, 1)), 1.0)
    assert np.isnan(means).all()
    assert np.isinf(variances).all()
    still = np.ones((20_000, 1, 3))
    means, variances = smooth_trajectory(still, np.ones((20_000, 1)), 1.0)
    np.testing.assert_allclose(means, 1)
    # The stationary variance of λ = q = 1: 1 / √(λ (λ + 4q)).
    assert variances[10_000, 0] == pytest.approx(1 / np.sqrt(5))


@pytest.mark.parametrize(
    ("points", "precisions", "step", "says"),
    [
        (np.zeros((4, 2, 3)), np.zeros((4, 3)), 1.0, "one number for each point"),
        (np.zeros((4, 2, 3)), -np.ones((4, 2)), 1.0, "negative or not finite"),
        (np.full((4, 2, 3), np.nan), np.ones((4, 2)), 1.0, "key point 0 is not finite in frame 0"),
        (np.zeros((4, 2, 3)), np.ones((4, 2)), 0.0, "must be positive"),
        (np.zeros((4, 3)), np.ones((4, 3)), 1.0, r"not \(num_frames, num_keypoints, 3\)"),
    ],
)
def test_measurements_that_are_none_are_refused(
    points: Array, precisions: Array, step: float, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        key.smooth_trajectory(points, precisions, step)


# Part 5


def test_outlier_responsibilities_are_bayes_rule() -> None:
    errors = np.array([[0.0, 3.0, 9.0], [14.0, 30.0, 80.0]])
    narrow, broad, prior = 4.0, np.array([20.0, 40.0, 60.0]), np.array([[0.1], [0.3]])
    found = outlier_responsibilities(errors, narrow, broad, prior)
    for i, j in np.ndindex(2, 3):
        place = [errors[i, j], 0.0]
        outlier = prior[i, 0] * multivariate_normal([0, 0], broad[j] ** 2).pdf(place)
        inlier = (1 - prior[i, 0]) * multivariate_normal([0, 0], narrow**2).pdf(place)
        assert found[i, j] == pytest.approx(outlier / (outlier + inlier), rel=1e-9)


def test_outlier_responsibilities_do_not_underflow() -> None:
    errors = np.array([0.0, 1e3, 1e5, np.nan])
    found = outlier_responsibilities(errors, 2.0, 50.0, 0.01)
    np.testing.assert_allclose(found[:3], [0.01 / 625 / (0.01 / 625 + 0.99), 1, 1], rtol=1e-12)
    assert np.isnan(found[3])
    # Two equal Gaussians tell nothing: the prior stays, at any distance.
    np.testing.assert_allclose(outlier_responsibilities(errors[:3], 5.0, 5.0, 0.2), 0.2)


def test_laplace_covariance_is_the_inverse_curvature() -> None:
    cameras, points, pixels = scene(4, 5)
    weights = np.random.default_rng(2).uniform(0.2, 1, (4, 5))
    weights[:3, 4] = 0
    found = laplace_covariance(cameras, points, weights, 1.7)
    assert np.isnan(found[4]).all()
    for n in range(4):

        def gradient(x: Array, n: int = n) -> Array:
            def misfit(x: Array) -> float:
                landed = key.project(cameras, x[None])[:, 0]
                squares = np.sum((landed - pixels[:, n]) ** 2, axis=1)
                return float(weights[:, n] @ squares / (2 * 1.7**2))

            return approx_fprime(x, misfit, 1e-3)

        hessian = np.array(
            [(gradient(points[n] + s) - gradient(points[n] - s)) / 0.2 for s in 0.1 * np.eye(3)]
        )
        np.testing.assert_allclose(found[n] @ hessian, np.eye(3), atol=2e-3)


# Part 6


def test_update_direction_is_conjugate() -> None:
    """Prior times likelihood over the posterior found is the same for every direction."""
    means = unit(2, 1, seed=3)
    concentrations = np.array([[0.0], [7.0]])
    parents, children = np.random.default_rng(4).normal(scale=20, size=(2, 5, 3))
    length, variance = np.array([10.0, 20, 30, 40, 50]), 60.0
    direction, concentration = update_direction(
        means, concentrations, parents, children, length, variance
    )
    assert direction.shape == (2, 5, 3)
    np.testing.assert_allclose(np.linalg.norm(direction, axis=-1), 1)
    for i, j in np.ndindex(2, 5):
        u = unit(50, seed=5)
        prior = concentrations[i, 0] * u @ means[i, 0]
        ends = children[j] - parents[j] - length[j] * u
        likelihood = -np.sum(ends**2, axis=1) / (2 * variance)
        rest = prior + likelihood - concentration[i, j] * u @ direction[i, j]
        assert np.ptp(rest) < 1e-9


def test_update_direction_where_prior_and_bone_cancel() -> None:
    mean = np.array([0.0, 0.0, 1.0])
    direction, concentration = update_direction(mean, 2.0, mean, -mean, 3.0, 3.0)
    np.testing.assert_allclose(direction, mean)
    assert concentration == 0
    for bad in (-1.0, np.inf, np.nan):
        with pytest.raises(InputError, match="negative or not finite"):
            update_direction(mean, bad, mean, -mean, 3.0, 3.0)


@pytest.mark.parametrize(
    ("bad", "says"),
    [(0.0, "uniform"), (np.inf, "cap it"), (-1.0, "negative"), (np.nan, "negative")],
)
def test_vmf_log_density_refuses_what_is_no_concentration(bad: float, says: str) -> None:
    with pytest.raises(InputError, match=says):
        key.vmf_log_density(np.eye(3), np.eye(3)[0], bad)


def test_vmf_log_density_is_scipys_and_stable() -> None:
    mean = unit(seed=6)
    u = unit(20, seed=7)
    for k in (0.01, 1.0, 50.0, 500.0):
        theirs = vonmises_fisher(mean, k).logpdf(u)
        np.testing.assert_allclose(vmf_log_density(u, mean, k), theirs, rtol=1e-9, atol=1e-9)
    # log(k / 4π sinh k) at both ends: -log 4π - k² / 6, and log(k / 2π) - k.
    cosine = u @ mean
    small = -np.log(4 * np.pi) + 1e-6 * cosine
    np.testing.assert_allclose(vmf_log_density(u, mean, 1e-6), small, atol=1e-9)
    large = np.log(1e6 / (2 * np.pi)) + 1e6 * (cosine - 1)
    np.testing.assert_allclose(vmf_log_density(u, mean, 1e6), large, rtol=1e-12)


@pytest.mark.parametrize("concentration", [0.3, 5.0, 200.0])
def test_fit_vmf_is_scipys(concentration: float) -> None:
    u = vonmises_fisher(unit(seed=8), concentration).rvs(500, random_state=0)
    mean, found = fit_vmf(u, np.ones(500))
    theirs_mean, theirs = vonmises_fisher.fit(u)
    np.testing.assert_allclose(mean, theirs_mean, atol=1e-9)
    assert found == pytest.approx(theirs, rel=1e-6)
    counts = np.random.default_rng(9).integers(0, 4, 500)
    repeated = np.repeat(u, counts, axis=0)
    mean, found = fit_vmf(u, counts.astype(float))
    again, theirs = fit_vmf(repeated, np.ones(len(repeated)))
    np.testing.assert_allclose(mean, again)
    assert found == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("directions", "weights", "says"),
    [
        (np.eye(3), np.zeros(3), "cluster is empty"),
        (np.eye(3)[[0, 0]], np.ones(2), "all directions are the same"),
        (2 * np.eye(3), np.ones(3), "unit length"),
        (np.vstack([np.eye(3), -np.eye(3)]), np.ones(6), "the directions cancel"),
        (np.eye(3), np.ones(2), "weights for 3 directions"),
    ],
)
def test_directions_to_which_nothing_fits_are_refused(
    directions: Array, weights: Array, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        key.fit_vmf(directions, weights)


def test_em_climbs_and_finds_clusters() -> None:
    truth = np.eye(3)
    parts = [
        vonmises_fisher(truth[i], 40.0).rvs(n, random_state=i)
        for i, n in enumerate((100, 200, 300))
    ]
    u = np.concatenate(parts)
    start = truth + 0.3 * unit(3, seed=10)
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    weights, means, concentrations, climb = vmf_mixture_em(
        u, start, np.full(3, 2.0), 60, key.vmf_log_density, key.fit_vmf
    )
    assert (np.diff(climb) > -1e-8).all()
    np.testing.assert_allclose(weights, [1 / 6, 1 / 3, 1 / 2], atol=0.02)
    np.testing.assert_allclose(np.sum(means * truth, axis=1), 1, atol=0.01)
    np.testing.assert_allclose(concentrations, 40, rtol=0.2)
    mixture = sum(
        w * vonmises_fisher(m, k).pdf(u)
        for w, m, k in zip(weights, means, concentrations, strict=True)
    )
    assert climb[-1] == pytest.approx(np.log(mixture).sum(), abs=0.01)


def test_em_leaves_an_empty_cluster_alone() -> None:
    u = vonmises_fisher([0, 0, 1], 500.0).rvs(50, random_state=0)
    means = np.array([[0.0, 0, 1], [0, 0, -1]])
    weights, found, concentrations, climb = vmf_mixture_em(
        u, means, np.array([400.0, 400.0]), 5, key.vmf_log_density, key.fit_vmf
    )
    assert weights[1] < 1e-9
    np.testing.assert_array_equal(found[1], means[1])
    assert concentrations[1] == 400
    assert np.isfinite(climb).all()


# The real rat


@pytest.mark.skipif(
    not RAT.exists(), reason="needs the recording: set STATS220_DATA, or load_rat7m() fetches it"
)
def test_errors_on_the_rat_are_those_measured_elsewhere() -> None:
    """Mean and median in mm to motion capture, as measured with other code; the key points that are copies are in."""
    data = np.load(RAT)
    cameras = data["camera_matrices"]
    pixels = np.moveaxis(data["observed_pos_2d"], 1, 0).reshape(6, -1, 2)
    truth = data["groundtruth_pos_3d"].reshape(-1, 3)
    known = np.isfinite(truth).all(axis=1)
    assert known.sum() == 1412
    start = key.triangulate_dlt(cameras, pixels)
    by_loss = {
        kind: triangulate_robust(
            cameras, pixels, start, project=key.project, each_axis=True,
            weights_of=partial(key.robust_weights, scale_px=5.0, kind=kind),
        )
        for kind in ("huber", "cauchy")
    }  # fmt: skip
    ransac, _ = key.triangulate_ransac(
        cameras, pixels, 15.0, key.triangulate_dlt, key.reprojection_errors
    )
    for found, mean, median in [
        (start, 11.13, 5.73),
        (key.triangulate_median(cameras, pixels, key.triangulate_dlt), 9.31, 4.24),
        (ransac, 9.14, 3.90),
        (by_loss["huber"], 9.19, 4.26),
        (by_loss["cauchy"], 9.03, 3.89),
    ]:
        errors_mm = np.linalg.norm(found - truth, axis=1)[known]
        assert errors_mm.mean() == pytest.approx(mean, rel=0.02)
        assert np.median(errors_mm) == pytest.approx(median, rel=0.02)
