"""Lab 6's hidden check of the spike-triggered average."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import draw_counts


@checked
def spike_triggered_average(spike_triggered_average: Any) -> Checks:
    """A movie of several batches, beside a loop over its spikes."""
    checks = Checks("spike_triggered_average", hidden=True)

    with checks(
        1,
        "is the average over the spikes of a long movie, one by one",
        hint="Whatever is computed a batch at a time has to add up to the sum over all of the movie, at every lag.",
    ):
        rng = checks.rng
        movie = torch.from_numpy(rng.integers(-1, 2, (20_107, 2, 1), np.int8))
        counts, num_lags = draw_counts(rng, len(movie), 3, mean=0.02), 7
        counts[[6, 9_999, 10_005, 10_006]] = 3
        counts[[0, 2, 5]], counts[-1] = 60, 30  # too early, and the last
        expected = np.zeros((3, num_lags, 2, 1))
        for n in range(3):
            times = np.flatnonzero(counts[num_lags - 1 :, n]) + num_lags - 1
            weights = counts[times, n].double().numpy()
            windows = movie.numpy()[times[:, None] - np.arange(num_lags)]
            expected[n] = np.average(windows, axis=0, weights=weights)
        average = spike_triggered_average(movie, counts, num_lags)
        checks.close(average, expected, atol=2e-3, name="average")

    return checks
