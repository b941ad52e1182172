"""Fixed inputs of lab 3 on which all known mistakes differ; see ``checks.fingerprints``."""

from __future__ import annotations

import numpy as np

from stats220.checks.calcium.inputs import Array, noisy_trace

TAU, PENALTY = 6.0, 1.5


def traces_of_pools() -> list[Array]:
    """Two traces of 120 frames, in the second of which only the first pools have heights below zero."""
    rng = np.random.default_rng(220)
    first, dipped = (noisy_trace(120, TAU, rng, baseline=-0.5) for _ in range(2))
    dipped[:10] -= 8
    return [first, dipped]


def overlapping_neurons() -> tuple[Array, Array, Array]:
    """A movie of 9 pixels and 12 frames, first footprints of three neurons that overlap, and one of the background."""
    rng = np.random.default_rng(220)
    movie, footprints = rng.normal(size=(9, 12)), np.zeros((3, 9))
    for k, first in enumerate((0, 2, 4)):
        weights = rng.permutation([1, 1, 1, -1, -1]) * rng.uniform(0.5, 2, 5)
        footprints[k, first : first + 5] = weights / np.linalg.norm(weights)
    behind = rng.uniform(0.2, 1, 9)
    return movie, footprints, behind / np.linalg.norm(behind)
