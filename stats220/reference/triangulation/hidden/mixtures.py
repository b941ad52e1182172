"""Lab 5's hidden checks of mixtures of von Mises-Fisher distributions."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.triangulation.mixtures import two_clusters
from stats220.checks.triangulation.stand_ins import library_log_density, search_fit, vonmises_fisher


@checked
def vmf_mixture_em(vmf_mixture_em: Any) -> Checks:
    """The last log likelihood, beside the mixture that came before it."""
    checks = Checks("vmf_mixture_em", hidden=True)

    with checks(
        1,
        "reports the log likelihood of the mixture as it was before each iteration",
        hint="log_likelihoods[i] belongs to the clusters, and the weights, with which iteration i begins.",
    ):
        u, starts = two_clusters(checks.rng, 8.0)
        given = (library_log_density, search_fit)
        found = vmf_mixture_em(u, starts, np.full(2, 3.0), 3, *given)
        weights, means, concentrations = (to_numpy(part) for part in found[:3])
        again = vmf_mixture_em(u, starts, np.full(2, 3.0), 4, *given)
        checks.shape(again[3], (4,), name="log_likelihoods")
        mixture = sum(
            w * vonmises_fisher(m / np.linalg.norm(m), k).pdf(u)
            for w, m, k in zip(weights, means, concentrations, strict=True)
        )
        checks.close(
            to_numpy(again[3])[3], np.log(mixture).sum(), atol=1e-2, name="log_likelihoods[3]"
        )

    return checks
