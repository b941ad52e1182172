"""Known mistakes in lab 3's algorithms, whose fingerprints its checks hold: ``python -m stats220.reference.calcium.mistakes`` writes them anew.

They are right answers but for a line, so they stay with the key; see `stats220.checks.fingerprints`.
"""

from __future__ import annotations

import numpy as np

from stats220.checks.calcium.fixed_inputs import PENALTY, TAU, overlapping_neurons, traces_of_pools
from stats220.checks.calcium.inputs import leave
from stats220.checks.fingerprints import fingerprint
from stats220.reference.calcium.mistakes import ascent, pools

Fingerprints = dict[str, dict[str, list[float]]]


def fingerprints() -> Fingerprints:
    """By exercise, or a part of one, and mistake."""
    traces = traces_of_pools()
    each = [pools.of_pass(trace, TAU, PENALTY) for trace in traces]
    right = [
        pools.by_pools(trace - pools.costs(len(trace), TAU, PENALTY), leave(TAU))
        for trace in traces
    ]
    rough = "it is right to a few digits only, as from a solver that stops nearby"
    steps = ascent.of_steps(*overlapping_neurons(), 3)
    of_background = {slip: steps[slip] for slip in ascent.BACKGROUND}
    return {
        "deconvolve_fast": {slip: fingerprint(*(one[slip] for one in each)) for slip in each[0]},
        "deconvolve_fast, roughly": {rough: fingerprint(*right)},
        "ascend": {
            slip: fingerprint(*parts)
            for slip, parts in steps.items()
            if slip not in ascent.BACKGROUND
        },
        "ascend, background": {slip: fingerprint(*parts) for slip, parts in of_background.items()},
        "ascend, when it stops": {
            slip: fingerprint(np.array(counts)) for slip, counts in ascent.of_stops().items()
        },
    }
