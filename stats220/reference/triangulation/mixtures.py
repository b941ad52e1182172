"""Part 6: mixtures of von Mises-Fisher distributions."""

import numpy as np
from jaxtyping import Float
from scipy.special import logsumexp

from stats220.models.triangulation import (
    FitDirections,
    LogDensity,
)


def vmf_mixture_em(
    directions: Float[np.ndarray, "num_directions 3"],
    mean_directions: Float[np.ndarray, "num_clusters 3"],
    concentrations: Float[np.ndarray, " num_clusters"],
    num_iterations: int,
    log_density: LogDensity,
    fit: FitDirections,
) -> tuple[
    Float[np.ndarray, " num_clusters"],
    Float[np.ndarray, "num_clusters 3"],
    Float[np.ndarray, " num_clusters"],
    Float[np.ndarray, " num_iterations"],
]:
    """A mixture of von Mises-Fisher distributions, by expectation maximization.

    Parameters
    ----------
    directions : ndarray (num_directions, 3)
        Of unit length.
    mean_directions, concentrations : ndarray (num_clusters, 3), (num_clusters,)
        Where to start; all clusters have the same weight at first.
    num_iterations : int
        How many times to do both steps, expectation first.
    log_density : callable (directions, mean_direction, concentration) -> (num_directions,)
        Of one cluster, for example `vmf_log_density`.
    fit : callable (directions, weights) -> (mean_direction, concentration)
        The best cluster, for example `fit_vmf`.

    Returns
    -------
    weights, mean_directions, concentrations : ndarray
        The mixture after the last iteration. A cluster to which nothing belongs (less than 1e-9
        directions in total) keeps its direction and concentration, not its weight.
    log_likelihoods : ndarray (num_iterations,)
        Log likelihood of all directions, before each iteration. It never falls.
    """
    num_clusters = len(mean_directions)
    weights = np.full(num_clusters, 1 / num_clusters)
    mean_directions, concentrations = mean_directions.copy(), concentrations.astype(float)
    log_likelihoods = np.zeros(num_iterations)
    for i in range(num_iterations):
        # log(weight) + log density, (num_clusters, num_directions), and the log likelihood.
        # BEGIN SOLUTION
        clusters = zip(mean_directions, concentrations, strict=True)
        log_parts = np.stack([log_density(directions, mean, k) for mean, k in clusters])
        # A cluster of weight 0 stays empty: log 0 is minus infinity.
        log_parts += np.log(weights, out=np.full(num_clusters, -np.inf), where=weights > 0)[:, None]
        log_total = logsumexp(log_parts, axis=0)
        log_likelihoods[i] = log_total.sum()
        # END SOLUTION

        # Expectation: which cluster each direction belongs to. (num_clusters, num_directions)
        # BEGIN SOLUTION
        belongs = np.exp(log_parts - log_total)
        # END SOLUTION

        # Maximization.
        # BEGIN SOLUTION
        weights = belongs.mean(axis=1)
        for j in range(num_clusters):
            if belongs[j].sum() >= 1e-9:
                mean_directions[j], concentrations[j] = fit(directions, belongs[j])
        # END SOLUTION
    return weights, mean_directions, concentrations, log_likelihoods
