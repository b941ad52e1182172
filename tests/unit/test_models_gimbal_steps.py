"""GIMBAL's steps, each against closed forms, quadrature and enumeration."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.integrate import quad
from small_gimbal import small_prior

from stats220.data.triangulation import simulate_multiview
from stats220.models.gimbal import positions, sphere, states
from stats220.models.gimbal.fitting import turn


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


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
