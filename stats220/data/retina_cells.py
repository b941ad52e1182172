"""A retina small enough to read: bipolar subunits, ganglion cells that pool them, and spikes that act on later spikes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int8, UInt8
from scipy.signal import oaconvolve
from scipy.spatial.distance import cdist

NUM_LAGS = 40  # of the temporal filters, in bins
NUM_COUPLING_LAGS = 20
_CHUNK = 8192  # frames that are filtered at a time
_SPIKES_PER_DRIVE = 0.3  # expected spikes in a bin, for each unit of softplus(drive)
_MOST_EXPECTED = 2.0  # spikes in a bin (200 Hz at 10 ms): a cell does not fire ten times in 10 ms
_RATES_HZ = (7.2, 1.9, 2.0, 6.3, 1.4, 1.3, 1.9, 0.5, 3.8)  # mean rates, over and over

Runs = tuple[
    UInt8[np.ndarray, "num_runs num_bins num_neurons"],
    Float32[np.ndarray, "num_runs num_bins num_neurons"],
]


@dataclass(frozen=True)
class Circuit:
    """What the stimulus passes through before there is a spike, and what a spike does.

    Attributes
    ----------
    subunits : ndarray (num_subunits, height, width)
        Receptive fields of bipolar cells: differences of Gaussians, unit norm.
    subunit_temporal : ndarray (num_subunits, num_lags)
        Their biphasic filters, lag 0 first, unit norm; negative first for OFF cells.
    pooling : ndarray (num_neurons, num_subunits)
        Weights of a ganglion cell on its subunits, which are all of one type.
    threshold : float or None
        In standard deviations of a subunit's output; None for subunits that are linear.
    gain : float
        Standard deviation of a ganglion cell's drive.
    coupling : ndarray (num_neurons, num_neurons, num_coupling_lags)
        [to, from, lag]: what a spike adds to the drive, from the next bin on.
    rates_hz : ndarray (num_neurons,)
        The mean rates that the biases are set for.
    positions_rc : ndarray (num_neurons, 2)
        Centers of the cells, in pixels.
    """

    subunits: Float[np.ndarray, "num_subunits height width"]
    subunit_temporal: Float[np.ndarray, "num_subunits num_lags"]
    pooling: Float[np.ndarray, "num_neurons num_subunits"]
    threshold: float | None
    gain: float
    coupling: Float[np.ndarray, "num_neurons num_neurons num_coupling_lags"]
    rates_hz: Float[np.ndarray, " num_neurons"]
    positions_rc: Float[np.ndarray, "num_neurons 2"]

    def pooled(
        self,
        stimulus: Int8[np.ndarray, "num_frames height width"],
        stimulus_std: float,
        subunit_std: Float[np.ndarray, " num_subunits"],
    ) -> Float32[np.ndarray, "num_frames num_neurons"]:
        """What the ganglion cells receive; before the first frame the screen is gray."""
        pooled = np.empty((len(stimulus), len(self.pooling)), np.float32)
        for start in range(0, len(stimulus), _CHUNK):
            output = self.subunit_output(stimulus, start, stimulus_std) / subunit_std
            if self.threshold is not None:
                output = np.maximum(output - self.threshold, 0)
            pooled[start : start + _CHUNK] = output @ self.pooling.T
        return pooled

    def subunit_output(
        self, stimulus: Int8[np.ndarray, "num_frames height width"], start: int, stimulus_std: float
    ) -> Float32[np.ndarray, "num_chunk num_subunits"]:
        """Output of the subunits' filters in one chunk of frames."""
        before = NUM_LAGS - 1
        frames = stimulus[max(start - before, 0) : start + _CHUNK]
        maps = self.subunits.reshape(len(self.subunits), -1).astype(np.float32)
        seen = frames.reshape(len(frames), -1).astype(np.float32) @ maps.T
        seen = np.pad(seen / np.float32(stimulus_std), ((max(before - start, 0), 0), (0, 0)))
        filters = self.subunit_temporal.T.astype(np.float32)
        return np.asarray(oaconvolve(seen, filters, mode="valid", axes=0))


def build_circuit(
    rng: np.random.Generator,
    *,
    num_neurons: int,
    size: int,
    bin_seconds: float,
    threshold: float | None,
    gain: float,
    coupling: float,
    refractoriness: float,
) -> Circuit:
    """Place subunits on a grid and cells among them; join each cell to the two nearest others.

    Sizes of receptive fields are those of a screen of 50 x 50 pixels (McIntosh et al. 2016), shrunk with it.
    """
    scale = size / 50
    grid = np.arange(1.3 * scale, size, 2.6 * scale)
    spots = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)
    fields = _center_surround(spots, size, 1.6 * scale)
    # Three types: OFF fast, OFF slow, ON.
    shapes = [(-1, 0.016, 1.6), (-1, 0.026, 1.5), (1, 0.019, 1.9)]
    temporal = np.stack([sign * _biphasic(bin_seconds, tau, wide) for sign, tau, wide in shapes])

    side = int(np.ceil(np.sqrt(num_neurons)))
    line = np.linspace(0.3, 0.7, side) * size
    positions = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    positions = positions[:num_neurons] + rng.normal(0, 0.03 * size, (num_neurons, 2))
    types = rng.permutation(np.resize(np.arange(3), num_neurons))
    pooling = np.zeros((num_neurons, 3, len(spots)))
    for cell in range(num_neurons):
        squared = np.sum((spots - positions[cell]) ** 2, axis=1)
        near = np.exp(-squared / 2 / (4.5 * scale) ** 2) * rng.gamma(3, 1 / 3, len(spots))
        pooling[cell, types[cell]] = np.where(near < 0.02 * near.max(), 0, near)
    weights = pooling.reshape(num_neurons, -1)
    used = weights.any(axis=0)

    lags = np.arange(NUM_COUPLING_LAGS)
    filters = np.zeros((num_neurons, num_neurons, NUM_COUPLING_LAGS))
    apart = cdist(positions, positions) + np.diag(np.full(num_neurons, np.inf))
    for cell in range(num_neurons):
        filters[cell, cell] = -refractoriness * np.exp(-lags) - 0.3 * np.exp(-lags / 4)
        for neighbor in np.argsort(apart[cell])[: min(2, num_neurons - 1)]:
            filters[cell, neighbor] = coupling * np.exp(-lags / 2)
    return Circuit(
        np.tile(fields, (3, 1, 1))[used],
        np.repeat(temporal, len(spots), axis=0)[used],
        weights[:, used],
        threshold,
        gain,
        filters,
        np.resize(_RATES_HZ, num_neurons),
        positions,
    )


def _biphasic(bin_seconds: float, tau: float, wide: float) -> Float[np.ndarray, " num_lags"]:
    """Difference of two gamma functions, the later one slower by a factor `wide`; unit norm."""
    times = np.arange(NUM_LAGS) * bin_seconds

    def gamma(peak: float) -> Float[np.ndarray, " num_lags"]:
        return np.asarray((times / peak) ** 4 * np.exp(-4 * (times / peak - 1)))

    filter_ = gamma(4 * tau) - 0.8 / wide * gamma(4 * tau * wide)
    return np.asarray(filter_ / np.linalg.norm(filter_))


def _center_surround(
    centers_rc: Float[np.ndarray, "num_subunits 2"], size: int, center_px: float
) -> Float[np.ndarray, "num_subunits size size"]:
    """Difference of Gaussians: the surround thrice as wide, 0.6 of the center's volume; unit norm."""
    pixels = np.indices((size, size)).reshape(2, -1).T
    squared = cdist(centers_rc, pixels, "sqeuclidean")
    center, surround = (np.exp(-squared / 2 / (n * center_px) ** 2) for n in (1, 3))
    field = center / center.sum(axis=1, keepdims=True)
    field -= 0.6 * surround / surround.sum(axis=1, keepdims=True)
    field /= np.linalg.norm(field, axis=1, keepdims=True)
    return np.asarray(field.reshape(-1, size, size))


def expected_counts(drive: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Spikes expected in a bin: a softplus of the drive, up to a limit."""
    rates = _SPIKES_PER_DRIVE * np.logaddexp(0, drive)
    return np.asarray(np.minimum(rates, _MOST_EXPECTED))


def spike_trains(
    rng: np.random.Generator,
    drive: Float[np.ndarray, "num_drives num_bins num_neurons"],
    coupling: Float[np.ndarray, "num_neurons num_neurons num_coupling_lags"],
    num_runs: int | None = None,
) -> Runs:
    """Let the cells fire; each spike pushes its filter onto the bins ahead, all runs at once.

    Parameters
    ----------
    rng : Generator
    drive : ndarray (num_drives, num_bins, num_neurons)
        From the stimulus, with biases; in each run another, or one for all.
    coupling : ndarray (num_neurons, num_neurons, num_coupling_lags)
    num_runs : int, optional
        Where `drive` is one for all.

    Returns
    -------
    spike_counts, expected_counts : ndarrays (num_runs, num_bins, num_neurons), uint8 and float32
        What fell, and what was expected in each bin given what had fallen before.
    """
    num_runs = num_runs or len(drive)
    _, num_bins, num_neurons = drive.shape
    num_lags = coupling.shape[2]
    # `ahead` is a ring: slot s holds what the past adds to the next bin whose number is s modulo num_lags.
    # pushes[slot] has, for each neuron, its filter as a spike in that slot adds it to the ring.
    ahead = np.zeros((num_runs, num_lags, num_neurons))
    onto = coupling.transpose(1, 2, 0)
    pushes = np.stack([np.roll(onto, slot + 1, axis=1) for slot in range(num_lags)])
    pushes = pushes.reshape(num_lags, num_neurons, -1)
    counts = np.empty((num_runs, num_bins, num_neurons), np.uint8)
    expected = np.empty((num_runs, num_bins, num_neurons), np.float32)
    for time in range(num_bins):
        slot = time % num_lags
        rates = expected_counts(drive[:, time] + ahead[:, slot])
        fallen = rng.poisson(rates)
        expected[:, time], counts[:, time] = rates, fallen
        ahead[:, slot] = 0
        if fallen.any():
            ahead += (fallen @ pushes[slot]).reshape(ahead.shape)
    return counts, expected


def biases_for_rates(
    rng: np.random.Generator,
    drive: Float[np.ndarray, "num_bins num_neurons"],
    circuit: Circuit,
    bin_seconds: float,
    num_rounds: int = 12,
    segment: int = 1000,
) -> Float[np.ndarray, " num_neurons"]:
    """The biases at which the cells fire at their rates, history and coupling included."""
    wanted = circuit.rates_hz * bin_seconds
    low, high = np.full(len(wanted), -30.0), np.full(len(wanted), 10.0)
    for _ in range(30):  # without history: bisection
        bias = (low + high) / 2
        above = expected_counts(drive + bias).mean(axis=0) > wanted
        low, high = np.where(above, low, bias), np.where(above, bias, high)
    # With history: short runs, and damped steps along the logarithm of the rate.
    segment = min(segment, len(drive))
    num_segments = len(drive) // segment
    segments = drive[: num_segments * segment].reshape(num_segments, segment, -1)
    for _ in range(num_rounds):
        counts, _ = spike_trains(rng, segments + bias, circuit.coupling)
        fired = np.maximum(counts.mean(axis=(0, 1)), 0.1 * wanted)
        bias = bias + 0.7 * np.log(wanted / fired)
    return np.asarray(bias)
