"""Lab 5's checks of directions."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.lazily import lazily
from stats220.checks.triangulation.direction_slips import (
    axis_slips,
    bone_slips,
    density_slips,
    fit_slips,
    sum_slips,
)
from stats220.checks.triangulation.inputs import NAN, unit
from stats220.checks.triangulation.stand_ins import (
    library_log_density,
    untouched,
    vonmises_fisher,
)
from stats220.line.failures import CheckFailed

Array = np.ndarray[Any, np.dtype[Any]]


def slopes_on_the_sphere(
    mean: Array, concentration: Any, parent: Array, child: Array, length: Any, variance: Any
) -> Array:
    """What log prior + log likelihood, a linear function of u on the sphere, gains along x, y and z: from its values at the six poles."""

    def log_posterior(u: Array) -> Array:
        ends = child - parent - np.asarray(length)[..., None] * u
        misfit = (ends**2).sum(axis=-1) / (2 * np.asarray(variance))
        value: Array = concentration * (mean * u).sum(axis=-1) - misfit
        return value

    return np.stack([(log_posterior(pole) - log_posterior(-pole)) / 2 for pole in np.eye(3)], -1)


@checked
def update_direction(update_direction: Any) -> Checks:
    """The log posterior, evaluated at the six poles of the sphere: from them all of it is known."""
    checks = Checks("update_direction", hidden_points=1)

    with checks(
        1,
        "without a prior, points along the bone, and is surer the longer the bone and the smaller its variance",
        hint="Expand the square in the Gaussian's exponent: u · u is 1, and of the rest one term holds u. By what is it multiplied, and what is "
        "divided by? Its length is the concentration, one number for each bone, and a direction has length 1.",
        remedy="bone_length / bone_variance * (child_position - parent_position), from the parent to the child.",
    ):
        for length, variance in ((30.0, 25.0), (12.0, 4.0)):
            mean, (parent, child) = np.array([0.0, 0, 1]), 40 * checks.rng.normal(size=(2, 3))
            found = update_direction(mean, 0.0, parent, child, length, variance)
            bone = child - parent
            size = np.sqrt(bone @ bone)
            sides, strengths = bone_slips(mean, parent, child, length, variance)
            checks.close(found[0], bone / size, atol=1e-4, name="direction", looks_like=sides)
            checks.close(
                found[1],
                length * size / variance,
                atol=1e-3,
                rtol=1e-4,
                name="concentration",
                looks_like=strengths,
            )

    with checks(
        1,
        "adds the prior and the bone as vectors",
        hint="Both are exponents, a number times a vector times u, and exponents add. What is the length of a sum of two vectors that "
        "point to different sides?",
        remedy="pull = concentration * mean_direction + bone_length / bone_variance * bone; its length is the new concentration.",
    ):
        for concentration in (3.0, 40.0):
            mean, (parent, child) = unit(checks.rng), 20 * checks.rng.normal(size=(2, 3))
            pull = slopes_on_the_sphere(mean, concentration, parent, child, 1.0, 1.0)
            found = update_direction(mean, concentration, parent, child, 1.0, 1.0)
            size = np.sqrt(pull @ pull)
            by_sum = ({}, {}) if checks.slips else sum_slips(mean, concentration, child - parent)
            checks.close(found[0], pull / size, atol=1e-4, name="direction", looks_like=by_sum[0])
            checks.close(
                found[1], size, atol=1e-3, rtol=1e-4, name="concentration", looks_like=by_sum[1]
            )

    with checks(
        1,
        "keeps the prior's direction, with a concentration of 0, where prior and bone cancel",
        hint="Zero has a length and no direction, and 0 / 0 is NaN: a key point at that place would be lost for good.",
        remedy="Where the length is 0 take mean_direction (np.where), and divide by 1 there, not by 0.",
    ):
        mean, zero = np.array([0.0, 1.0, 0.0]), np.zeros(3)
        for bone, concentration in ((-2 * mean, 2.0), (zero, 0.0)):
            ends = {"parent_position": zero, "child_position": bone}
            options = {"concentration": concentration, "bone_length": 1.0, "bone_variance": 1.0}
            found = update_direction(mean_direction=mean, **ends, **options)
            slips = {
                "0 is divided by 0": np.full(3, NAN),
                "a vector of zeros stands for a direction": zero,
                "the bone is taken for the direction": bone,
            }
            checks.close(
                found[0], mean, atol=1e-6, name="direction", nan_equal=True, looks_like=slips
            )
            checks.close(found[1], 0.0, atol=1e-6, name="concentration")

    with checks(
        1,
        "takes many frames and bones at once, and leaves its inputs as they were",
        hint="A number for each bone has to meet three coordinates for each bone: where does the axis of length 3 belong? Each direction has "
        "a length of its own, over x, y and z only.",
        remedy="(bone_length / bone_variance)[..., None] * bone; np.linalg.norm(pull, axis=-1).",
    ):
        means, concentrations = unit(checks.rng, 4), checks.rng.uniform(1, 20, 4)
        parents, children = 20 * checks.rng.normal(size=(2, 5, 4, 3))
        lengths, variances = checks.rng.uniform(5, 40, 4), checks.rng.uniform(3, 30, 4)
        given = (means, concentrations, parents, children, lengths, variances)
        pull = slopes_on_the_sphere(*given)
        found, afterwards = checks.call(update_direction, *given)
        size = np.sqrt((pull**2).sum(axis=-1))
        slip = "one length is taken of all bones and frames together"
        checks.close(
            found[0],
            pull / size[..., None],
            atol=1e-4,
            name="directions (5 frames, 4 bones)",
            looks_like={slip: pull / np.linalg.norm(pull)},
        )
        name = "concentrations (5 frames, 4 bones)"
        checks.close(found[1], size, atol=1e-3, rtol=1e-4, name=name)
        checks.array(found[0], (5, 4, 3), name="directions (5 frames, 4 bones)")
        checks.array(found[1], (5, 4), name=name)
        names = ("mean_direction", "concentration", "parent_position", "child_position")
        untouched(checks, names, given, afterwards)

    return checks


@checked
def vmf_log_density(vmf_log_density: Any) -> Checks:
    """Scipy's distribution, and the limits at both ends."""
    checks = Checks("vmf_log_density", hidden_points=1)

    with checks(
        1,
        "is the log density for moderate concentrations",
        hint="Over the whole sphere it integrates to one, and without any concentration it is 1 / 4π everywhere. Is sinh κ about half of exp κ for a "
        "small κ, too? And what you took out of it, where has that gone?",
        remedy="log κ - log(4π sinh κ) + κ u · ν.",
    ):
        mean, u = unit(checks.rng), unit(checks.rng, 9)
        for k in (0.1, 2.0, 60.0):
            expected = library_log_density(u, mean, k)
            slips = lazily(density_slips, u, mean, k)
            given = {"directions": u, "mean_direction": mean, "concentration": k}
            found, name = vmf_log_density(**given), f"κ = {k:g}"
            checks.close(found, expected, atol=1e-4, rtol=1e-5, name=name, looks_like=slips)
            checks.array(checks.unchanged(vmf_log_density, u, mean, k), (9,), name=name)

    with checks(
        2,
        "is finite and right from κ = 1e-6 to κ = 1e6",
        hint="sinh overflows at 711, and two numbers that are nearly equal leave only their rounding when they are subtracted. Write sinh with "
        "exp(-2κ), which never overflows, and look for the function that NumPy has for exp(x) - 1. No κ can be replaced by another, a tiny one by "
        "0 or a huge one by 700.",
        remedy="log κ - log(-np.expm1(-2 κ)) - log(2π) + κ (u · ν - 1).",
    ):
        mean, u = unit(checks.rng), unit(checks.rng, 9)
        cosine = u @ mean
        small = -np.log(4 * np.pi) + 1e-6 * cosine
        slips = {
            "a tiny κ is taken for 0": np.full(9, -np.log(4 * np.pi)),
            "a tiny κ is replaced by 0.001": library_log_density(u, mean, 1e-3),
            "sinh κ is taken for half of exp κ": np.log(1e-6 / (2 * np.pi)) + 1e-6 * (cosine - 1),
        }
        found = vmf_log_density(u, mean, 1e-6)
        checks.close(found, small, atol=1e-8, name="κ = 1e-6", looks_like=slips)
        large = np.log(1e6 / (2 * np.pi)) + 1e6 * (cosine - 1)
        large_slips = {
            "sinh κ or exp κ overflows for a large κ": np.full(9, -np.inf),
            "sinh κ or exp κ overflows for a large κ, and leaves NaN": np.full(9, NAN),
        }
        for cap in (500.0, 700.0, 709.0, 710.0):
            slip = f"a large κ is replaced by {cap:g}"
            large_slips[slip] = np.log(cap / (2 * np.pi)) + cap * (cosine - 1)
        checks.close(
            vmf_log_density(u, mean, 1e6),
            large,
            atol=1e-3,
            rtol=1e-8,
            name="κ = 1e6",
            nan_equal=True,
            looks_like=large_slips,
        )

    return checks


@checked
def fit_vmf(fit_vmf: Any) -> Checks:
    """Scipy's exact fit of directions that are repeated as often as they count."""
    checks = Checks("fit_vmf", hidden_points=1)

    with checks(
        1,
        "has the direction of the weighted mean",
        hint="Add the directions up, each as often as it counts: the sum points where they point together. How long is it, and how long is a direction?",
        remedy="mean = weights @ directions; mean / np.linalg.norm(mean).",
    ):
        mean, k = unit(checks.rng), 4.0
        u = vonmises_fisher(mean, k).rvs(40, random_state=checks.rng)
        counts = checks.rng.integers(0, 4, 40)
        expected = vonmises_fisher.fit(np.repeat(u, counts, axis=0))[0]
        slips = lazily(axis_slips, u, counts)
        given = {"directions": u, "weights": counts.astype(float)}
        found = fit_vmf(**given)[0]
        checks.close(found, expected, atol=1e-4, name="mean_direction", looks_like=slips)
        checks.array(checks.unchanged(fit_vmf, *given.values())[0], (3,), name="mean_direction")

    with checks(
        2,
        "has the concentration of largest likelihood, to six digits",
        hint="R̄ (3 - R̄²) / (1 - R̄²) is Banerjee's formula: a good start, and 1 to 10 % off. Which equation does the maximum satisfy, with a side "
        "that grows from 0 to 1 with κ, and how near does your search come to it? And what is coth κ for a κ whose exponential overflows?",
        remedy="Solve 1 / np.tanh(k) - 1 / k = length for k, with scipy.optimize.brentq.",
    ):
        for k in (0.5, 6.0, 300.0):
            u = vonmises_fisher(unit(checks.rng), k).rvs(60, random_state=checks.rng)
            counts = checks.rng.integers(0, 4, 60)
            expected = vonmises_fisher.fit(np.repeat(u, counts, axis=0))[1]
            # At first weights whose sum is below 1, so that a search ends even where that sum is forgotten.
            weights = counts / (1.25 * counts.sum() if k == 0.5 else 1)
            found = fit_vmf(u, weights)[1]
            slips = lazily(fit_slips, u, weights)
            try:
                checks.close(
                    found, expected, atol=0, rtol=1e-5, name="concentration", looks_like=slips
                )
            except CheckFailed as failure:
                is_number = isinstance(found, (float, np.number))
                is_near = is_number and abs(found / expected - 1) < 5e-3
                slip = "the search for κ ends too early, or runs over a grid" if is_near else ""
                raise CheckFailed(str(failure), slip=failure.slip or slip) from failure
        # Two directions, 0.0004 to 0.0006 on either side: from κ = 710 on coth κ is 1, and exp κ infinite.
        tilt = checks.rng.uniform(0.02, 0.03)
        sharp = np.array([[tilt, 0, np.sqrt(1 - tilt**2)], [-tilt, 0, np.sqrt(1 - tilt**2)]])
        expected = 1 / (tilt**2 / (1 + np.sqrt(1 - tilt**2)))  # 1 - 1 / κ = R̄
        found = fit_vmf(sharp, np.ones(2))[1]
        checks.close(found, expected, atol=0, rtol=1e-5, name="concentration of sharp directions")

    return checks
