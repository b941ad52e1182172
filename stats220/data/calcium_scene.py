"""What the calcium simulator draws: cells, their spikes and what these do to their calcium, and slow fields of neuropil."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter
from scipy.special import expit

from stats220.errors import InputError


def bursts(
    rng: np.random.Generator, spikes_per_frame: Any, num_frames: int, spikes_per_burst: float
) -> Int[np.ndarray, "num_neurons num_frames"]:
    """Spikes in each frame: Poisson bursts, each of one spike and a geometric number that follow, a frame or two apart."""
    shape = (len(spikes_per_frame), num_frames)
    counts = rng.poisson(np.asarray(spikes_per_frame)[:, None] / spikes_per_burst, shape)
    if spikes_per_burst > 1:
        for neuron, frame in np.argwhere(counts > 0):
            following = np.cumsum(rng.integers(1, 3, rng.geometric(1 / spikes_per_burst) - 1))
            np.add.at(counts[neuron], frame + following[frame + following < num_frames], 1)
    return counts


def calcium_transients(
    spikes: Any, decay_frames: float, rise_frames: float
) -> Float[np.ndarray, "num_neurons num_frames"]:
    """Each spike as a transient whose largest value is the spike's size: a jump, or a difference of exponentials, that decays."""
    decay = np.exp(-1 / decay_frames)
    traces: Float[np.ndarray, "num_neurons num_frames"] = lfilter([1], [1, -decay], spikes)
    if rise_frames > 0:
        rise = np.exp(-1 / rise_frames)
        ages = np.arange(int(5 * decay_frames) + 2)
        traces = traces - lfilter([1], [1, -rise], spikes)
        traces /= (decay**ages - rise**ages).max()
    return traces


def place_cells(
    rng: np.random.Generator, num_neurons: int, height: int, width: int, neuron_width_px: float
) -> Float[np.ndarray, "num_neurons 2"]:
    """Centers inside the borders, none nearer than 0.75 widths; each fifth beside the one before."""
    margin = 0.6 * neuron_width_px
    inside = np.array([height, width]) - 1 - margin
    centers = np.empty((0, 2))
    for _ in range(20_000):
        if len(centers) == num_neurons:
            return centers
        if len(centers) % 5 == 4:  # a neighbor for the one before
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


def soma(
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


def smooth_field(
    rng: np.random.Generator, height: int, width: int, scale_px: float
) -> Float[np.ndarray, "height width"]:
    """A smooth random image of mean 0 and standard deviation 1."""
    field = gaussian_filter(rng.normal(size=(height, width)), scale_px / 2, mode="wrap")
    standardized: Float[np.ndarray, "height width"] = (field - field.mean()) / field.std()
    return standardized


def slow_signal(
    rng: np.random.Generator, num_frames: int, scale_frames: float
) -> Float[np.ndarray, " num_frames"]:
    """A slow random signal of mean 0 and standard deviation 1."""
    signal = gaussian_filter(rng.normal(size=num_frames), scale_frames, mode="wrap")
    standardized: Float[np.ndarray, " num_frames"] = (signal - signal.mean()) / max(
        signal.std(), 1e-12
    )
    return standardized
