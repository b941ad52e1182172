"""Lab 3's data: calcium imaging movies from a simulator, with their truth, or from files of your own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter
from scipy.special import expit

from stats220.data.calcium_files import CalciumMovie, check_movie, load_calcium_movie
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

PRESETS = {
    # The size of the course's own recording, and one for a first look that takes a second.
    "course": {"num_neurons": 30, "height": 170, "width": 170, "num_frames": 3000},
    "small": {"num_neurons": 8, "height": 64, "width": 64, "num_frames": 1000},
}


@dataclass(frozen=True)
class CalciumTruth:
    """What a simulated movie was made of.

    Attributes
    ----------
    footprints : ndarray (num_neurons, height, width)
        Where each cell's calcium shows; unit L2 norm, in the movie's units (divide by `noise_std` to compare with
        footprints of the standardized movie).
    traces : ndarray (num_neurons, num_frames)
        Calcium: each spike adds the cell's `spike_sizes`, then decays. ``footprints * traces``, summed over cells, is the
        movie's calcium signal.
    spike_counts : ndarray (num_neurons, num_frames), int
        Spikes in each frame.
    spike_sizes : ndarray (num_neurons,)
        Jump of the trace at one spike.
    centers_rc : ndarray (num_neurons, 2)
        Row and column of each cell's centre, in pixels.
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
    preset: Literal["course", "small"] = "course",
    *,
    num_neurons: int | None = None,
    height: int | None = None,
    width: int | None = None,
    num_frames: int | None = None,
    frame_rate_hz: float = 30.0,
    decay_seconds: float = 0.3,
    spike_rate_hz: float = 0.4,
    spike_snr: float = 12.0,
    neuron_width_px: float = 10.0,
    seed: int = 0,
) -> SimulatedCalcium:
    """Simulate a movie of neurons in neuropil under a two-photon microscope.

    Cells are bent ellipses with a dim nucleus; some overlap a neighbour. Spikes are Poisson, and each adds a jump
    that decays exponentially. They lie on a background of resting cells and neuropil that bleaches and fluctuates slowly.
    Photon noise has a variance proportional to the mean (Gaussian, the limit of the Poisson distribution for many photons).

    Parameters
    ----------
    preset : {"course", "small"}
        Sizes: "course" is 30 cells, 170 x 170 pixels, 3000 frames (347 MB); "small" is 8 cells, 64 x 64 pixels, 1000 frames.
    num_neurons, height, width, num_frames : int, optional
        Override the preset's sizes.
    frame_rate_hz : float
        Frames a second.
    decay_seconds : float
        The indicator's decay time (GCaMP6f: about 0.3 s).
    spike_rate_hz : float
        Mean firing rate; cells differ about two-fold.
    spike_snr : float
        Median over cells of one spike's jump, in noise standard deviations of the cell's trace; cells differ about two-fold.
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
        Where a size, rate or time is not positive, or the cells do not fit.
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
    amounts |= {"spike_snr": spike_snr, "neuron_width_px": neuron_width_px}
    for name, value in (sizes | amounts).items():
        if not value > 0:
            raise InputError(f"{name}={value} must be positive")
    num_neurons, height, width, num_frames = sizes.values()
    rng = np.random.default_rng(seed)
    photon_gain = 20.0  # units of the movie per photon

    centers_rc = _place_cells(rng, num_neurons, height, width, neuron_width_px)
    somata = np.stack([_soma(rng, center, height, width, neuron_width_px) for center in centers_rc])
    footprints = somata / np.linalg.norm(somata, axis=(1, 2), keepdims=True)

    # Resting light: uneven illumination, and the cells themselves, each as bright as it happens to be.
    photons = 12 * np.exp(0.3 * _smooth_field(rng, height, width, 30))
    photons = photons + np.tensordot(rng.uniform(0, 10, num_neurons), somata, axes=1)

    # Calcium: a spike's jump is set by the noise that the footprint would see in its trace.
    snr = spike_snr * np.exp(rng.normal(0, 0.35, num_neurons).clip(-0.7, 0.7))
    pixel_std = np.sqrt(photons)
    trace_std = np.sqrt(np.sum((footprints * pixel_std) ** 2, axis=(1, 2)))
    spike_sizes = photon_gain * snr * trace_std
    decay_frames = decay_seconds * frame_rate_hz
    rates = spike_rate_hz * np.exp(rng.normal(0, 0.4, num_neurons).clip(-0.7, 0.7))
    spike_counts = rng.poisson(rates[:, None] / frame_rate_hz, (num_neurons, num_frames))
    decay = np.exp(-1 / decay_frames)
    traces = lfilter([1], [1, -decay], spike_sizes[:, None] * spike_counts)

    # Background over time: bleaching, a slow common drift, and three patches of neuropil that come and go within seconds.
    seconds = np.arange(num_frames) / frame_rate_hz
    drift = (
        1
        - 0.15 * (1 - np.exp(-seconds / 60))
        + 0.02 * _slow_signal(rng, num_frames, 5 * frame_rate_hz)
    )
    fields = [photons, *(0.025 * photons * _smooth_field(rng, height, width, 25) for _ in range(3))]
    signals = [drift, *(_slow_signal(rng, num_frames, frame_rate_hz) for _ in range(3))]

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


def _place_cells(
    rng: np.random.Generator, num_neurons: int, height: int, width: int, neuron_width_px: float
) -> Float[np.ndarray, "num_neurons 2"]:
    """Centres inside the borders, none nearer than 0.75 widths; each fifth beside the one before."""
    margin = 0.6 * neuron_width_px
    inside = np.array([height, width]) - 1 - margin
    centers = np.empty((0, 2))
    for _ in range(20_000):
        if len(centers) == num_neurons:
            return centers
        if len(centers) % 5 == 4:  # a neighbour for the one before
            angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 1.1) * neuron_width_px
            center = centers[-1] + reach * np.array([np.sin(angle), np.cos(angle)])
        else:
            center = rng.uniform(margin, np.maximum(inside, margin))
        apart = np.linalg.norm(centers - center, axis=1) >= 0.75 * neuron_width_px
        if apart.all() and np.all(center >= margin) and np.all(center <= inside):
            centers = np.vstack([centers, center])
    raise InputError(
        f"{num_neurons} cells {neuron_width_px} px wide do not fit into {height} x {width} pixels: "
        "take fewer or smaller cells, or a larger image"
    )


def _soma(
    rng: np.random.Generator, center_rc: Any, height: int, width: int, neuron_width_px: float
) -> Float[np.ndarray, "height width"]:
    """Brightness of one cell body, about 1 in its ring: a bent ellipse with soft edges and a nucleus without indicator."""
    rows, columns = np.mgrid[:height, :width]
    y, x = rows - center_rc[0], columns - center_rc[1]
    angle = np.arctan2(y, x)
    squash = rng.uniform(0.75, 1)
    tilt = rng.uniform(0, np.pi)
    ellipse = np.sqrt(np.cos(angle - tilt) ** 2 * squash + np.sin(angle - tilt) ** 2 / squash)
    bend = 1 + sum(
        0.05 * rng.normal() * np.cos(n * angle - rng.uniform(0, 2 * np.pi)) for n in (2, 3)
    )
    radius = neuron_width_px / 2 * rng.uniform(0.9, 1.15)
    relative = np.hypot(y, x) * ellipse / (radius * bend)
    body = expit((1 - relative) / 0.08)
    nucleus = expit((0.5 - relative) / 0.08)
    soma = gaussian_filter(
        body - rng.uniform(0.3, 0.8) * nucleus, neuron_width_px / 14
    )  # the microscope's blur
    return np.where(soma > 0.01 * soma.max(), soma, 0)


def _smooth_field(
    rng: np.random.Generator, height: int, width: int, scale_px: float
) -> Float[np.ndarray, "height width"]:
    """A smooth random image of mean 0 and standard deviation 1."""
    field = gaussian_filter(rng.normal(size=(height, width)), scale_px / 2, mode="wrap")
    standardized: Float[np.ndarray, "height width"] = (field - field.mean()) / field.std()
    return standardized


def _slow_signal(
    rng: np.random.Generator, num_frames: int, scale_frames: float
) -> Float[np.ndarray, " num_frames"]:
    """A slow random signal of mean 0 and standard deviation 1."""
    signal = gaussian_filter(rng.normal(size=num_frames), scale_frames, mode="wrap")
    standardized: Float[np.ndarray, " num_frames"] = (signal - signal.mean()) / max(
        signal.std(), 1e-12
    )
    return standardized
