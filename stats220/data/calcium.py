"""Lab 3's data: calcium imaging movies from a simulator, with their truth, or from files of your own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from stats220.data.calcium_files import CalciumMovie, check_movie, load_calcium_movie
from stats220.data.calcium_scene import (
    bursts,
    calcium_transients,
    place_cells,
    slow_signal,
    smooth_field,
    soma,
)
from stats220.errors import InputError

__all__ = [
    "PRESETS",
    "CalciumMovie",
    "CalciumTruth",
    "SimulatedCalcium",
    "check_movie",
    "load_calcium_movie",
    "simulate_calcium",
]

PRESETS: dict[str, dict[str, Any]] = {
    # The size of the course's own recording, and one for a first look that takes a second.
    "course": {"num_neurons": 30, "height": 170, "width": 170, "num_frames": 3000},
    "small": {"num_neurons": 8, "height": 64, "width": 64, "num_frames": 1000},
    # As dim as most recordings are: one spike of GCaMP6f at 30 Hz jumps 2 to 3 noise standard deviations, and peaks 1 to 3 frames
    # later; neurons fire in bursts.
    "realistic": {
        "num_neurons": 15,
        "height": 120,
        "width": 120,
        "num_frames": 3000,
        "spike_snr": 2.6,
        "rise_seconds": 0.025,
        "spikes_per_burst": 2.5,
    },
}
DEFAULTS = {"spike_snr": 12.0, "rise_seconds": 0.0, "spikes_per_burst": 1.0}


@dataclass(frozen=True)
class CalciumTruth:
    """What a simulated movie was made of.

    Attributes
    ----------
    footprints : ndarray (num_neurons, height, width)
        Where each cell's calcium shows; unit L2 norm, in the movie's units (divide by `noise_std` to compare with
        footprints of the standardized movie).
    traces : ndarray (num_neurons, num_frames)
        Calcium: each spike adds a jump (or, with a rise time, a transient) as high as the cell's `spike_sizes`, which decays.
        ``footprints * traces``, summed over cells, is the movie's calcium signal.
    spike_counts : ndarray (num_neurons, num_frames), int
        Spikes in each frame.
    spike_sizes : ndarray (num_neurons,)
        Height of one spike's transient.
    centers_rc : ndarray (num_neurons, 2)
        Row and column of each cell's center, in pixels.
    noise_std : ndarray (height, width)
        Root mean square of the photon noise of each pixel.
    decay_frames : float
        The calcium's exponential decay time, in frames.
    """

    footprints: Float[np.ndarray, "num_neurons height width"]
    traces: Float[np.ndarray, "num_neurons num_frames"]
    spike_counts: Int[np.ndarray, "num_neurons num_frames"]
    spike_sizes: Float[np.ndarray, " num_neurons"]
    centers_rc: Float[np.ndarray, "num_neurons 2"]
    noise_std: Float[np.ndarray, "height width"]
    decay_frames: float


@dataclass(frozen=True)
class SimulatedCalcium(CalciumMovie):
    """A simulated movie and its truth."""

    truth: CalciumTruth


def simulate_calcium(
    preset: Literal["course", "small", "realistic"] = "course",
    *,
    num_neurons: int | None = None,
    height: int | None = None,
    width: int | None = None,
    num_frames: int | None = None,
    frame_rate_hz: float = 30.0,
    decay_seconds: float = 0.3,
    spike_rate_hz: float = 0.4,
    spike_snr: float | None = None,
    rise_seconds: float | None = None,
    spikes_per_burst: float | None = None,
    neuron_width_px: float = 10.0,
    seed: int = 0,
) -> SimulatedCalcium:
    """Simulate a movie of neurons in neuropil under a two-photon microscope.

    Cells are bent ellipses with a dim nucleus; some overlap a neighbor. Bursts of spikes are Poisson (by default each burst is
    one spike), and each spike adds a transient that decays exponentially. They lie on a background of resting cells and neuropil that bleaches and fluctuates slowly.
    Photon noise has a variance proportional to the mean (Gaussian, the limit of the Poisson distribution for many photons).

    Parameters
    ----------
    preset : {"course", "small", "realistic"}
        "course" is 30 cells, 170 x 170 pixels, 3000 frames (347 MB); "small" is 8 cells, 64 x 64 pixels, 1000 frames. Both are
        bright: one spike jumps 12 noise standard deviations. "realistic" is 15 cells, 120 x 120 pixels, 3000 frames, whose
        spikes come in bursts and reach 2.6, with a rise time.
    num_neurons, height, width, num_frames : int, optional
        Override the preset's sizes.
    frame_rate_hz : float
        Frames a second.
    decay_seconds : float
        The indicator's decay time (GCaMP6f: about 0.3 s).
    spike_rate_hz : float
        Mean firing rate; cells differ about two-fold.
    spike_snr : float
        Median over cells of the height of one spike's transient, in noise standard deviations of the cell's trace; cells differ
        about two-fold. The preset's where it is left out, as the next two are.
    rise_seconds : float
        Time constant of the rise; 0: a jump. A transient is a difference of exponentials that peaks
        τ_d τ_r / (τ_d - τ_r) log(τ_d / τ_r) after its spike.
    spikes_per_burst : float
        Mean number of spikes in a burst (at least 1; geometric), a frame or two apart.
    neuron_width_px : float
        Diameter of a typical cell.
    seed : int
        The same seed gives the same movie.

    Returns
    -------
    SimulatedCalcium
        `movie` (height, width, num_frames), float32; `frame_rate_hz`; `truth`.

    Raises
    ------
    InputError
        Where a size, rate or time is not positive, the rise is not faster than the decay, a burst has less than one spike, or the
        cells do not fit.

    References
    ----------
    The realistic brightness is that of eight GCaMP6f recordings with electrophysiology, brought to 30 Hz (DS09 of P. Rupprecht et
    al., 2021, Nature Neuroscience 24): one spike reaches 2.0 to 3.3 noise standard deviations, 1 to 3 frames after it.
    """
    if preset not in PRESETS:
        raise InputError(f"preset={preset!r} is unknown: choose one of {', '.join(PRESETS)}")
    asked = {"num_neurons": num_neurons, "height": height, "width": width, "num_frames": num_frames}
    sizes = {
        name: PRESETS[preset][name] if value is None else value for name, value in asked.items()
    }
    amounts = {
        "frame_rate_hz": frame_rate_hz,
        "decay_seconds": decay_seconds,
        "spike_rate_hz": spike_rate_hz,
    }
    shape = {
        "spike_snr": spike_snr,
        "rise_seconds": rise_seconds,
        "spikes_per_burst": spikes_per_burst,
    }
    spike_snr, rise_seconds, spikes_per_burst = (
        float(PRESETS[preset].get(name, DEFAULTS[name]) if value is None else value)
        for name, value in shape.items()
    )
    amounts |= {"spike_snr": spike_snr, "neuron_width_px": neuron_width_px}
    for name, value in (sizes | amounts).items():
        if not value > 0:
            raise InputError(f"{name}={value} must be positive")
    if not 0 <= rise_seconds < decay_seconds:
        raise InputError(f"rise_seconds={rise_seconds} must be below decay_seconds={decay_seconds}")
    if not spikes_per_burst >= 1:
        raise InputError(f"spikes_per_burst={spikes_per_burst}: a burst has one spike or more")
    num_neurons, height, width, num_frames = sizes.values()
    rng = np.random.default_rng(seed)
    photon_gain = 20.0  # units of the movie per photon

    centers_rc = place_cells(rng, num_neurons, height, width, neuron_width_px)
    somata = np.stack([soma(rng, center, height, width, neuron_width_px) for center in centers_rc])
    footprints = somata / np.linalg.norm(somata, axis=(1, 2), keepdims=True)

    # Resting light: uneven illumination, and the cells themselves, each as bright as it happens to be.
    photons = 12 * np.exp(0.3 * smooth_field(rng, height, width, 30))
    photons = photons + np.tensordot(rng.uniform(0, 10, num_neurons), somata, axes=1)

    # Calcium: a spike's jump is set by the noise that the footprint would see in its trace.
    snr = spike_snr * np.exp(rng.normal(0, 0.35, num_neurons).clip(-0.7, 0.7))
    pixel_std = np.sqrt(photons)
    trace_std = np.sqrt(np.sum((footprints * pixel_std) ** 2, axis=(1, 2)))
    spike_sizes = photon_gain * snr * trace_std
    decay_frames = decay_seconds * frame_rate_hz
    rates = spike_rate_hz * np.exp(rng.normal(0, 0.4, num_neurons).clip(-0.7, 0.7))
    spike_counts = bursts(rng, rates / frame_rate_hz, num_frames, spikes_per_burst)
    traces = calcium_transients(
        spike_sizes[:, None] * spike_counts, decay_frames, rise_seconds * frame_rate_hz
    )

    # Background over time: bleaching, a slow common drift, and three patches of neuropil that come and go within seconds.
    seconds = np.arange(num_frames) / frame_rate_hz
    drift = (
        1
        - 0.15 * (1 - np.exp(-seconds / 60))
        + 0.02 * slow_signal(rng, num_frames, 5 * frame_rate_hz)
    )
    fields = [photons, *(0.025 * photons * smooth_field(rng, height, width, 25) for _ in range(3))]
    signals = [drift, *(slow_signal(rng, num_frames, frame_rate_hz) for _ in range(3))]

    # Row by row, so that nothing but the movie itself takes the movie's memory.
    maps = np.concatenate([photon_gain * np.stack(fields), footprints]).astype(np.float32)
    times = np.concatenate([np.stack(signals), traces]).astype(np.float32)
    movie = np.empty((height, width, num_frames), np.float32)
    noise_std = np.empty((height, width), np.float32)
    for row in range(height):
        mean = maps[:, row].T @ times
        variance = photon_gain * np.maximum(mean, 0)
        noise_std[row] = np.sqrt(variance.mean(axis=1))
        rng.standard_normal(dtype=np.float32, out=movie[row])
        movie[row] *= np.sqrt(variance)
        movie[row] += mean

    truth = CalciumTruth(
        footprints, traces, spike_counts, spike_sizes, centers_rc, noise_std, decay_frames
    )
    return SimulatedCalcium(movie, frame_rate_hz, truth)
