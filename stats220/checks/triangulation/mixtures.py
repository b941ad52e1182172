"""Lab 5's checks of mixtures of directions."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.lazily import lazily
from stats220.checks.triangulation.direction_slips import climb_slips, iteration_slips
from stats220.checks.triangulation.stand_ins import (
    library_log_density,
    named,
    search_fit,
    untouched,
    vonmises_fisher,
)
from stats220.line.failures import CheckFailed

Array = np.ndarray[Any, np.dtype[Any]]


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
        slips = iteration_slips(u, starts, belongs, densities)
        fits = [search_fit(u, part) for part in belongs]
        expected = expected_weights = belongs.mean(axis=1)
        # From the second one on clusters differ in weight.
        densities = np.stack([vonmises_fisher(mean, k).pdf(u) for mean, k in fits])
        parts = expected[:, None] * densities
        after_two = (parts / parts.sum(axis=0)).mean(axis=1)
        slips["weights"]["one iteration too many is done"] = after_two
        checks.items(found, 4, name="the result")
        try:
            name, looks_like = "weights after one iteration", slips["weights"]
            checks.close(found[0], expected, atol=1e-3, name=name, looks_like=looks_like)
        except CheckFailed as failure:
            # Several mistakes leave the weights alone, and differ in the directions.
            slip = named(found[1], slips["directions"])
            is_even = named(found[0], {"as at the start": np.full(2, 0.5)})
            raise CheckFailed(str(failure), slip=(is_even and slip) or failure.slip) from failure
        name, expected = "mean_directions after one", [mean for mean, _ in fits]
        checks.close(found[1], expected, atol=1e-3, name=name, looks_like=slips["directions"])
        name, expected, looks_like = (
            "concentrations after one",
            [k for _, k in fits],
            slips["concentrations"],
        )
        checks.close(found[2], expected, atol=0, rtol=1e-2, name=name, looks_like=looks_like)
        twice = expected_weights[:, None] * parts
        unweighted = (densities / densities.sum(axis=0)).mean(axis=1)
        checks.close(
            vmf_mixture_em(u, starts, np.full(2, 2.0), 2, *given)[0],
            after_two,
            atol=2e-3,
            name="weights after two iterations",
            looks_like={
                "shares do not count the clusters' weights": unweighted,
                "the clusters' weights count twice": (twice / twice.sum(axis=0)).mean(axis=1),
            },
        )

        u, starts = two_clusters(checks.rng, 20.0)
        found = vmf_mixture_em(u, starts, np.full(2, 5.0), 12, *given)
        weights, means, concentrations, climb = (to_numpy(part) for part in found)
        try:
            checks.shape(climb, (12,), name="log_likelihoods")
        except CheckFailed as failure:
            slip = "log_likelihoods has no number of its own for each iteration"
            raise CheckFailed(str(failure), slip=slip) from failure
        mixture = sum(0.5 * vonmises_fisher(m, 5.0).pdf(u) for m in starts)
        checks.close(
            climb[0],
            np.log(mixture).sum(),
            atol=1e-2,
            rtol=1e-4,
            name="log_likelihoods[0], of 100 directions together at the start,",
            looks_like=lazily(climb_slips, u, starts, 5.0),
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
        parts = ("weights", (3,)), ("mean_directions", (3, 3)), ("concentrations", (3,))
        for part, (name, shape) in zip(found, parts, strict=False):
            checks.array(part, shape, name=name)
        names = ("directions", "mean_directions", "concentrations")
        untouched(checks, names, (u, three, before), afterwards)

    return checks
