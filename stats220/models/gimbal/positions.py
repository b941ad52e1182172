"""Positions of all key points in all frames, given everything else: one draw from a block-tridiagonal Gaussian."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Views(NamedTuple):
    """What the cameras say, as equations that are linear in a 3D point x.

    A camera that sees x at y has (A x + b) - y (a·x + β) = 0, two equations; divided by the depth w = a·x + β they are the
    reprojection error in pixels. A posterior is a few millimeters wide and the depth more than a meter, so that w may be held while x is drawn.

    Attributes
    ----------
    rows : Tensor (num_cameras, num_frames, num_keypoints, 2, 4)
        The equations' coefficients of (x, 1); 0 where the camera sees nothing.
    depth_rows : Tensor (num_cameras, 4)
        (a, β) of each camera.
    seen : bool Tensor (num_cameras, num_frames, num_keypoints)
    """

    rows: Tensor
    depth_rows: Tensor
    seen: Tensor


def make_views(projections: Tensor, points_2d: Tensor) -> Views:
    """The equations of detections (num_cameras, num_frames, num_keypoints, 2), NaN where a camera sees nothing."""
    seen = torch.isfinite(points_2d).all(dim=-1)
    y = torch.where(seen[..., None], points_2d, 0.0)
    P = projections[:, None, None]
    rows = P[..., :2, :] - y[..., None] * P[..., 2:, :]
    return Views(rows * seen[..., None, None], projections[:, 2], seen)


def errors_and_depths(views: Views, points_3d: Tensor) -> tuple[Tensor, Tensor]:
    """Distances in pixels from detections to reprojections, and depths, of points (num_chains, num_frames, num_keypoints, 3).

    Returns
    -------
    errors_px : Tensor (num_chains, num_cameras, num_frames, num_keypoints)
        NaN where a camera sees nothing.
    depths : the same shape, in the world's unit, positive in front of the camera
    """
    ones = torch.ones_like(points_3d[..., :1])
    homogeneous = torch.cat([points_3d, ones], dim=-1)
    depths = torch.einsum("cj,ntkj->nctk", views.depth_rows, homogeneous)
    both = torch.einsum("ctkij,ntkj->nctki", views.rows, homogeneous)
    errors = torch.linalg.norm(both, dim=-1) / depths.abs().clamp(min=1e-9)
    return torch.where(views.seen, errors, torch.nan), depths


class Chain(NamedTuple):
    """The prior's part of the positions' Gaussian that stays from sweep to sweep.

    Attributes
    ----------
    precision : Tensor (3 num_keypoints, 3 num_keypoints)
        Of one frame: bones and roots.
    link : Tensor (3 num_keypoints,)
        Precision of the step of each coordinate from one frame to the next.
    """

    precision: Tensor
    link: Tensor


def make_chain(
    parents: Tensor, bone_variances: Tensor, step_variances: Tensor, root_variance: float
) -> Chain:
    """Bones pull on both of their ends: the precision of one frame is the weighted Laplacian of the skeleton."""
    num_keypoints = len(parents)
    laplacian = torch.zeros((num_keypoints, num_keypoints), dtype=torch.float64)
    for k, parent in enumerate(parents.tolist()):
        if parent < 0:
            laplacian[k, k] += 1 / root_variance
            continue
        weight = 1 / bone_variances[k]
        laplacian[k, k] += weight
        laplacian[parent, parent] += weight
        laplacian[k, parent] -= weight
        laplacian[parent, k] -= weight
    precision = torch.kron(laplacian, torch.eye(3, dtype=torch.float64))
    return Chain(precision, (1 / step_variances).repeat_interleave(3))


def pull_of_bones(
    parents: Tensor, bones: Tensor, bone_variances: Tensor, root_mean: Tensor, root_variance: float
) -> Tensor:
    """The prior's part of the Gaussian's linear term, (..., num_keypoints, 3), for bone vectors of the same shape.

    A bone pulls its key point along itself and its parent back; a root is pulled to where roots are.
    """
    roots = parents < 0
    forces = torch.where(roots[:, None], 0.0, bones / bone_variances[:, None])
    pull = forces.clone()
    index = torch.where(roots, 0, parents)
    pull.index_add_(-2, index, torch.where(roots[:, None], 0.0, -forces))
    pull[..., roots, :] += root_mean / root_variance
    return pull


def sample_positions(
    chain: Chain,
    prior_pull: Tensor,
    views: Views,
    depths: Tensor,
    precisions: Tensor,
    generator: torch.Generator,
) -> Tensor:
    """Draw all positions at once.

    Parameters
    ----------
    chain : Chain
    prior_pull : Tensor (num_chains, num_frames, num_keypoints, 3)
        From :func:`pull_of_bones`.
    views : Views
    depths, precisions : Tensor (num_chains, num_cameras, num_frames, num_keypoints)
        Depth of each point as it stands, and each detection's precision in 1/px²; 0 where a camera sees nothing.
    generator : torch.Generator

    Returns
    -------
    Tensor (num_chains, num_frames, num_keypoints, 3)
    """
    num_chains, num_frames, num_keypoints = prior_pull.shape[:3]
    weights = precisions / depths**2
    quadratic = torch.einsum("nctk,ctkai,ctkaj->ntkij", weights, views.rows, views.rows)
    pull = prior_pull - quadratic[..., :3, 3]
    blocks = chain.precision.repeat(num_chains, num_frames, 1, 1)
    inside = blocks.view(num_chains, num_frames, num_keypoints, 3, num_keypoints, 3)
    inside.diagonal(dim1=2, dim2=4).add_(quadratic[..., :3, :3].permute(0, 1, 3, 4, 2))
    steps = torch.full((num_frames,), 2.0, dtype=blocks.dtype, device=blocks.device)
    steps[0] -= 1
    steps[-1] -= 1
    blocks.diagonal(dim1=-2, dim2=-1).add_(steps[:, None] * chain.link)
    noise = torch.randn(
        (num_chains, num_frames, 3 * num_keypoints),
        generator=generator,
        dtype=blocks.dtype,
        device=blocks.device,
    )
    flat = pull.reshape(num_chains, num_frames, -1)
    return sample_tridiagonal(blocks, chain.link, flat, noise).view_as(prior_pull)


def sample_tridiagonal(blocks: Tensor, link: Tensor, pull: Tensor, noise: Tensor) -> Tensor:
    """Draw x from the Gaussian with precision J and linear term `pull`, J block-tridiagonal in time.

    Parameters
    ----------
    blocks : Tensor (num_chains, num_frames, size, size)
        On the diagonal of J.
    link : Tensor (size,)
        The blocks beside the diagonal are -diag(link).
    pull : Tensor (num_chains, num_frames, size)
    noise : Tensor (num_chains, num_frames, size)
        Standard normal; 0 gives the mean J⁻¹ pull.

    Returns
    -------
    Tensor (num_chains, num_frames, size)
        By a filter that carries information forwards, and draws that go backwards: O(num_frames · size³).
    """
    num_frames = blocks.shape[1]
    outer = link[:, None] * link
    factors, inverses, carried = [], [], []
    inverse, forwards = torch.zeros_like(blocks[:, 0]), torch.zeros_like(pull[:, 0])
    for t in range(num_frames):
        block = blocks[:, t] - outer * inverse if t else blocks[:, 0]
        factor = torch.linalg.cholesky(block)
        inverse = torch.cholesky_inverse(factor)
        carried.append(pull[:, t] + forwards)
        forwards = link * (inverse @ carried[-1][..., None])[..., 0]
        factors.append(factor)
        inverses.append(inverse)
    spread = torch.linalg.solve_triangular(
        torch.stack(factors, dim=1).mT, noise[..., None], upper=True
    )[..., 0]
    drawn: list[Tensor] = []
    back = torch.zeros_like(forwards)
    for t in range(num_frames - 1, -1, -1):
        mean = (inverses[t] @ (carried[t] + back)[..., None])[..., 0]
        drawn.append(mean + spread[:, t])
        back = link * drawn[-1]
    return torch.stack(drawn[::-1], dim=1)
