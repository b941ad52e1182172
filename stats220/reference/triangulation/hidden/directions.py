"""Lab 5's hidden checks of directions."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks import Checks, checked
from stats220.checks.triangulation.directions import slopes_on_the_sphere
from stats220.checks.triangulation.inputs import unit
from stats220.checks.triangulation.stand_ins import library_log_density, vonmises_fisher


@checked
def update_direction(update_direction: Any) -> Checks:
    """Frames and bones that broadcast, with priors from none to strong."""
    checks = Checks("update_direction", hidden=True)

    with checks(
        1,
        "is the conjugate step for many bones, with priors from none to strong",
        hint="Natural parameters add: concentration · mean_direction and length / variance · bone.",
    ):
        means = unit(checks.rng, 6, 1)
        concentrations = np.array([0.0, 1, 5, 20, 100, 1000])[:, None]
        parents, children = 30 * checks.rng.normal(size=(2, 6, 3, 3))
        given = (means, concentrations, parents, children, np.array([9.0, 25, 60]), 16.0)
        pull = slopes_on_the_sphere(*given)
        size = np.sqrt((pull**2).sum(axis=-1))
        found = update_direction(*given)
        checks.close(found[0], pull / size[..., None], atol=1e-4, name="directions")
        checks.close(found[1], size, atol=1e-3, rtol=1e-4, name="concentrations")

    return checks


@checked
def vmf_log_density(vmf_log_density: Any) -> Checks:
    """Concentrations in an array, beside scipy."""
    checks = Checks("vmf_log_density", hidden=True)

    with checks(
        1,
        "is right for an array of concentrations",
        hint="log κ - log(4π sinh κ) + κ u · ν, for each of them.",
    ):
        mean, u, k = unit(checks.rng, 7), unit(checks.rng, 7), np.geomspace(0.01, 500, 7)
        expected = [float(library_log_density(u[i], mean[i], float(k[i]))) for i in range(7)]
        checks.close(
            vmf_log_density(u, mean, k), expected, atol=1e-4, rtol=1e-5, name="log density"
        )

    return checks


@checked
def fit_vmf(fit_vmf: Any) -> Checks:
    """Scipy's fit, all weights equal but not one."""
    checks = Checks("fit_vmf", hidden=True)

    with checks(
        1,
        "does not depend on the scale of the weights, and is exact",
        hint="coth κ - 1 / κ = R̄, with R̄ the length of the *mean*.",
    ):
        u = vonmises_fisher(unit(checks.rng), 25.0).rvs(50, random_state=checks.rng)
        mean, k = vonmises_fisher.fit(u)
        found = fit_vmf(u, np.full(50, 0.02))
        checks.close(found[0], mean, atol=1e-4, name="mean_direction")
        checks.close(found[1], k, atol=0, rtol=1e-5, name="concentration")

    return checks
