"""GIMBAL's steps against closed forms, quadrature and enumeration; the whole sampler against its own prior."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.integrate import quad
from scipy.special import ive

from stats220.data.triangulation import simulate_multiview
from stats220.errors import InputError
from stats220.models import gimbal
from stats220.models.gimbal import positions, sphere, states
from stats220.models.gimbal.fitting import cluster_directions, fit_gimbal, turn
from stats220.models.gimbal.prior import GimbalPrior
from stats220.models.gimbal.start import fill_gaps


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def outlier_responsibilities(errors, inlier_std, outlier_std, probability):  # type: ignore[no-untyped-def]
    """By scipy's Rayleigh densities: the 2D Gaussians' but for a factor of the distance that they share."""
    narrow = stats.rayleigh.logpdf(np.maximum(errors, 1e-12), scale=inlier_std)
    broad = stats.rayleigh.logpdf(np.maximum(errors, 1e-12), scale=outlier_std)
    odds = np.log(probability / (1 - probability)) + broad - narrow
    found = np.exp(-np.logaddexp(0, -np.where(np.isnan(errors), 0.0, odds)))
    return np.where(np.isnan(errors), np.nan, found)


def update_direction(mean, kappa, parent, child, length, variance):  # type: ignore[no-untyped-def]
    pull = kappa[..., None] * mean + ((length / variance)[:, None] * (child - parent))
    strength = np.sqrt((pull**2).sum(-1))
    return pull / np.maximum(strength, 1e-300)[..., None], strength


UPDATES = {
    "outlier_responsibilities": outlier_responsibilities,
    "update_direction": update_direction,
}


def small_prior(**changes: object) -> GimbalPrior:
    """Four key points in a row and one beside, two pose states."""
    rng = np.random.default_rng(1)
    directions = rng.normal(size=(2, 5, 3))
    own: dict = {
        "parents": np.array([-1, 0, 1, 2, 1]),
        "bone_lengths": np.array([0.0, 40, 30, 20, 25]),
        "bone_variances": np.array([1.0, 9, 4, 4, 6]),
        "pose_directions": directions / np.linalg.norm(directions, axis=-1, keepdims=True),
        "pose_concentrations": np.array([[1.0, 20, 5, 8, 2], [1.0, 10, 15, 3, 6]]),
        "transition": np.array([[0.8, 0.2], [0.4, 0.6]]),
        "step_variances": np.full(5, 25.0),
        "root_mean": np.array([0.0, 0.0, 50.0]),
    }
    return GimbalPrior(**(own | changes))


# Directions and angles -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kappa", [0.0, 1e-7, 0.5, 8.0, 300.0, 1e6])
def test_directions_have_the_distribution_of_fisher(kappa: float) -> None:
    """The cosine's distribution function is (e^{κw} - e^{-κ}) / (e^κ - e^{-κ}); around the mean it is uniform."""
    mean = torch.tensor([0.6, 0.0, -0.8], dtype=torch.float64).expand(4000, 3)
    drawn = sphere.sample_directions(
        mean, torch.full((4000,), kappa, dtype=torch.float64), generator()
    )
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1, atol=1e-12)
    cosine = (drawn * mean).sum(-1).numpy()

    def below(w: np.ndarray) -> np.ndarray:
        if kappa < 1e-5:
            return (w + 1) / 2
        return (np.exp(kappa * (w - 1)) - np.exp(-2 * kappa)) / -np.expm1(-2 * kappa)

    assert stats.kstest(cosine, below).pvalue > 1e-3
    across = np.cross(mean[0].numpy(), [0.0, 1.0, 0.0])
    angle = np.arctan2(drawn.numpy() @ across, drawn[:, 1].numpy())
    assert stats.kstest(angle, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3


@pytest.mark.parametrize("kappa", [0.0, 1e-5, 0.7, 30.0, 1e4])
def test_angles_are_von_mises(kappa: float) -> None:
    a, b = (
        torch.full((4000,), kappa * part, dtype=torch.float64)
        for part in (np.cos(2.0), np.sin(2.0))
    )
    drawn = sphere.sample_angles(a, b, generator(1)).numpy()
    wrapped = np.angle(np.exp(1j * (drawn - 2.0)))
    assert stats.kstest(wrapped, stats.vonmises(max(kappa, 1e-9)).cdf).pvalue > 1e-3


def test_the_constants_of_the_densities() -> None:
    """∫ exp(κ w) over the sphere = 2π ∫ exp(κ w) dw from -1 to 1, by quadrature."""
    kappas = np.array([0.0, 1e-6, 0.3, 7.0, 120.0])
    prior = small_prior(pose_concentrations=np.tile(kappas, (2, 1)))
    for k in range(1, 5):
        kappa = kappas[k]
        area = 2 * np.pi * quad(lambda w, kappa=kappa: np.exp(kappa * (w - 1)), -1, 1)[0]
        assert prior.log_normalizers[0, k] == pytest.approx(-np.log(area) - kappa, rel=1e-6)
    assert prior.log_normalizers[0, 0] == 0  # a root has no bone


# States and headings -------------------------------------------------------------------------------------------------------


def test_states_by_enumeration() -> None:
    rng = np.random.default_rng(2)
    log_likelihoods, transition = rng.normal(size=(4, 3)), rng.dirichlet(np.ones(3), 3)
    chains = list(product(range(3), repeat=4))
    weights = np.array(
        [
            np.exp(sum(log_likelihoods[t, s] for t, s in enumerate(chain)))
            * np.prod([transition[a, b] for a, b in pairwise(chain)])
            / 3
            for chain in chains
        ]
    )
    many = torch.tensor(log_likelihoods).expand(20_000, 4, 3)
    drawn, evidence = states.sample_states(many, torch.tensor(transition), generator(3))
    assert evidence.numpy() == pytest.approx(np.log(weights.sum()))
    found = np.bincount(drawn.numpy() @ 3 ** np.arange(3, -1, -1), minlength=81)
    expected = weights / weights.sum() * 20_000
    large = expected > 5
    assert stats.chisquare(
        np.append(found[large], found[~large].sum()), np.append(expected[large], expected[~large].sum())
    ).pvalue > 1e-3  # fmt: skip


def test_headings_and_their_integral_by_quadrature() -> None:
    prior = small_prior()
    rng = np.random.default_rng(4)
    u = rng.normal(size=(1, 1, 5, 3))
    u /= np.linalg.norm(u, axis=-1, keepdims=True)
    kappa = prior.pose_concentrations * (prior.parents >= 0)

    def log_density(h: float, s: int) -> float:
        turned = turn(prior.pose_directions[[s]], np.array([h]))[0]
        return float((kappa[s] * (turned * u[0, 0]).sum(-1)).sum() + prior.log_normalizers[s].sum())

    parts = [
        quad(lambda h, s=s: np.exp(log_density(h, s)), 0, 2 * np.pi)[0] / (2 * np.pi)
        for s in (0, 1)
    ]
    args = (prior.pose_directions, kappa, prior.log_normalizers, prior.transition)
    many = torch.tensor(u).expand(4000, 1, 5, 3)
    drawn, headings, evidence = states.sample_states_and_headings(
        many, *map(torch.tensor, args), generator(5)
    )
    assert evidence.numpy() == pytest.approx(np.log(np.mean(parts)))
    share = parts[1] / sum(parts)
    assert abs(drawn.double().mean() - share) < 4 * np.sqrt(share * (1 - share) / 4000)
    grid = np.linspace(-np.pi, np.pi, 4001)
    likely = int(share > 0.5)
    density = np.exp([log_density(h, likely) for h in grid])
    mean = np.sum(density * np.exp(1j * grid)) / density.sum()
    of_state = headings[drawn == likely].numpy()
    assert abs(np.exp(1j * of_state).mean() - mean) < 4 / np.sqrt(len(of_state))


def test_turning_is_about_the_vertical() -> None:
    vectors, angles = (
        np.random.default_rng(0).normal(size=(3, 4, 3)),
        np.array([0.3, -2.0, np.pi / 2]),
    )
    theirs = states.turn(torch.tensor(vectors), torch.tensor(angles)).numpy()
    np.testing.assert_allclose(theirs, turn(vectors, angles))
    np.testing.assert_allclose(
        turn(np.array([[[1.0, 0, 5]]]), np.array([np.pi / 2])), [[[0, 1, 5]]], atol=1e-12
    )


# Positions ------------------------------------------------------------------------------------------------------------------


def test_positions_against_a_dense_gaussian() -> None:
    rng = np.random.default_rng(6)
    size, num_frames = 6, 5
    A = rng.normal(size=(num_frames, size, size))
    blocks = A @ np.swapaxes(A, 1, 2) + 5 * np.eye(size)
    link, pull = rng.uniform(0.5, 1.5, size), rng.normal(size=(num_frames, size))
    J = np.zeros((num_frames * size,) * 2)
    for t in range(num_frames):
        here = slice(t * size, (t + 1) * size)
        J[here, here] = blocks[t]
        if t:
            before = slice((t - 1) * size, t * size)
            J[here, before] = J[before, here] = -np.diag(link)
    given = [torch.tensor(x) for x in (blocks[None], link, pull[None])]
    mean = positions.sample_tridiagonal(
        *given, torch.zeros(1, num_frames, size, dtype=torch.float64)
    )
    np.testing.assert_allclose(mean.numpy().ravel(), np.linalg.solve(J, pull.ravel()), atol=1e-10)
    # A draw is linear in the noise: with unit vectors for noise its map M must satisfy M Mᵀ = J⁻¹.
    units = torch.eye(num_frames * size, dtype=torch.float64).view(-1, num_frames, size)
    repeated = [x.expand(len(units), *x.shape[1:]) for x in (given[0], given[2])]
    M = positions.sample_tridiagonal(repeated[0], given[1], repeated[1], units) - mean
    M = M.reshape(len(units), -1).numpy()
    np.testing.assert_allclose(M.T @ M, np.linalg.inv(J), atol=1e-10)


def test_the_prior_of_the_positions_by_hand() -> None:
    """-log density = Σ |x_k - x_parent - b_k|² / (2 σ²) + |x_root - m|² / (2 ρ²): its gradient and curvature by torch."""
    prior = small_prior()
    rng = np.random.default_rng(7)
    bones, parents = torch.tensor(rng.normal(size=(5, 3))), torch.tensor(prior.parents)
    variances, root = torch.tensor(prior.bone_variances), torch.tensor(prior.root_mean)

    def energy(x: torch.Tensor) -> torch.Tensor:
        x = x.view(5, 3)
        off = ((x[1:] - x[parents[1:]] - bones[1:]) ** 2).sum(-1) / variances[1:]
        return (off.sum() + ((x[0] - root) ** 2).sum() / 7.0) / 2

    zero = torch.zeros(15, dtype=torch.float64)
    J = torch.autograd.functional.hessian(energy, zero)
    pull = -torch.autograd.functional.jacobian(energy, zero)
    chain = positions.make_chain(parents, variances, torch.ones(5, dtype=torch.float64), 7.0)
    np.testing.assert_allclose(chain.precision, J)
    np.testing.assert_allclose(
        positions.pull_of_bones(parents, bones, variances, root, 7.0).ravel(), pull
    )


def test_views_measure_reprojection_errors() -> None:
    recording = simulate_multiview("small", num_frames=3, seed=2)
    P, y, x = recording.projections, recording.points_2d, recording.points_3d + 5
    errors, depths = positions.errors_and_depths(
        positions.make_views(torch.tensor(P), torch.tensor(y)), torch.tensor(x)[None]
    )
    rays = (
        np.einsum("cij,tkj->ctki", recording.rotations, x) + recording.translations[:, None, None]
    )
    pixels = np.einsum("cij,ctkj->ctki", recording.intrinsics, rays / rays[..., 2:])[..., :2]
    np.testing.assert_allclose(errors[0], np.linalg.norm(pixels - y, axis=-1))
    np.testing.assert_allclose(depths[0], rays[..., 2])


def test_near_cameras_say_more() -> None:
    """Of one point the posterior is that of nonlinear least squares: covariance (Σ JᵀJ / σ²)⁻¹, J by autograd, depths 0.5 to 4 m."""
    f = np.array([[1000.0, 0, 500], [0, 1000, 400], [0, 0, 1]])
    turns = np.array(
        [np.eye(3), [[0, 0, 1], [0, 1, 0], [-1, 0, 0]], [[-1, 0, 0], [0, 1, 0], [0, 0, -1]]]
    )
    distances = np.array([500.0, 1500, 4000])
    P = torch.tensor(
        f @ np.concatenate([turns, (distances[:, None] * [0, 0, 1])[..., None]], axis=2)
    )
    x = torch.tensor([10.0, -20.0, 15.0], dtype=torch.float64)

    def image(x: torch.Tensor) -> torch.Tensor:
        h = P[:, :, :3] @ x + P[:, :, 3]
        return h[:, :2] / h[:, 2:]

    J = torch.autograd.functional.jacobian(image, x).reshape(-1, 3).numpy()
    std = np.repeat([3.0, 5.0, 4.0], 2)
    expected = np.linalg.inv(J.T @ (J / std[:, None] ** 2))
    views = positions.make_views(P, image(x)[:, None, None])
    num = 20_000
    points = x.expand(num, 1, 1, 3)
    one = torch.ones(1, dtype=torch.float64)
    chain = positions.make_chain(torch.tensor([-1]), one, one, 1e12)
    precisions = torch.tensor(std[::2] ** -2.0).view(1, 3, 1, 1).expand(num, 3, 1, 1)
    depths = positions.errors_and_depths(views, points)[1]
    drawn = positions.sample_positions(
        chain, torch.zeros_like(points), views, depths, precisions, generator(11)
    )
    found = drawn[:, 0, 0].numpy()
    np.testing.assert_allclose(found.mean(0), x, atol=4 * np.sqrt(expected.max() / num))
    np.testing.assert_allclose(np.cov(found.T), expected, rtol=0.05, atol=0.03 * expected.max())


# The whole ----------------------------------------------------------------------------------------------------------------------


def draw_from_prior(prior: GimbalPrior, rng: np.random.Generator) -> np.ndarray:
    """One frame, (num_keypoints, 3): state, heading, directions by scipy, and positions from the root outwards."""
    state, heading = rng.integers(prior.num_states), rng.uniform(-np.pi, np.pi)
    means = turn(prior.pose_directions[[state]], np.array([heading]))[0]
    x = np.empty((len(prior.parents), 3))
    x[0] = prior.root_mean + rng.normal(0, 20, 3)
    for k, parent in list(enumerate(prior.parents))[1:]:
        law = stats.vonmises_fisher(means[k], prior.pose_concentrations[state, k])
        u = law.rvs(1, random_state=rng)[0]
        x[k] = (
            x[parent]
            + prior.bone_lengths[k] * u
            + rng.normal(0, np.sqrt(prior.bone_variances[k]), 3)
        )
    return x


def test_ranks_of_the_truth_are_uniform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulation-based calibration: truth from the prior, detections from the truth, then ranks among posterior samples."""
    from stats220.models.gimbal import gibbs

    monkeypatch.setattr(gibbs, "ROOT_STD_MM", 20.0)  # as in draw_from_prior
    prior, rng = small_prior(), np.random.default_rng(8)
    cameras = simulate_multiview("small", num_frames=1, num_cameras=2, seed=3)
    noise = gimbal.usual_noise(
        2, 5, inlier_std_px=12.0, outlier_std_px=60.0, outlier_probability=0.3
    )
    # Frames without a prior that links them are independent experiments: a huge step variance.
    prior = small_prior(step_variances=np.full(5, 1e12), transition=np.full((2, 2), 0.5))
    num_frames = 90
    truth = np.stack([draw_from_prior(prior, rng) for _ in range(num_frames)])
    homogeneous = np.concatenate([truth, np.ones((num_frames, 5, 1))], axis=-1)
    image = np.einsum("cij,tkj->ctki", cameras.projections, homogeneous)
    outlier = rng.random((2, num_frames, 5)) < 0.3
    std = np.where(outlier, 60.0, 12.0)[..., None]
    points_2d = image[..., :2] / image[..., 2:] + std * rng.normal(size=(2, num_frames, 5, 2))
    points_2d[:, :, 3][rng.random((2, num_frames)) < 0.5] = np.nan
    samples = gimbal.sample_gimbal(
        prior, cameras.projections, points_2d, truth, noise=noise, learn_noise=False, num_chains=1, num_sweeps=120, num_burn=20, seed=9, progress=False, **UPDATES
    )  # fmt: skip
    thinned = samples.points_3d[4::5]  # 20 nearly independent samples
    for k in range(5):
        for statistic in (
            lambda x: x[..., 0],
            lambda x: x[..., 2],
            lambda x: np.linalg.norm(x, axis=-1),
        ):
            ranks = (statistic(thinned[:, :, k]) < statistic(truth[:, k])).sum(axis=0)
            counts = np.bincount(ranks * 5 // (len(thinned) + 1), minlength=5)
            assert stats.chisquare(counts).pvalue > 1e-4, (k, counts)


@pytest.fixture(scope="module")
def rat() -> tuple:
    recording = simulate_multiview(num_frames=160, seed=5)
    names = recording.keypoint_names
    prior = fit_gimbal(
        recording.points_3d[:120], recording.parents, heading_keypoints=(names.index("SpineL"), names.index("SpineF")), num_states=6
    )  # fmt: skip
    return recording.select(frames=slice(120, 160)), prior


def test_it_beats_its_start_and_finds_outliers(rat: tuple) -> None:
    recording, prior = rat
    rng = np.random.default_rng(0)
    start = recording.points_3d + rng.normal(0, 15, recording.points_3d.shape)
    start[:, 13] = np.nan  # a key point that has no start at all
    start[3:9, 2] = np.nan
    given = (prior, recording.projections, recording.points_2d, start)
    samples = gimbal.sample_gimbal(*given, num_sweeps=80, num_burn=40, progress=False, **UPDATES)
    assert samples.points_3d.shape == (80, 40, 18, 3)
    assert samples.by_chain("points_3d").shape == (2, 40, 40, 18, 3)
    np.testing.assert_array_equal(samples.by_chain("headings")[1], samples.headings[40:])
    error = np.linalg.norm(samples.mean_points_3d - recording.points_3d, axis=-1)
    assert np.median(error) < 3.5
    assert np.percentile(error, 95) < 12
    found, truth = samples.outlier_probabilities, recording.truth
    np.testing.assert_array_equal(np.isnan(found), truth.is_occluded)
    assert np.nanmean(found[truth.is_outlier]) > 0.6
    assert np.nanmean(found[~truth.is_outlier]) < 0.12
    assert samples.log_joint.shape == (2, 80)
    assert (samples.log_joint[:, -20:].mean(axis=1) > samples.log_joint[:, 0] + 100).all()
    off = np.angle(np.exp(1j * (samples.headings - recording.truth.headings)))
    assert np.abs(off).mean() < 0.35
    again = gimbal.sample_gimbal(
        *given, num_sweeps=4, num_burn=2, seed=1, progress=False, **UPDATES
    )
    same = gimbal.sample_gimbal(*given, num_sweeps=4, num_burn=2, seed=1, progress=False, **UPDATES)
    np.testing.assert_array_equal(again.points_3d, same.points_3d)


def test_diagnostics(rat: tuple) -> None:
    pytest.importorskip("arviz")
    rng = np.random.default_rng(1)
    points = rng.normal(size=(400, 2, 3, 3)).astype(np.float32)

    def samples(points: np.ndarray) -> gimbal.GimbalSamples:
        nothing = np.zeros((len(points), 2))
        return gimbal.GimbalSamples(points, nothing.astype(int), nothing, np.zeros((1, 2, 3)), np.zeros((len(points), 1, 3)), np.zeros((4, 100)), 4)  # fmt: skip

    good = gimbal.check_convergence(samples(points))
    assert good.split_rhat.shape == (18,)
    assert good.split_rhat.max() < 1.05
    assert 250 < np.median(good.bulk_ess) < 500
    points[:100] += 3  # one chain is elsewhere
    assert gimbal.check_convergence(samples(points)).split_rhat.min() > 1.3
    with pytest.raises(InputError, match="at least 4"):
        gimbal.check_convergence(samples(points[:8]))


def test_regions_hold_what_they_say() -> None:
    rng = np.random.default_rng(2)
    mixing = np.array([[3.0, 0, 0], [1, 1, 0], [0, 0.5, 0.2]])
    points = rng.normal(size=(3000, 500, 1, 3)) @ mixing.T
    truth = rng.normal(size=(500, 1, 3)) @ mixing.T
    truth[7] = np.nan
    levels = gimbal.region_of_truth(points, truth)
    assert np.isnan(levels[7]).all()
    known = levels[np.isfinite(levels)]
    assert stats.kstest(known, stats.uniform.cdf).pvalue > 1e-3
    assert np.nanmean(gimbal.region_of_truth(points, truth, scale=0.5) < 0.9) < 0.6
    wide = gimbal.region_of_truth(points, truth + rng.normal(0, 4, truth.shape), extra_std_mm=4.0)
    assert stats.kstest(wide[np.isfinite(wide)], stats.uniform.cdf).pvalue > 1e-3


# Fitting ----------------------------------------------------------------------------------------------------------------------------


def test_fitting_recovers_what_was_simulated() -> None:
    prior, rng = small_prior(pose_concentrations=np.full((2, 5), 60.0)), np.random.default_rng(3)
    points = np.stack([draw_from_prior(prior, rng) for _ in range(600)])
    points[rng.random((600, 5)) < 0.1] = np.nan
    found = fit_gimbal(
        points, prior.parents, heading_keypoints=(0, 2), num_states=2, pseudo_frames=1, softness=1
    )
    # A length is not quite its bone's: the noise across it makes it longer by σ²/r.
    longer = prior.bone_lengths[1:] + prior.bone_variances[1:] / prior.bone_lengths[1:]
    np.testing.assert_allclose(found.bone_lengths[1:], longer, rtol=0.02)
    np.testing.assert_allclose(found.bone_variances[1:], prior.bone_variances[1:], rtol=0.25)
    np.testing.assert_allclose(found.transition, 0.5, atol=0.1)
    # Each state's relative pose is one of the two: the angle between two of its bones' directions.
    for pair in ((2, 3), (2, 4)):
        theirs = sorted(
            (found.pose_directions[:, pair[0]] * found.pose_directions[:, pair[1]]).sum(-1)
        )
        ours = sorted(
            (prior.pose_directions[:, pair[0]] * prior.pose_directions[:, pair[1]]).sum(-1)
        )
        np.testing.assert_allclose(theirs, ours, atol=0.12)


def test_softness_multiplies_variances() -> None:
    rng = np.random.default_rng(9)
    points = np.stack([draw_from_prior(small_prior(), rng) for _ in range(60)])
    hard, soft = (
        fit_gimbal(
            points, small_prior().parents, heading_keypoints=(0, 2), num_states=2, softness=s
        )
        for s in (1.0, 3.0)
    )
    for name, factor in (
        ("bone_variances", 3),
        ("step_variances", 3),
        ("pose_concentrations", 1 / 3),
    ):
        np.testing.assert_allclose(getattr(soft, name), factor * getattr(hard, name))
    with pytest.raises(InputError, match="softness must be positive"):
        fit_gimbal(
            points, small_prior().parents, heading_keypoints=(0, 2), num_states=2, softness=0
        )


def test_a_bone_that_is_never_seen() -> None:
    rng = np.random.default_rng(4)
    points = np.stack([draw_from_prior(small_prior(), rng) for _ in range(60)])
    points[:, 3] = np.nan
    prior = fit_gimbal(points, small_prior().parents, heading_keypoints=(0, 2), num_states=3)
    assert (prior.pose_concentrations[:, 3] == 0).all()
    assert prior.bone_variances[3] > 2 * prior.bone_variances[[1, 2, 4]].max()
    filled = fill_gaps(points, prior)
    assert np.isfinite(filled).all()
    np.testing.assert_allclose(
        np.linalg.norm(filled[:, 3] - filled[:, 2], axis=-1), prior.bone_lengths[3]
    )


def test_a_missing_joint_starts_where_the_mean_pose_has_it(rat: tuple) -> None:
    recording, prior = rat
    start = recording.points_3d.copy()
    start[:, [13, 14]] = np.nan  # the left knee and ankle, in all frames
    off = np.linalg.norm(fill_gaps(start, prior) - recording.points_3d, axis=-1)
    assert np.median(off[:, 13]) < 16  # of a bone of 33 mm
    assert off[:, :13].max() == 0


def test_clusters_are_never_empty() -> None:
    same = np.tile([1.0, 0, 0], (6, 2, 1))
    assert sorted(set(cluster_directions(same, 3).tolist())) == [0, 1, 2]
    apart = np.repeat(
        np.eye(3)[:, None], 4, axis=0
    )  # three directions, four times each, one key point
    labels = cluster_directions(apart, 3, seed=2)
    assert [len(set(labels[i : i + 4])) for i in (0, 4, 8)] == [1, 1, 1]
    assert len(set(labels)) == 3


def test_noise_of_known_errors() -> None:
    rng = np.random.default_rng(5)
    std = np.array([[4.0, 8.0, 6.0], [5.0, 5.0, 12.0]])
    errors = stats.rayleigh.rvs(scale=std[:, None], size=(2, 4000, 3), random_state=rng)
    far = rng.random(errors.shape) < 0.15
    errors[far] = stats.rayleigh.rvs(scale=100, size=far.sum(), random_state=rng)
    errors[0, :, 2] = np.nan
    noise = gimbal.fit_noise(errors)
    assert noise.inlier_std_px[1] == pytest.approx(std[1], rel=0.25)
    assert noise.outlier_probability[1] == pytest.approx(0.15, abs=0.05)
    assert noise.outlier_std_px[0, 0] == pytest.approx(100, rel=0.15)
    assert np.isfinite(noise.inlier_std_px).all()
    with pytest.raises(InputError, match="no distance is known"):
        gimbal.fit_noise(np.full((2, 3, 4), np.nan))


# What is refused ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parents": np.array([-1, 2, 3, 1, 0])}, "a loop, 1 -> 2 -> 3 -> 1"),
        (
            {"pose_concentrations": np.full((2, 5), np.inf)},
            "pose_concentrations must be finite.*large number",
        ),
        ({"pose_concentrations": np.full((2, 5), -1.0)}, "pose_concentrations must be"),
        ({"bone_variances": np.zeros(5)}, "bone_variances must be finite and at least"),
        ({"step_variances": np.zeros(5)}, "step_variances must be"),
        ({"bone_lengths": np.zeros(4)}, r"bone_lengths must be \(5,\): got \(4,\)"),
        ({"transition": np.ones((2, 2))}, "transition must hold probabilities"),
        ({"pose_directions": np.ones((2, 5, 3))}, "length 1"),
    ],
)
def test_a_prior_must_be_one(changes: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        small_prior(**changes)


def test_any_direction_is_a_prior_too() -> None:
    prior = small_prior(pose_concentrations=np.zeros((2, 5)))
    np.testing.assert_allclose(prior.log_normalizers[:, 1:], -np.log(4 * np.pi))
    assert ive(0.5, 1e-8) > 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"points_2d": np.zeros((4, 2, 4, 2))}, r"points_2d must be \(num_cameras, num_frames, 5, 2\)"),
        ({"points_2d": np.full((4, 2, 5, 2), np.nan)}, "no camera sees anything"),
        ({"projections": np.zeros((3, 3, 4))}, r"projections must be \(4, 3, 4\)"),
        ({"start": np.zeros((3, 5, 3))}, r"start must be \(2, 5, 3\)"),
        ({"start": np.full((2, 5, 3), np.nan)}, "start holds no known point"),
        ({"num_burn": 5}, "num_burn=5 less than num_sweeps=5"),
        ({"outlier_responsibilities": lambda e, *_: e[0]}, "outlier_responsibilities must return shape"),
        ({"outlier_responsibilities": lambda e, *_: e + 2}, "probabilities from 0 to 1"),
        ({"outlier_responsibilities": lambda e, *_: e * np.nan}, "not NaN"),
        ({"update_direction": lambda m, *_: m}, "a direction and a concentration"),
        ({"update_direction": lambda m, k, *_: (2 * m, k)}, "directions of length 1"),
        ({"update_direction": lambda m, k, *_: (m, k / 0.0)}, "finite and not negative"),
        ({"update_direction": lambda m, k, *_: (m, k[0])}, "update_direction must return shape"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_the_sampler_refuses(changes: dict, says: str) -> None:
    cameras = simulate_multiview("small", num_frames=2, seed=1)
    given: dict = {
        "projections": cameras.projections,
        "points_2d": cameras.points_2d[:, :, :5],
        "start": cameras.points_3d[:, :5],
        "num_sweeps": 5,
        "num_burn": 1,
        "progress": False,
    }
    with pytest.raises(InputError, match=says):
        gimbal.sample_gimbal(small_prior(), **(given | UPDATES | changes))


def test_fitting_refuses() -> None:
    points = np.zeros((10, 5, 3))
    with pytest.raises(InputError, match="num_states=3 for 0 frames whose heading is known"):
        fit_gimbal(points * np.nan, small_prior().parents, heading_keypoints=(0, 2), num_states=3)
    with pytest.raises(InputError, match=r"points_3d must be \(num_frames, 4, 3\)"):
        fit_gimbal(points, [-1, 0, 1, 2], heading_keypoints=(0, 2), num_states=3)
    with pytest.raises(InputError, match="a loop"):
        fit_gimbal(points, [-1, 2, 1, 2, 0], heading_keypoints=(0, 2), num_states=3)


@pytest.mark.gpu
def test_on_a_gpu(rat: tuple) -> None:
    recording, prior = rat
    given = (prior, recording.projections, recording.points_2d, recording.points_3d)
    samples = gimbal.sample_gimbal(
        *given, num_sweeps=30, num_burn=10, device="cuda", progress=False, **UPDATES
    )
    error = np.linalg.norm(samples.mean_points_3d - recording.points_3d, axis=-1)
    assert np.median(error) < 3.5
