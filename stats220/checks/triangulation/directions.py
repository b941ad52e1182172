"""Lab 5's checks of directions."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.triangulation.inputs import unit
from stats220.checks.triangulation.stand_ins import library_log_density, search_fit, vonmises_fisher

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
            pull, expected = bone * length / variance, length * size / variance
            with_prior = pull + mean
            slips = {
                "it is not brought to length 1": pull,
                "it points from the child to the parent": -bone / size,
                "mean_direction is added, whose concentration is 0": with_prior
                / np.linalg.norm(with_prior),
            }
            checks.close(found[0], bone / size, atol=1e-4, name="direction", looks_like=slips)
            slips = {
                "the variance is squared": expected / variance,
                "the 2 of the mixed term does not meet the half": 2 * expected,
                "the distance of child and parent does not count": length**2 / variance,
                "bone_length does not count": size / variance,
            }
            checks.close(
                found[1], expected, atol=1e-3, rtol=1e-4, name="concentration", looks_like=slips
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
            checks.close(found[0], pull / size, atol=1e-4, name="direction")
            checks.close(found[1], size, atol=1e-3, rtol=1e-4, name="concentration")

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
            checks.close(found[0], mean, atol=1e-6, name="direction")
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
        name = "directions (5 frames, 4 bones)"
        direction = checks.array(found[0], (5, 4, 3), name=name)
        checks.close(direction, pull / size[..., None], atol=1e-4, name=name)
        name = "concentrations (5 frames, 4 bones)"
        surer = checks.array(found[1], (5, 4), name=name)
        checks.close(surer, size, atol=1e-3, rtol=1e-4, name=name)
        names = ("mean_direction", "concentration", "parent_position", "child_position")
        for argument, before, after in zip(names, given, afterwards, strict=False):
            checks.equal(after, before, name=f"{argument} afterwards")

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
            slips = {
                "an exponential is taken out of sinh κ and gets lost": expected + k,
                "sinh κ is taken for half of exp κ": np.log(k / (2 * np.pi)) + k * (u @ mean - 1),
                "2π stands in the place of 4π": expected + np.log(2),
                "κ is left out of the constant": expected - np.log(k),
                "no logarithm is taken": np.exp(expected),
            }
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
        checks.close(vmf_log_density(u, mean, 1e-6), small, atol=1e-8, name="κ = 1e-6")
        large = np.log(1e6 / (2 * np.pi)) + 1e6 * (cosine - 1)
        checks.close(vmf_log_density(u, mean, 1e6), large, atol=1e-3, rtol=1e-8, name="κ = 1e6")

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
        slips = {
            "the mean is not brought to length 1": np.average(u, axis=0, weights=counts),
            "weights do not count": vonmises_fisher.fit(u)[0],
        }
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
            found = fit_vmf(u, counts.astype(float))[1]
            r = np.linalg.norm(np.average(u, axis=0, weights=counts))
            slips = {"Banerjee's formula is taken for the answer": r * (3 - r**2) / (1 - r**2)}
            by_number = r * counts.mean()
            if by_number < 1:
                # Two directions whose mean has that length.
                across = np.sqrt(1 - by_number**2)
                both = np.array([[across, 0, by_number], [-across, 0, by_number]])
                slip = "the sum is divided by the number of directions, whatever they count"
                slips[slip] = vonmises_fisher.fit(both)[1]
            checks.close(found, expected, atol=0, rtol=1e-5, name="concentration", looks_like=slips)
        # Two directions, 0.0004 to 0.0006 on either side: from κ = 710 on coth κ is 1, and exp κ infinite.
        tilt = checks.rng.uniform(0.02, 0.03)
        sharp = np.array([[tilt, 0, np.sqrt(1 - tilt**2)], [-tilt, 0, np.sqrt(1 - tilt**2)]])
        expected = 1 / (tilt**2 / (1 + np.sqrt(1 - tilt**2)))  # 1 - 1 / κ = R̄
        found = fit_vmf(sharp, np.ones(2))[1]
        checks.close(found, expected, atol=0, rtol=1e-5, name="concentration of sharp directions")

    return checks


def two_clusters(rng: np.random.Generator, concentration: float) -> tuple[Array, Array]:
    """Directions around x (30 of them) and around z (70); and where to start, 0.4 rad off."""
    parts = [
        vonmises_fisher(axis, concentration).rvs(n, random_state=rng)
        for axis, n in (([1.0, 0, 0], 30), ([0, 0, 1.0], 70))
    ]
    starts = np.array([[np.cos(0.4), np.sin(0.4), 0], [0, np.sin(0.4), np.cos(0.4)]])
    return np.concatenate(parts), starts


@checked
def vmf_mixture_em(vmf_mixture_em: Any) -> Checks:
    """Two clusters, scipy's density, and a fit by search."""
    checks = Checks("vmf_mixture_em", hidden_points=1)
    given = (library_log_density, search_fit)

    with checks(
        2,
        "climbs from the log likelihood of the start, and finds the clusters and their shares",
        hint="The log likelihood of a direction is the log of a *sum* over clusters, weights included; for all directions together these logs add up. "
        "Each direction belongs to all clusters a little, with shares that add up to one direction by direction; and all that describes a cluster "
        "is estimated anew in each iteration.",
        remedy="logsumexp(log_weights[:, None] + log_densities, axis=0), before the iteration; weights = belongs.mean(axis=1).",
    ):
        # One iteration, with clusters that overlap: each direction belongs to both.
        u, starts = two_clusters(checks.rng, 3.0)
        densities = np.stack([vonmises_fisher(m, 2.0).pdf(u) for m in starts])
        belongs = densities / densities.sum(axis=0)
        found = vmf_mixture_em(u, starts, np.full(2, 2.0), 1, *given)
        slips = {
            "shares add up to one over the directions, or weights stay": np.full(2, 0.5),
            "each direction belongs to one cluster alone": np.bincount(belongs.argmax(axis=0))
            / 100,
        }
        name = "weights after one iteration"
        checks.close(found[0], belongs.mean(axis=1), atol=1e-3, name=name, looks_like=slips)
        fits = [search_fit(u, part) for part in belongs]
        checks.close(
            found[1], [mean for mean, _ in fits], atol=1e-3, name="mean_directions after one"
        )
        # From the second one on clusters differ in weight.
        densities = np.stack([vonmises_fisher(mean, k).pdf(u) for mean, k in fits])
        parts = belongs.mean(axis=1)[:, None] * densities
        after_two = (parts / parts.sum(axis=0)).mean(axis=1)
        unweighted = (densities / densities.sum(axis=0)).mean(axis=1)
        checks.close(
            vmf_mixture_em(u, starts, np.full(2, 2.0), 2, *given)[0],
            after_two,
            atol=2e-3,
            name="weights after two iterations",
            looks_like={"shares do not count the clusters' weights": unweighted},
        )

        u, starts = two_clusters(checks.rng, 20.0)
        found = vmf_mixture_em(u, starts, np.full(2, 5.0), 12, *given)
        weights, means, concentrations, climb = (to_numpy(part) for part in found)
        checks.shape(climb, (12,), name="log_likelihoods")
        mixture = sum(0.5 * vonmises_fisher(m, 5.0).pdf(u) for m in starts)
        checks.close(
            climb[0],
            np.log(mixture).sum(),
            atol=1e-2,
            rtol=1e-4,
            name="log_likelihoods[0], of 100 directions together at the start,",
        )
        checks.that(
            np.diff(climb).min() > -1e-4, f"the log likelihood falls by {-np.diff(climb).min():.3g}"
        )
        checks.close(weights, [0.3, 0.7], atol=0.03, name="weights")
        expected = [search_fit(part, np.ones(len(part))) for part in (u[:30], u[30:])]
        checks.close(means, [mean for mean, _ in expected], atol=0.05, name="mean_directions")
        checks.close(
            concentrations, [k for _, k in expected], atol=0, rtol=0.2, name="concentrations"
        )

    with checks(
        1,
        "does not underflow for high concentrations",
        hint="A density at the far side of a sharp cluster is exp(-20000), which is 0; and 0 / 0 is NaN.",
        remedy="Subtract logsumexp before you take exp.",
    ):
        u, starts = two_clusters(checks.rng, 9000.0)
        start = {"mean_directions": starts, "concentrations": np.full(2, 9000.0)}
        options = dict(zip(("num_iterations", "log_density", "fit"), (4, *given), strict=True))
        found = vmf_mixture_em(directions=u, **start, **options)
        checks.close(found[0], [0.3, 0.7], atol=1e-3, name="weights")

    with checks(
        1,
        "leaves a cluster alone to which nothing belongs, and its inputs as they were",
        hint="The mean of nothing has no direction. What should become of a cluster in the meantime? And is what you update your own copy of the start?",
        remedy="Call `fit` only where belongs[j].sum() >= 1e-9; copy the start before you write into it.",
    ):
        u, starts = two_clusters(checks.rng, 300.0)
        three = np.vstack([starts, [[0.0, -1.0, 0.0]]])
        before = np.array([50.0, 50.0, 2000.0])
        found, afterwards = checks.call(vmf_mixture_em, u, three, before, 4, *given)
        checks.close(
            to_numpy(found[1])[2], three[2], atol=1e-6, name="direction of the empty cluster"
        )
        checks.close(to_numpy(found[2])[2], 2000.0, atol=1e-3, name="its concentration")
        checks.close(found[0], [0.3, 0.7, 0.0], atol=1e-3, name="weights")
        names, shapes = ("weights", "mean_directions", "concentrations"), ((3,), (3, 3), (3,))
        for part, name, shape in zip(tuple(found)[:3], names, shapes, strict=True):
            checks.array(part, shape, name=name)
        checks.equal(afterwards[1], three, name="mean_directions afterwards")
        checks.equal(afterwards[2], before, name="concentrations afterwards")

    return checks
