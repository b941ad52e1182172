"""Draws of directions and angles, batched, in torch."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def sample_directions(
    mean_directions: Tensor, concentrations: Tensor, generator: torch.Generator
) -> Tensor:
    """Draw from von Mises-Fisher distributions on the sphere, exactly.

    Parameters
    ----------
    mean_directions : Tensor (..., 3)
        Unit vectors.
    concentrations : Tensor (...)
        κ from 0 (any direction) upwards.
    generator : torch.Generator
        On the same device.

    Returns
    -------
    Tensor (..., 3)

    References
    ----------
    Jakob (2012), Numerically stable sampling of the von Mises-Fisher distribution on S²: the cosine by inverting its
    distribution function.
    """
    uniform = _uniform(concentrations, generator)
    kappa = concentrations.clamp(min=1e-9)
    cosine = 1 + torch.log(uniform + (1 - uniform) * torch.exp(-2 * kappa)) / kappa
    cosine = torch.where(concentrations > 1e-5, cosine, 2 * uniform - 1).clamp(-1, 1)
    sine = torch.sqrt((1 - cosine) * (1 + cosine))
    around = 2 * math.pi * _uniform(concentrations, generator)
    first, second = _across(mean_directions)
    drawn: Tensor = (
        cosine[..., None] * mean_directions
        + (sine * torch.cos(around))[..., None] * first
        + (sine * torch.sin(around))[..., None] * second
    )
    return torch.nn.functional.normalize(drawn, dim=-1)


def _across(directions: Tensor) -> tuple[Tensor, Tensor]:
    """Two unit vectors at right angles to each direction and to each other, without a singular place.

    Duff et al. (2017), Building an orthonormal basis, revisited, JCGT 6(1).
    """
    x, y, z = directions.unbind(-1)
    sign = torch.where(z >= 0, 1.0, -1.0).to(z.dtype)
    a = -1 / (sign + z)
    b = x * y * a
    first = torch.stack([1 + sign * x * x * a, sign * b, -sign * x], dim=-1)
    second = torch.stack([b, sign + y * y * a, -y], dim=-1)
    return first, second


def sample_angles(cosine_part: Tensor, sine_part: Tensor, generator: torch.Generator) -> Tensor:
    """Draw angles h with density proportional to exp(cosine_part · cos h + sine_part · sin h): von Mises.

    Parameters
    ----------
    cosine_part, sine_part : Tensor (...)
        Any real numbers; both 0: uniform.
    generator : torch.Generator

    Returns
    -------
    Tensor (...)
        Radians.

    References
    ----------
    Best & Fisher (1979), Applied Statistics 28:152-157: rejection from a wrapped Cauchy distribution; two thirds or more of the
    proposals are taken, so that all are after a few rounds.
    """
    kappa = torch.hypot(cosine_part, sine_part).clamp(min=1e-6)
    middle = torch.atan2(sine_part, cosine_part)
    # ρ and r of the paper, written so that nothing cancels for a large or a small κ.
    tau = 1 + torch.sqrt(1 + 4 * kappa**2)
    rho = 2 * kappa / (tau + torch.sqrt(2 * tau))
    r = torch.where(kappa > 1e-3, (1 + rho**2) / (2 * rho), 1 / kappa + kappa)
    cosine = torch.zeros_like(kappa)
    waiting = torch.ones_like(kappa, dtype=torch.bool)
    while bool(waiting.any()):
        first, second = _uniform(kappa, generator), _uniform(kappa, generator)
        z = torch.cos(math.pi * first)
        proposed = (1 + r * z) / (r + z)
        c = kappa * (r - proposed)
        taken = torch.log(c / second.clamp(min=1e-300)) + 1 - c >= 0
        cosine = torch.where(waiting & taken, proposed, cosine)
        waiting = waiting & ~taken
    side = _uniform(kappa, generator)
    return middle + torch.sign(side - 0.5) * torch.acos(cosine.clamp(-1, 1))


def _uniform(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.rand(like.shape, generator=generator, dtype=like.dtype, device=like.device)
