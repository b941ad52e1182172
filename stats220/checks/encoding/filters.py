"""Lab 6's checks of the spike-triggered average."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    Lazily,
    check_float32,
    check_shape,
    demand_something_right,
    draw_counts,
    normal,
)
from stats220.checks.encoding.sta_slips import averages_of_bytes, mistaken_averages

NUM_LAGS, HOLD, SPIKE = 5, 16, 8


def held_movie(images: torch.Tensor, weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each image for 16 bins, with all of its spikes in the ninth: all frames of their windows are that image.

    Parameters
    ----------
    images : Tensor (num_images, height, width)
    weights : Tensor (num_images, num_neurons)
        How many spikes each gets.

    Returns
    -------
    stimulus, spike_counts : Tensors (16 * num_images, height, width) and (16 * num_images, num_neurons)
    """
    counts = torch.zeros(HOLD * len(images), weights.shape[1], dtype=weights.dtype)
    counts[SPIKE::HOLD] = weights
    return images.repeat_interleave(HOLD, dim=0), counts


def average_of_images(images: torch.Tensor, weights: torch.Tensor) -> Any:
    """The same at each lag: the images' weighted mean, (num_neurons, num_lags, height, width)."""
    means = [np.average(images.double(), axis=0, weights=w.double()) for w in weights.T]
    return np.stack([np.stack([mean] * NUM_LAGS) for mean in means])


def over_largest(average: Any) -> torch.Tensor:
    """Each neuron's average over its largest absolute value."""
    average = torch.as_tensor(average).double()
    scaled: torch.Tensor = average / average.abs().amax(dim=(1, 2, 3), keepdim=True)
    return scaled


def check_up_to_scale(
    checks: Checks, average: Any, expected: Any, slips: Mapping[str, torch.Tensor] | None = None
) -> None:
    """Hold each neuron's average to what is expected, whatever it was divided by: that is another block's question."""
    found = checks.tensor(average, torch.as_tensor(expected).shape, None, name="average")
    nothing = bool((found == 0).flatten(1).all(dim=1).any())
    checks.that(not nothing, "the average of some neuron is 0 everywhere")
    checks.close(
        over_largest(found),
        over_largest(expected),
        atol=5e-3,
        name="average / its largest value",
        looks_like=Lazily(
            checks, lambda: {slip: over_largest(value) for slip, value in (slips or {}).items()}
        ),
    )


@checked
def spike_triggered_average(spike_triggered_average: Any) -> Checks:
    """Single spikes show which frame goes where; movies of images that are held show what counts how often."""
    checks = Checks("spike_triggered_average", hidden_points=1)

    with checks(
        1,
        "gives a single spike's own frames: at lag 0 the frame of its bin, at lag 1 the one before",
        hint="Lag l belongs to the frame l bins before the spike's own: which frame comes out at lag 0, and which at lag 1?",
        remedy="For the counts of bins start to stop, lag by lag, take the frames from start - lag to stop - lag.",
    ):
        rng = checks.rng
        stimulus, counts = normal(rng, 30, 3, 4), torch.zeros(30, 2)
        spikes = int(rng.integers(10, 16)), int(rng.integers(18, 24))
        counts[spikes[0], 0], counts[spikes[1], 1] = 1, 1
        windows = torch.stack([stimulus[t - NUM_LAGS + 1 : t + 1].flip(0) for t in spikes])
        slips = Lazily(checks, mistaken_averages, stimulus, counts, NUM_LAGS)
        average = spike_triggered_average(stimulus, counts, NUM_LAGS)
        shapes = {
            (2, NUM_LAGS, 4, 3): "rows and columns of the frames are exchanged",
            (NUM_LAGS, 2, 3, 4): "lags come first, and then neurons",
            (NUM_LAGS, 3, 4): "all neurons' spikes are averaged together",
            (1, NUM_LAGS, 3, 4): "all neurons' spikes are averaged together",
            (2, 3, 4): "lags are added up",
        }
        check_shape(checks, average, (2, NUM_LAGS, 3, 4), shapes, name="average")
        check_up_to_scale(checks, average, windows, slips)

    with checks(
        1,
        "lets a bin with three spikes count three times, and divides by the number of spikes",
        hint="It is an average over spikes, not over frames or over bins that have some: what is the sum of all weights?",
        remedy="Weight the frames by the counts themselves, and divide by the sum of the counts from bin `first` on, neuron by neuron.",
    ):
        rng = checks.rng
        images = normal(rng, 6, 3, 4) + 0.5
        weights = (
            torch.from_numpy(
                rng.permuted(np.array([[0, 1, 3, 1, 4, 2], [2, 0, 1, 5, 1, 0]]), axis=1)
            )
            .float()
            .T
        )
        movie = held_movie(images, weights)
        average, expected = (
            spike_triggered_average(stimulus=movie[0], spike_counts=movie[1], num_lags=NUM_LAGS),
            average_of_images(images, weights),
        )
        slips = Lazily(checks, mistaken_averages, *movie, NUM_LAGS)
        checks.close(average, expected, atol=1e-3, name="average", looks_like=slips)

    with checks(
        1,
        "counts spikes from the first complete window to the last bin: earlier ones neither in the sum nor in the divisor",
        hint="All neurons have spikes in bins 0 to 3, too early for a window of 5 frames. Neuron 0 has others in the middle, neuron 1 "
        "in bin 4, neuron 2 in the last bin, and neuron 3 none: the first index tells which of them is off.",
        remedy="The first bin is num_lags - 1, for the sum and for num_spikes; 0 / 0 is then the NaN that is asked for.",
    ):
        begins, goes_on, ends = normal(checks.rng, 3).tolist()
        stimulus = torch.full((40, 3, 4), goes_on)
        stimulus[:NUM_LAGS], stimulus[-NUM_LAGS:] = begins, ends
        counts = torch.zeros(40, 4)
        counts[: NUM_LAGS - 1], counts[15:25, 0] = 2, 1  # too early, and safe in the middle
        counts[NUM_LAGS - 1, 1], counts[-1, 2] = 1, 1  # the first that counts, and the last
        average = spike_triggered_average(stimulus, counts, NUM_LAGS)
        expected = torch.tensor([goes_on, begins, ends, torch.nan]).reshape(4, 1, 1, 1)
        expected = expected.expand(4, NUM_LAGS, 3, 4)
        checks.close(
            average,
            expected,
            atol=1e-3,
            name="average",
            nan_equal=True,
            looks_like=Lazily(checks, mistaken_averages, stimulus, counts, NUM_LAGS),
        )

    with checks(
        1,
        "takes a movie and counts of uint8, and gives float32",
        hint="A uint8 holds numbers up to 255, and what is more starts again at 0: which dtype have counts and frames where they are "
        "multiplied and added?",
        remedy="Take .float() of the counts and of the frames before you multiply or add.",
    ):
        rng = checks.rng
        images = torch.from_numpy(rng.integers(0, 256, (40, 2, 3), np.uint8))
        weights = torch.from_numpy(3 * rng.integers(0, 2, (40, 2), np.uint8))
        weights[:2] = 3
        average = spike_triggered_average(*held_movie(images, weights), NUM_LAGS)
        slips = Lazily(checks, averages_of_bytes, images, weights, NUM_LAGS)
        check_up_to_scale(checks, average, average_of_images(images, weights), slips)
        check_float32(checks, average, name="average")

    with checks(
        1,
        "leaves the stimulus and the counts as they are",
        hint="Other cells go on with the same movie and counts. What you set or add in place is set in theirs.",
        remedy="Take a slice, spike_counts[first:], in the place of setting the first counts to zero.",
    ):
        rng = checks.rng
        stimulus, counts = normal(rng, 30, 3, 4), draw_counts(rng, 30, 2) + 1
        checks.unchanged(spike_triggered_average, stimulus, counts, NUM_LAGS)
        demand_something_right(checks)

    return checks
