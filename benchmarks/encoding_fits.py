"""Convex Poisson GLMs of nine neurons on one set of features: our solver against scikit-learn, nemos and statsmodels.

Features are fixed (a pooled movie through six bumps in time, and everybody's past through eight), standardized, float64. All minimize the
same objective, mean (rate - y log rate) + alpha/2 |w|², intercept free. Each package's tolerance is the loosest of a few at which the
objective of every neuron is within 1e-6 of the optimum; finding it also compiles what jax compiles. A peer that comes that near with none
is measured with the tightest, and its row says so. Then seconds of all cores together
(`process_time`), ours and a peer's in turn, the median of the pairs' ratios. A peer that is not installed is left out, and a line says so.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
from scipy.signal import lfilter

from benchmarks.table import Row
from stats220.data.encoding import simulate_retina
from stats220.models.poisson_glm import fit_poisson_glm

ALPHA, GAP = 1e-3, 1e-6

Array = np.ndarray[Any, np.dtype[Any]]
Fit = Callable[[Array, Array, float], tuple[Array, Array]]  # features, counts, tolerance
TOLERANCES = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)


def run(quick: bool = True) -> list[Row]:
    """One minute of data, or ten and sixty."""
    peers = {}
    for make in (scikit_learn_lbfgs, scikit_learn_newton, nemos_population, statsmodels_ridge):
        try:
            peers[make.__name__.replace("_", " ")] = make()
        except ImportError as error:
            print(f"left out: {error}; pip install {error.name}", file=sys.stderr)
    if not peers:
        raise ImportError("none of the peers is installed", name="scikit-learn nemos statsmodels")
    return [
        row
        for minutes in ([1] if quick else [10, 60])
        for row in compared(minutes, peers, num_pairs=1 if quick else 3)
    ]


def compared(minutes: float, peers: dict[str, Fit], num_pairs: int) -> list[Row]:
    """One row a peer."""
    x, y = regression(minutes)
    optimum = fit_poisson_glm(x, y, ALPHA, tolerance=1e-12).objectives
    our_tolerance, _ = _loosest(ours, x, y, optimum)
    rows = []
    for name, peer in peers.items():
        tolerance, near = _loosest(peer, x, y, optimum)
        short = "" if near else f"; never within {GAP:g}"
        pairs = []
        for _ in range(num_pairs):
            our_seconds, our_gap = _timed(ours, x, y, optimum, our_tolerance)
            peer_seconds, peer_gap = _timed(peer, x, y, optimum, tolerance)
            pairs.append((our_seconds, peer_seconds))
        ours_median, peer_median = (statistics.median(each) for each in zip(*pairs, strict=True))
        rows.append(
            Row(
                "encoding fits",
                f"{minutes:g} min: {x.shape[0]} x {x.shape[1]} features, {y.shape[1]} neurons",
                f"{ours_median:.2f} s, gap {our_gap:.0e}",
                f"{peer_median:.2f} s, gap {peer_gap:.0e}",
                statistics.median(theirs / mine for mine, theirs in pairs),
                f"{name}, tolerance {tolerance:g}{short}; median of {num_pairs} pairs",
            )
        )
    return rows


def ours(x: Array, y: Array, tolerance: float) -> tuple[Array, Array]:
    """The library's solver."""
    fit = fit_poisson_glm(x, y, ALPHA, tolerance=tolerance)
    return fit.weights, fit.intercepts


def regression(minutes: float) -> tuple[Array, Array]:
    """168 features of a simulated retina: 4 x 4 pixels through 6 bumps over 0.4 s, 9 cells' counts through 8 up to 0.3 s."""
    retina = simulate_retina(minutes, validation_minutes=0.1, test_seconds=2, num_truth_runs=1)
    counts = retina.train.spike_counts.astype(float)
    pixels = retina.train.stimulus.reshape(len(counts), 4, 4, 4, 4).sum(axis=(2, 4), dtype=float)
    pixels = pixels.reshape(len(counts), 16)
    lags = np.arange(40)[:, None]
    bumps = np.exp(-(((lags - np.linspace(2, 22, 6)) / 2.5) ** 2) / 2)
    late = np.exp(-(((np.log1p(lags) - np.linspace(0, np.log(30), 8)) / 0.5) ** 2) / 2)
    past = np.vstack([np.zeros((1, 9)), counts[:-1]])
    columns = [lfilter(bump, 1, pixels, axis=0) for bump in bumps.T]
    columns += [lfilter(bump, 1, past, axis=0) for bump in late.T]
    x = np.hstack(columns)
    x -= x.mean(axis=0)
    x /= x.std(axis=0)
    return x, counts


def scikit_learn_lbfgs() -> Fit:
    """PoissonRegressor's first solver, a neuron at a time."""
    return _scikit_learn("lbfgs")


def scikit_learn_newton() -> Fit:
    """PoissonRegressor's other solver."""
    return _scikit_learn("newton-cholesky")


def _scikit_learn(solver: str) -> Fit:
    from sklearn.linear_model import PoissonRegressor

    def fit(x: Array, y: Array, tolerance: float) -> tuple[Array, Array]:
        options = {"alpha": ALPHA, "solver": solver, "tol": tolerance, "max_iter": 2000}
        models = [PoissonRegressor(**options).fit(x, counts) for counts in y.T]
        return np.stack([m.coef_ for m in models], 1), np.array([m.intercept_ for m in models])

    return fit


def nemos_population() -> Fit:
    """All neurons in one fit, in double precision."""
    import jax
    from nemos.glm import PopulationGLM

    jax.config.update("jax_enable_x64", True)

    def fit(x: Array, y: Array, tolerance: float) -> tuple[Array, Array]:
        model = PopulationGLM(
            inverse_link_function=jax.numpy.exp,
            regularizer="Ridge",
            regularizer_strength=ALPHA,
            solver_name="LBFGS",
            solver_kwargs={"tol": tolerance, "maxiter": 2000},
        ).fit(x, y)
        return np.asarray(model.coef_), np.asarray(model.intercept_)

    return fit


def statsmodels_ridge() -> Fit:
    """Its penalized fit, a neuron at a time; it has no tolerance to set."""
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    def fit(x: Array, y: Array, tolerance: float) -> tuple[Array, Array]:
        with_constant = np.column_stack([np.ones(len(x)), x])
        penalties = np.append(0.0, np.full(x.shape[1], ALPHA))
        fits = [
            GLM(counts, with_constant, family=Poisson())
            .fit_regularized(alpha=penalties, L1_wt=0.0)
            .params
            for counts in y.T
        ]
        return np.stack([f[1:] for f in fits], axis=1), np.array([f[0] for f in fits])

    return fit


def _loosest(fit: Fit, x: Array, y: Array, optimum: Array) -> tuple[float, bool]:
    """The first tolerance that is good enough, or the last one and that it is not."""
    before = np.inf
    for tolerance in TOLERANCES:
        _, gap = _timed(fit, x, y, optimum, tolerance)
        if gap <= GAP:
            return tolerance, True
        if gap == before:  # tolerances mean nothing to it, or no more
            break
        before = gap
    return tolerance, False


def _timed(fit: Fit, x: Array, y: Array, optimum: Array, tolerance: float) -> tuple[float, float]:
    """Seconds of a fit, and how far its worst neuron's objective is from the optimum, relative to it."""
    start = process_time()
    weights, intercepts = fit(x, y, tolerance)
    seconds = process_time() - start
    drive = x @ weights + intercepts
    value = np.mean(np.exp(drive) - y * drive, axis=0) + ALPHA / 2 * np.sum(weights**2, axis=0)
    return seconds, float(np.max((value - optimum) / np.abs(optimum)))
