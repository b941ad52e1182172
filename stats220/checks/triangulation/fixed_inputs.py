"""Fixed inputs of lab 5 on which known mistakes differ; see ``checks.fingerprints``."""

from __future__ import annotations

import numpy as np

from stats220.checks.triangulation.inputs import NAN, Array, Rig, hidden_from, rig, somewhere


def two_views() -> tuple[Rig, Array]:
    """Two cameras, and six points that both see."""
    rng = np.random.default_rng(220)
    return rig(rng, 2), somewhere(rng, 6)


def views_with_gaps() -> tuple[Rig, Array]:
    """Five cameras and the pixels of eight points, of which each is seen by three views or more."""
    rng = np.random.default_rng(221)
    cameras, points = rig(rng, 5), somewhere(rng, 8)
    pixels = cameras.images(points)
    pixels[hidden_from(rng, 5, np.array([3, 4] * 4))] = NAN
    return cameras, pixels
