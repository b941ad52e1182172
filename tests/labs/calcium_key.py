"""Lab 3's answer key with the shapes in its signatures executed, and the traces that it is tried on."""

import math
from typing import Any

import numpy as np
from beartype import beartype
from jaxtyping import jaxtyped
from scipy.signal import lfilter

from stats220.reference import calcium

typed = jaxtyped(typechecker=beartype)
pixel_noise_std, local_correlation = (
    typed(calcium.pixel_noise_std),
    typed(calcium.local_correlation),
)
decay_matrix, ascend = typed(calcium.decay_matrix), typed(calcium.ascend)
deconvolve, deconvolve_penalized = typed(calcium.deconvolve), typed(calcium.deconvolve_penalized)
deconvolve_fast, update_trace = typed(calcium.deconvolve_fast), typed(calcium.update_trace)
update_footprint, update_background = (
    typed(calcium.update_footprint),
    typed(calcium.update_background),
)

Array = np.ndarray[Any, np.dtype[Any]]


def noisy_trace(num_frames: int, decay_frames: float = 9.0, seed: int = 0) -> Array:
    """Spikes of 4 to 12 noise standard deviations on a baseline of 2."""
    rng = np.random.default_rng(seed)
    spikes = (rng.random(num_frames) < 0.03) * rng.uniform(4, 12, num_frames)
    return 2 + lfilter([1], [1, -math.exp(-1 / decay_frames)], spikes) + rng.normal(size=num_frames)


def kernel(num_frames: int, decay_frames: float) -> Array:
    """K = G⁻¹, written out: column s is a jump at frame s that decays from there."""
    age = np.subtract.outer(np.arange(num_frames), np.arange(num_frames))
    return np.where(age >= 0, np.exp(-np.maximum(age, 0) / decay_frames), 0.0)
