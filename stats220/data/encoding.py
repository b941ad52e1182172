"""Lab 6's data: retinal ganglion cells that see a movie, from a simulator with its truth or from a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from stats220.data.encoding_files import (
    MeasuredRates,
    RecordedResponses,
    load_grasshopper,
    load_rgc,
)
from stats220.data.responses import (
    Responses,
    RetinaRecording,
    check_memory,
    check_recording,
    check_responses,
)
from stats220.data.retina_cells import (
    Circuit,
    biases_for_rates,
    build_circuit,
    spike_trains,
)
from stats220.data.retina_movies import NATURAL_STD, natural_scenes, white_noise
from stats220.errors import InputError

__all__ = [
    "MeasuredRates",
    "RecordedResponses",
    "Responses",
    "RetinaRecording",
    "RetinaTruth",
    "SimulatedRetina",
    "check_recording",
    "check_responses",
    "load_grasshopper",
    "load_rgc",
    "simulate_retina",
]


@dataclass(frozen=True)
class RetinaTruth:
    """What a simulated retina is made of.

    Attributes
    ----------
    spatial_filter, temporal_filter : ndarrays (num_neurons, height, width) and (num_neurons, num_lags)
        Of each cell as far as it is linear: the sum of its subunits' receptive fields, and their common filter in time, lag 0
        first. Both have unit norm.
    coupling_filters : ndarray (num_neurons, num_neurons, num_coupling_lags)
        [to, from, lag]: what one spike adds to the drive; the first lag is one bin after it.
    bias : ndarray (num_neurons,)
        Of the drive, in whose units a softplus turns spikes on.
    subunits : ndarray (num_subunits, height, width)
        Receptive fields of the subunits, unit norm.
    subunit_temporal : ndarray (num_subunits, num_lags)
        Their filters in time, unit norm.
    pooling : ndarray (num_neurons, num_subunits)
        The cells' weights on subunits.
    positions_rc : ndarray (num_neurons, 2)
        Row and column of each cell's center, in pixels.
    train_expected_counts : ndarray (num_frames, num_neurons)
        Expected in each bin of the training movie, given all that had fallen before.
    test_expected_counts : ndarray (num_frames, num_neurons)
        Expected in each bin of the test movie: the mean over many repeats (others than the ones in the recording).
    """

    spatial_filter: Float[np.ndarray, "num_neurons height width"]
    temporal_filter: Float[np.ndarray, "num_neurons num_lags"]
    coupling_filters: Float[np.ndarray, "num_neurons num_neurons num_coupling_lags"]
    bias: Float[np.ndarray, " num_neurons"]
    subunits: Float[np.ndarray, "num_subunits height width"]
    subunit_temporal: Float[np.ndarray, "num_subunits num_lags"]
    pooling: Float[np.ndarray, "num_neurons num_subunits"]
    positions_rc: Float[np.ndarray, "num_neurons 2"]
    train_expected_counts: Float[np.ndarray, "num_frames num_neurons"]
    test_expected_counts: Float[np.ndarray, "num_test_frames num_neurons"]


@dataclass(frozen=True, repr=False)
class SimulatedRetina(RetinaRecording):
    """A simulated recording and its truth."""

    truth: RetinaTruth


def simulate_retina(
    minutes: float = 10.0,
    *,
    validation_minutes: float = 2.0,
    test_seconds: float = 30.0,
    num_repeats: int = 20,
    num_neurons: int = 9,
    size: int = 16,
    movie: Literal["white noise", "natural scenes"] = "white noise",
    linear: bool = False,
    threshold: float = 1.0,
    gain: float = 2.0,
    coupling: float | None = None,
    refractoriness: float = 5.0,
    bin_seconds: float = 0.01,
    num_truth_runs: int = 200,
    seed: int = 0,
) -> SimulatedRetina:
    """Simulate ganglion cells that pool rectified bipolar subunits, and whose spikes act on each other's.

    A subunit filters the movie by a difference of Gaussians in space and by a biphasic filter in time, and passes on what is
    above a threshold. A cell sums subunits of one type (OFF fast, OFF slow or ON), adds its own and its neighbors' spike
    filters, and fires with a Poisson count whose mean is a softplus of that.

    Parameters
    ----------
    minutes, validation_minutes : float
        Length of the training and validation movies.
    test_seconds, num_repeats : float, int
        Length of the test movie, and how often it is shown.
    num_neurons, size : int
        Cells, and pixels along a side of the screen.
    movie : {"white noise", "natural scenes"}
        Pixels of -1 and +1, new in each frame; or images with a 1/f amplitude spectrum and saccades.
    linear : bool
        Subunits without a threshold: then each cell is a linear-nonlinear one.
    threshold : float
        Of the subunits, in standard deviations.
    gain : float
        Standard deviation of the drive that a cell receives from the movie.
    coupling : float, optional
        What a spike adds to a neighbor's drive in the next bin: 1.2, or 0.4 for natural scenes, whose bursts would feed a stronger one.
    refractoriness : float
        What a spike takes from its own cell's drive in the next bin.
    bin_seconds : float
        A bin, and a frame.
    num_truth_runs : int
        Repeats that the truth's test rate is averaged over.
    seed : int
        The same seed gives the same recording.

    Returns
    -------
    SimulatedRetina

    Raises
    ------
    InputError
        Where a size or a duration is not positive, there are fewer frames than lags, or the movie would not fit into memory.

    References
    ----------
    L. McIntosh, N. Maheswaranathan, A. Nayebi, S. Ganguli and S. Baccus (2016). Deep learning models of the retinal response to
    natural scenes. NeurIPS: the screen, the bins and the rates. J. Pillow et al. (2008). Spatio-temporal correlations and visual
    signalling in a complete neuronal population. Nature 454: coupling and refractoriness.
    """
    if movie not in ("white noise", "natural scenes"):
        raise InputError(f'movie={movie!r} is unknown: choose "white noise" or "natural scenes"')
    amounts = {
        "bin_seconds": bin_seconds,
        "minutes": minutes,
        "validation_minutes": validation_minutes,
        "test_seconds": test_seconds,
        "num_repeats": num_repeats,
        "num_neurons": num_neurons,
        "num_truth_runs": num_truth_runs,
        "gain": gain,
    }
    for name, amount in amounts.items():
        if not 0 < amount < np.inf:
            raise InputError(f"{name}={amount} must be positive and finite")
    if not 8 <= size <= 100:
        raise InputError(f"size={size} must be from 8 to 100 pixels")
    seconds = {"train": 60 * minutes, "validation": 60 * validation_minutes, "test": test_seconds}
    num_frames = {part: round(length / bin_seconds) for part, length in seconds.items()}
    for part, length in num_frames.items():
        if length < 100:
            raise InputError(f"the {part} movie would have {length} frames: give it at least 100")
    check_memory(
        sum(num_frames.values()) * (size**2 + 9 * num_neurons),
        "take fewer minutes or a smaller screen",
    )

    rng = np.random.default_rng(seed)
    natural = movie == "natural scenes"
    stimulus_std = NATURAL_STD if natural else 1.0
    if coupling is None:
        coupling = 0.4 if natural else 1.2
    circuit = build_circuit(
        rng,
        num_neurons=num_neurons,
        size=size,
        bin_seconds=bin_seconds,
        threshold=None if linear else threshold,
        gain=gain,
        coupling=coupling,
        refractoriness=refractoriness,
    )
    movies = {
        part: natural_scenes(rng, length, size, bin_seconds)
        if natural
        else white_noise(rng, length, size)
        for part, length in num_frames.items()
    }
    subunit_std = circuit.subunit_output(movies["train"], 0, stimulus_std).std(axis=0)
    pooled = {
        part: circuit.pooled(stimulus, stimulus_std, subunit_std)
        for part, stimulus in movies.items()
    }
    mean, std = pooled["train"].mean(axis=0), pooled["train"].std(axis=0)
    drives = {part: gain * (values - mean) / std for part, values in pooled.items()}
    bias = biases_for_rates(rng, drives["train"][:30_000], circuit, bin_seconds)

    responses = {}
    for part, runs in (("train", 1), ("validation", 1), ("test", num_repeats)):
        counts, expected = spike_trains(rng, drives[part][None] + bias, circuit.coupling, runs)
        responses[part] = Responses(movies[part], counts if part == "test" else counts[0])
        if part == "train":
            train_expected = expected[0]
    _, repeats = spike_trains(rng, drives["test"][None] + bias, circuit.coupling, num_truth_runs)
    truth = _truth(circuit, bias, train_expected, repeats.mean(axis=0))
    return SimulatedRetina(
        **responses, bin_seconds=bin_seconds, stimulus_std=stimulus_std, truth=truth
    )


def _truth(circuit: Circuit, bias: Any, train_expected: Any, test_expected: Any) -> RetinaTruth:
    """A cell's linear filters from its subunits', and the rest as it is."""
    spatial = np.tensordot(circuit.pooling, circuit.subunits, axes=1)
    temporal = circuit.subunit_temporal[circuit.pooling.argmax(axis=1)]
    return RetinaTruth(
        spatial / np.linalg.norm(spatial, axis=(1, 2), keepdims=True),
        temporal,
        circuit.coupling,
        bias,
        circuit.subunits,
        circuit.subunit_temporal,
        circuit.pooling,
        circuit.positions_rc,
        train_expected,
        test_expected,
    )
