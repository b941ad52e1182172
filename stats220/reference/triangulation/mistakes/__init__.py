"""Known mistakes in lab 5's algorithms, whose fingerprints its checks hold: ``python tools/mistakes.py`` writes them anew."""

from __future__ import annotations

import numpy as np

from stats220.checks.fingerprints import fingerprint
from stats220.checks.triangulation.elections import muddles
from stats220.checks.triangulation.fixed_inputs import two_views, views_with_gaps
from stats220.reference.triangulation.mistakes import dlt, votes

Fingerprints = dict[str, dict[str, list[float]]]


def fingerprints() -> Fingerprints:
    """By exercise, or a part of one, and mistake."""
    cameras, points = two_views()
    seen = cameras.projections, cameras.images(points)
    gaps, pixels = views_with_gaps()
    known = {
        # A decomposition leaves signs open.
        "triangulate_dlt": {
            slip: np.abs(value)
            for slip, value in (dlt.row_slips(*seen) | dlt.vector_slips(*seen)).items()
        },
        "triangulate_dlt, gaps": dlt.gap_slips(gaps.projections, pixels),
    }
    each = [votes.vote_slips(*one[:3]) for one in muddles()]
    by_votes = {slip: fingerprint(*(one[slip] for one in each)) for slip in each[0]}
    return {"triangulate_ransac": by_votes} | {
        exercise: {slip: fingerprint(value) for slip, value in slips.items()}
        for exercise, slips in known.items()
    }
