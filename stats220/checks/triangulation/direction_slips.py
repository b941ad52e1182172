"""What known mistakes make of directions: each clause says what an answer does, and leads to the value that it gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import i0e, i1e

from stats220.checks.triangulation.stand_ins import library_log_density, search_fit, vonmises_fisher

Array = np.ndarray[Any, np.dtype[Any]]


def to_unit(vector: Array) -> Array:
    """Its direction."""
    found: Array = vector / np.linalg.norm(vector)
    return found


def bone_slips(
    mean: Array, parent: Array, child: Array, length: float, variance: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Directions and concentrations of `update_direction` for a prior that says nothing."""
    bone = child - parent
    size, pull = np.linalg.norm(bone), bone * length / variance
    expected = length * size / variance
    directions = {
        "it is not brought to length 1": pull,
        "the bone is divided by bone_length, not by its own length": bone / length,
        "it points from the child to the parent": -to_unit(bone),
        "child and parent are added": to_unit(child + parent),
        "the child's position is taken for the bone": to_unit(child),
        "mean_direction is added, whose concentration is 0": to_unit(pull + mean),
        "the two unit vectors are added, however sure they are": to_unit(to_unit(bone) + mean),
        "the prior's direction comes back": mean,
        "the concentration comes first": expected,
        "bone_length times the prior's direction is subtracted from the bone": to_unit(
            bone - length * mean
        ),
    }
    concentrations = {
        "the variance is squared": expected / variance,
        "the root of the variance is taken": expected * np.sqrt(variance),
        "the 2 of the mixed term does not meet the half": 2 * expected,
        "there is a half too many: the mixed term has a 2": expected / 2,
        "the distance of child and parent does not count: it is bone_length² / variance": length**2
        / variance,
        "the distance of child and parent does not count: it is bone_length / variance": length
        / variance,
        "bone_length does not count": size / variance,
        "neither bone_length nor the variance counts": size,
        "bone_length is squared": expected * length,
        "the bone is divided by bone_length": size / length / variance,
        "the distance of child and parent counts twice, and bone_length not": size**2 / variance,
        "the variance does not count": length * size,
        "the variance multiplies": length * size * variance,
        "only 1 / variance counts": 1 / variance,
        "the squared length of the vector is taken": expected**2,
        "the vector comes back, not its length": pull,
        "its components are added up": pull.sum(),
        "its components are added up, without their signs": np.abs(pull).sum(),
        "the prior's concentration comes back": 0.0,
        "one over it comes back": 1 / expected,
        "an axis of length one is left at the end": np.array([expected]),
    }
    return directions, concentrations


def sum_slips(
    mean: Array, concentration: float, bone: Array
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Directions and concentrations of `update_direction` for a bone of length and variance 1."""
    size, pull = np.linalg.norm(bone), concentration * mean + bone
    directions = {
        "the prior is left out": to_unit(bone),
        "the prior is not weighted by its concentration": to_unit(mean + bone),
        "the bone is brought to length 1 before both are added": to_unit(
            concentration * mean + to_unit(bone)
        ),
        "both are brought to length 1 before they are added": to_unit(mean + to_unit(bone)),
        "the prior is subtracted": to_unit(bone - concentration * mean),
        "the prior's direction comes back": mean,
    }
    concentrations = {
        "both concentrations are added as numbers, as if both pointed to the same side": concentration
        + size,
        "bone_length² / variance is added to the concentration": concentration + 1.0,
        "the squares of both concentrations are added, as if both were at right angles": np.hypot(
            concentration, size
        ),
        "the prior's concentration comes back": concentration,
        "the prior is left out": size,
        "the prior is not weighted by its concentration": np.linalg.norm(mean + bone),
        "the larger of both concentrations is taken": max(concentration, size),
        "the mean of both concentrations is taken": (concentration + size) / 2,
        "the squared length of the sum is taken": pull @ pull,
        "the sum comes back, not its length": pull,
        "its components are added up": pull.sum(),
        "its components are added up, without their signs": np.abs(pull).sum(),
    }
    return directions, concentrations


def density_slips(u: Array, mean: Array, k: float) -> dict[str, Any]:
    """Of `vmf_log_density`."""
    expected, cosine = library_log_density(u, mean, k), u @ mean
    norm = expected - k * cosine
    circle = np.log(2 * np.pi * i0e(k)) + k
    return {
        "an exponential is taken out of sinh κ and gets lost": expected + k,
        "an exponential is taken out of sinh κ, and subtracted twice": expected - k,
        "sinh κ is taken for half of exp κ": np.log(k / (2 * np.pi)) + k * (cosine - 1),
        "cosh stands in the place of sinh": expected + np.log(np.tanh(k)),
        "exp(-κ) stands in the place of exp(-2κ)": expected
        + np.log(np.expm1(-2 * k) / np.expm1(-k)),
        "exp(-4κ) stands in the place of exp(-2κ)": expected
        + np.log(np.expm1(-2 * k) / np.expm1(-4 * k)),
        "2π stands in the place of 4π": expected + np.log(2),
        "the half of sinh is left out, or is taken twice, as if 8π stood in the place of 4π": expected
        - np.log(2),
        "4π is left out": expected + np.log(4 * np.pi),
        "κ is left out of the constant": expected - np.log(k),
        "κ is squared in the constant": expected + np.log(k),
        "the constant is left out": k * cosine,
        "the constant is left out, but for an exponential": k * (cosine - 1),
        "the constant has the wrong sign": k * cosine - norm,
        "all has the wrong sign": -expected,
        "κ does not multiply u · ν": norm + cosine,
        "κ multiplies u · ν twice": expected + k * cosine,
        "u · ν has the wrong sign": norm - k * cosine,
        "u · ν is taken for the angle": norm + k * np.arccos(np.clip(cosine, -1, 1)),
        "no logarithm is taken": np.exp(expected),
        "all directions are added up": expected.sum(),
        "the constant is that of angles on a circle, 2π I0(κ)": k * cosine - circle,
        "the constant is 4π I0(κ), with the circle's Bessel function": k * cosine
        - circle
        - np.log(2),
        "the constant has the circle's Bessel function I0 in the place of sinh": np.log(k)
        + k * cosine
        - circle,
        "it is a Gaussian in space": 1.5 * np.log(k / (2 * np.pi)) + k * (cosine - 1),
    }


def fit_slips(u: Array, counts: Array) -> dict[str, float]:
    """Concentrations of `fit_vmf`."""
    mean = np.average(u, axis=0, weights=counts)
    r = float(np.linalg.norm(mean))

    def solve(value: float, side: Any = lambda k: 1 / np.tanh(k) - 1 / k) -> float:
        low, high = -10, 25
        if not side(np.exp(low)) < value < side(np.exp(high)):
            return float("nan")
        return float(np.exp(brentq(lambda x: side(np.exp(x)) - value, low, high, xtol=1e-12)))

    def length(weights: Array) -> float:
        return float(np.linalg.norm(np.average(u, axis=0, weights=weights)))

    right = solve(r)
    start = r * (3 - r**2) / (1 - r**2)
    step = 1 / np.tanh(start) - 1 / start
    return {
        "Banerjee's formula is taken for the answer": start,
        "Banerjee's formula is taken for the answer, the one on a circle": r * (2 - r**2) / (1 - r**2),
        "Banerjee's formula and one step of Newton's are taken for the answer": start
        - (step - r) / (1 - step**2 - 2 / start * step),
        "the sum is divided by the number of directions, whatever they count": solve(r * counts.mean()),
        "the sum is divided by the number of directions that count, not by how much": solve(
            r * counts.sum() / np.count_nonzero(counts)
        ),
        "the sum is divided by the largest weight": solve(r * counts.sum() / counts.max()),
        "the sum is not divided by the sum of the weights": solve(r * counts.sum()),
        "the length is that of the mean without weights": solve(length(np.ones(len(u)))),
        "weights are squared": solve(length(counts**2)),
        "a direction counts fully or not at all": solve(length(counts > 0)),
        "the length is squared": solve(r**2),
        "the components of the mean are added up, in place of its length": solve(float(np.abs(mean).sum())),
        "the equation is that of angles on a circle": solve(r, lambda k: i1e(k) / i0e(k)),
        "tanh κ stands in the place of coth κ": solve(r, lambda k: np.tanh(k) - 1 / k),
        "coth κ is taken for the whole left-hand side, or tanh": float(np.arctanh(r)),
        "1 / (1 - R̄) is taken, which holds for large κ": 1 / (1 - r),
        "3 R̄ is taken, which holds for small κ": 3 * r,
        "R̄ itself comes back": r,
        "R̄ / (1 - R̄) is taken": r / (1 - r),
        "1 / (1 - R̄²) is taken": 1 / (1 - r**2),
        "the logarithm of κ comes back": float(np.log(right)),
        "one over κ comes back": 1 / right,
        **{f"no κ above {cap} is looked for": cap for cap in (10, 20, 50, 100, 200)},
    }  # fmt: skip


def axis_slips(u: Array, counts: Array) -> dict[str, Any]:
    """Directions of `fit_vmf`."""
    mean = np.average(u, axis=0, weights=counts)
    return {
        "the mean is not brought to length 1": mean,
        "the sum is not brought to length 1": counts @ u,
        "the sum is divided by the number of directions, and not brought to length 1": counts
        @ u
        / len(u),
        "weights do not count": to_unit(u.mean(axis=0)),
        "weights are squared": to_unit(counts**2 @ u),
        "a direction counts fully or not at all": to_unit((counts > 0) @ u),
        "it points the other way": -to_unit(mean),
        "it is divided by its largest component": mean / np.abs(mean).max(),
        "it is divided by the sum of its components": mean / np.abs(mean).sum(),
        "the median of each component is taken": to_unit(np.median(u, axis=0)),
        "the concentration comes first": vonmises_fisher.fit(
            np.repeat(u, np.round(counts / counts[counts > 0].min()).astype(int), axis=0)
        )[1],
    }


def iteration_slips(
    u: Array, starts: Array, belongs: Array, densities: Array
) -> dict[str, dict[str, Any]]:
    """Weights, directions and concentrations of `vmf_mixture_em` after one iteration; `belongs` are the right shares, from `densities` (2, num_directions)."""
    over = belongs / belongs.sum(axis=1, keepdims=True)
    hard = np.eye(2)[belongs.argmax(axis=0)].T

    def fits(shares: Any) -> Array:
        return np.array([search_fit(u, part)[0] for part in shares])

    def spreads(shares: Any) -> Array:
        return np.array([search_fit(u, part)[1] for part in shares])

    even = np.ones(belongs.shape)
    first = np.broadcast_to(belongs[0], belongs.shape)
    return {
        "weights": {
            "each direction belongs to one cluster alone": hard.mean(axis=1),
            "weights stay what they are at the start, or shares add up to one over the directions": np.full(
                2, 0.5
            ),
            "shares add up to one over the directions": over.mean(axis=1),
            "shares are not divided by their sum over the clusters": densities.mean(axis=1) / 2,
            "shares stay logarithms": np.log(belongs).mean(axis=1),
            "weights are not divided by the number of directions": belongs.sum(axis=1),
            "weights are divided by the number of clusters": belongs.sum(axis=1) / 2,
            "one cluster's weight is given to the other": belongs.mean(axis=1)[::-1],
        },
        "directions": {
            "directions stay what they are at the start": starts,
            "`fit` gets no shares, but all directions for each cluster, as if maximization came first": fits(
                even
            ),
            "`fit` gets each direction for one cluster alone": fits(hard),
            "`fit` gets the squares of the shares": fits(belongs**2),
            "`fit` gets the first cluster's shares for each cluster": fits(first),
            "`fit` gets the shares of the other cluster": fits(belongs[::-1]),
        },
        "concentrations": {
            "concentrations stay what they are at the start": np.full(2, 2.0),
            "`fit` gets the squares of the shares": spreads(belongs**2),
        },
    }


def climb_slips(u: Array, starts: Array, k: float) -> dict[str, Any]:
    """The first log likelihood of `vmf_mixture_em`, for two clusters of equal weight."""
    densities = np.stack([library_log_density(u, m, k) for m in starts])
    parts = densities + np.log(0.5)
    total = np.logaddexp(*parts)
    belongs = np.exp(parts - total)
    after = [search_fit(u, part) for part in belongs]
    late = np.stack([library_log_density(u, m, c) for m, c in after])
    late = late + np.log(belongs.mean(axis=1))[:, None]
    return {
        "it is told after the iteration, not before it": np.logaddexp(*late).sum(),
        "it is told of the new clusters, and of the weights from before": np.logaddexp(
            *(late - np.log(2 * belongs.mean(axis=1))[:, None])
        ).sum(),
        "the mean over directions is taken": total.mean(),
        "the clusters' weights are left out": np.logaddexp(*densities).sum(),
        "the best cluster of each direction counts alone": parts.max(axis=0).sum(),
        "logarithms are added up over clusters": parts.sum(),
        "logarithms are added up over clusters, and the weights are left out": densities.sum(),
        "logarithms are averaged over clusters, by what belongs to them": (belongs * parts).sum(),
        "likelihoods of directions are added up, not their logarithms": np.exp(total).sum(),
        "the logarithm is that of the sum over directions, too": np.log(np.exp(total).sum()),
        "it has the wrong sign": -total.sum(),
        "it is 0 at the start": 0.0,
    }
