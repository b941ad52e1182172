"""The fingerprints of known mistakes are those of the mistakes, and tell them apart."""

from __future__ import annotations

import numpy as np
import pytest

from stats220.checks.fingerprints import fingerprint, known, mistake_of
from stats220.reference.calcium.mistakes import fingerprints

CALCIUM = fingerprints()


@pytest.mark.parametrize("exercise", CALCIUM)
def test_fingerprints_are_those_of_the_mistakes(exercise: str) -> None:
    """Else write them anew: ``python -m stats220.reference.calcium.mistakes``."""
    kept = known("calcium", exercise)
    assert list(kept) == list(CALCIUM[exercise])
    for slip, expected in CALCIUM[exercise].items():
        np.testing.assert_allclose(kept[slip], expected, rtol=1e-9, atol=1e-9)


def test_a_mistake_is_found_by_what_comes_of_it() -> None:
    parts = [np.arange(6.0).reshape(2, 3), np.ones(2)]
    assert fingerprint(*parts) == fingerprint(np.array([0.0, 1, 2, 3, 4, 5, 1, 1]))
    counts = np.array([4, 3, 3, 5, 2, 2, 4, 3, 3])
    assert mistake_of("calcium", "ascend, when it stops", counts) == ""
    all_sweeps = np.array([7, 3, 7, 5, 7, 7, 6, 4, 5])
    assert mistake_of("calcium", "ascend, when it stops", all_sweeps).startswith(
        "no sweep is the last"
    )
