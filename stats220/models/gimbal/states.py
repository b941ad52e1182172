"""Pose states and headings, given the bones' directions: drawn together, state first."""

from __future__ import annotations

import torch
from torch import Tensor

from stats220.models.gimbal.sphere import sample_angles


def sample_states_and_headings(
    directions: Tensor,
    pose_directions: Tensor,
    pose_concentrations: Tensor,
    log_normalizers: Tensor,
    transition: Tensor,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw the Markov chain of pose states with the headings integrated out, then the headings.

    With natural parameters κ μ of a state's bones, a heading h turns them about +z, so that the directions' density is
    exp(c + a cos h + b sin h): over a uniform h it integrates to exp(c) I₀(√(a² + b²)), and given the state h is von Mises.

    Parameters
    ----------
    directions : Tensor (num_chains, num_frames, num_keypoints, 3)
    pose_directions : Tensor (num_states, num_keypoints, 3)
    pose_concentrations, log_normalizers : Tensor (num_states, num_keypoints)
        0 at roots.
    transition : Tensor (num_states, num_states)
    generator : torch.Generator

    Returns
    -------
    states : int64 Tensor (num_chains, num_frames)
    headings : Tensor (num_chains, num_frames)
        Radians.
    log_evidence : Tensor (num_chains,)
        Logarithm of the directions' density with states and headings integrated out.
    """
    natural = pose_concentrations[..., None] * pose_directions
    constant = torch.einsum("ctk,sk->cts", directions[..., 2], natural[..., 2])
    constant = constant + log_normalizers.sum(dim=-1)
    x, y = directions[..., 0], directions[..., 1]
    cosine_part = torch.einsum("ctk,sk->cts", x, natural[..., 0]) + torch.einsum(
        "ctk,sk->cts", y, natural[..., 1]
    )
    sine_part = torch.einsum("ctk,sk->cts", y, natural[..., 0]) - torch.einsum(
        "ctk,sk->cts", x, natural[..., 1]
    )
    reach = torch.hypot(cosine_part, sine_part)
    log_likelihoods = constant + torch.log(torch.special.i0e(reach)) + reach
    states, log_evidence = sample_states(log_likelihoods, transition, generator)
    chosen = states[..., None]
    headings = sample_angles(
        torch.gather(cosine_part, 2, chosen)[..., 0],
        torch.gather(sine_part, 2, chosen)[..., 0],
        generator,
    )
    return states, headings, log_evidence


def sample_states(
    log_likelihoods: Tensor, transition: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw a Markov chain given each frame's log likelihoods: filter forwards, sample backwards. The first state is uniform.

    Parameters
    ----------
    log_likelihoods : Tensor (num_chains, num_frames, num_states)
    transition : Tensor (num_states, num_states)
        Row: from, column: to.
    generator : torch.Generator

    Returns
    -------
    states : int64 Tensor (num_chains, num_frames)
    log_evidence : Tensor (num_chains,)
    """
    num_chains, num_frames, num_states = log_likelihoods.shape
    highest = log_likelihoods.amax(dim=-1, keepdim=True)
    # A state that is hopeless in one frame keeps a trace of probability, so that a chain can pass through it.
    likelihoods = torch.exp(log_likelihoods - highest).clamp(min=1e-280)
    filtered, log_evidence = [], highest.sum(dim=(1, 2))
    predicted = torch.full_like(likelihoods[:, 0], 1 / num_states)
    for t in range(num_frames):
        joint = predicted * likelihoods[:, t]
        total = joint.sum(dim=-1, keepdim=True)
        log_evidence = log_evidence + torch.log(total[:, 0])
        filtered.append(joint / total)
        predicted = filtered[-1] @ transition
    uniform = torch.rand(
        (num_frames, num_chains, 1),
        generator=generator,
        dtype=transition.dtype,
        device=transition.device,
    )
    drawn: list[Tensor] = []
    weights = filtered[-1]
    for t in range(num_frames - 1, -1, -1):
        if drawn:
            weights = filtered[t] * transition.T[drawn[-1]]
        below = torch.cumsum(weights, dim=-1)
        below = below < uniform[t] * below[:, -1:]
        drawn.append(below.sum(dim=-1).clamp(max=num_states - 1))
    return torch.stack(drawn[::-1], dim=1), log_evidence


def turn(vectors: Tensor, angles: Tensor) -> Tensor:
    """Turn vectors (..., num_keypoints, 3) about +z by angles (...)."""
    cos, sin = torch.cos(angles)[..., None], torch.sin(angles)[..., None]
    x, y, z = vectors.unbind(-1)
    return torch.stack([cos * x - sin * y, sin * x + cos * y, z.expand_as(x * cos)], dim=-1)
