"""Processor seconds and memory of ``demix`` against the plain algorithm, which rebuilds the whole residual for every update.

Both start from the same guesses, call the same updates with the same fast deconvolution, and confine each neuron to the same pixels, so
that they climb the same objective.
"""

from __future__ import annotations

import tracemalloc
from functools import partial
from typing import Any

import numpy as np

from benchmarks.table import Row, paired
from stats220.data.calcium import simulate_calcium
from stats220.models.calcium import find_neurons, gaussian_footprints, standardize, unit_norm
from stats220.models.demixing import Updates, demix
from stats220.reference import calcium
from stats220.reference.calcium import fast

UPDATES = Updates(
    calcium.update_trace, calcium.update_footprint, calcium.update_background, calcium.ascend
)
PENALTY = 8.0

Array = np.ndarray[Any, np.dtype[Any]]


def run(quick: bool = True) -> list[Row]:
    """A quarter of the course's recording, or (in full) all of it."""
    sizes = {"num_neurons": 12, "height": 100, "width": 100, "num_frames": 2000} if quick else {}
    simulated = simulate_calcium("course", seed=0, **sizes)
    movie = standardize(simulated.movie, simulated.truth.noise_std)
    height, width = movie.shape[:2]
    centers = find_neurons(calcium.local_correlation(movie))
    footprints = unit_norm(gaussian_footprints(centers, height, width))
    background = unit_norm(np.median(movie, axis=2))
    del simulated
    denoise = partial(fast.penalized, decay_frames=9.0, penalty=PENALTY)
    denoise(movie[0, 0])  # compiles
    sweeps = 2 if quick else 3

    def ours() -> Array:
        found = demix(
            movie,
            footprints,
            background,
            UPDATES,
            denoise,
            penalty=PENALTY,
            max_sweeps=sweeps,
            tolerance=-np.inf,
            progress=False,
        )
        return found.objective

    def plain() -> Array:
        return _plain(movie, footprints, background, denoise, sweeps)

    results, peaks = [], []
    for function in (ours, plain):
        tracemalloc.start()
        results.append(function())
        peaks.append(1 + tracemalloc.get_traced_memory()[1] / movie.nbytes)
        tracemalloc.stop()
    apart = float(np.max(np.abs(results[1] / results[0] - 1)))
    if apart > 1e-5:
        raise RuntimeError(f"the objectives differ by {apart:.1e}: {results}")
    case = f"{len(centers)} neurons, {height} x {width} x {movie.shape[2]}, {sweeps} sweeps"
    note = f"the plain algorithm; objectives differ by {apart:.0e}"
    ours_time, plain_time, ratio = paired(ours, plain, 3)
    return [
        Row(
            "demixing",
            case,
            f"{ours_time:.2f} s",
            f"{plain_time:.2f} s",
            ratio,
            note,
        ),
        Row(
            "demixing",
            case,
            f"{peaks[0]:.2f} movies",
            f"{peaks[1]:.2f} movies",
            peaks[1] / peaks[0],
            "peak memory, the movie included",
        ),
    ]


def _plain(movie: Array, footprints: Array, background: Array, denoise: Any, sweeps: int) -> Array:
    """Coordinate ascent with one full residual, movie - footprints · traces - background, for each update."""
    num_neurons, num_frames = len(footprints), movie.shape[2]
    X = movie.reshape(-1, num_frames)
    U = footprints.reshape(num_neurons, -1).astype(movie.dtype)
    inside = U != 0
    C = np.zeros((num_neurons, num_frames), movie.dtype)
    u0, c0 = UPDATES.background(X, background.reshape(-1).astype(movie.dtype), 1e6, 1.0)
    costs = np.zeros(num_neurons)

    def residual(without: int | None) -> Array:
        kept = np.arange(num_neurons) != without
        return np.asarray(X - U[kept].T @ C[kept] - np.outer(u0, c0))

    def objective() -> float:
        left = residual(None).astype(np.float64)
        return float(-np.sum(left**2) / 2 - PENALTY * costs.sum() - c0 @ c0 / 2e6)

    history = [objective()]
    for _ in range(sweeps):
        for k in range(num_neurons):
            fits: list[Any] = []

            def handed_in(trace: Array, fits: list[Any] = fits) -> Array:
                fits.append(denoise(trace.astype(np.float64)))
                return np.asarray(fits[0].denoised + fits[0].baseline, movie.dtype)

            C[k] = UPDATES.trace(residual(k)[inside[k]], U[k, inside[k]], handed_in)
            costs[k] = fits[0].amplitudes.sum()
            if costs[k]:
                U[k, inside[k]] = UPDATES.footprint(residual(k)[inside[k]], C[k])
        u0, c0 = UPDATES.background(X - U.T @ C, u0, 1e6, 1.0)
        history.append(objective())
    return np.array(history)
