"""Movies to show a simulated retina: binary white noise, and natural scenes with saccades."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int8

NATURAL_STD = 40.0  # standard deviation of a natural movie's pixels, which are whole numbers
_SCENE_PX = 256  # a scene's width; the eye sees a window of it
_NUM_SCENES = 20


def white_noise(
    rng: np.random.Generator, num_frames: int, size: int
) -> Int8[np.ndarray, "num_frames size size"]:
    """Checkers that are -1 or +1 in each frame, independent of all others."""
    num_pixels = num_frames * size * size
    noise = rng.integers(0, 256, -(-num_pixels // 8), dtype=np.uint8)
    bits = np.unpackbits(noise, count=num_pixels).view(np.int8)
    bits *= 2
    bits -= 1
    return bits.reshape(num_frames, size, size)


def natural_scenes(
    rng: np.random.Generator,
    num_frames: int,
    size: int,
    bin_seconds: float,
    fixation_seconds: float = 0.35,
    drift_px: float = 0.25,
) -> Int8[np.ndarray, "num_frames size size"]:
    """Images whose amplitude falls as 1 / frequency, looked at by an eye that drifts and, now and then, jumps.

    Parameters
    ----------
    rng : Generator
    num_frames, size : int
        Of the movie, which is square.
    bin_seconds : float
        A frame's duration.
    fixation_seconds : float
        Mean time between two jumps, which also change the scene.
    drift_px : float
        Standard deviation of the drift from frame to frame, in pixels, in each direction.

    Returns
    -------
    ndarray (num_frames, size, size), int8
        Mean about 0, standard deviation about `NATURAL_STD`.
    """
    window = np.arange(size)
    scenes = [_scene(rng) for _ in range(_NUM_SCENES)]
    movie = np.empty((num_frames, size, size), np.int8)
    frame = 0
    while frame < num_frames:
        duration = max(8, int(rng.exponential(fixation_seconds / bin_seconds)))
        duration = min(duration, num_frames - frame)
        start_rc = rng.integers(0, _SCENE_PX - size, 2)
        drift = np.cumsum(rng.normal(0, drift_px, (duration, 2)), axis=0)
        corners = np.clip(np.rint(start_rc + drift), 0, _SCENE_PX - size).astype(int)
        rows, columns = (corners[:, axis, None] + window for axis in (0, 1))
        scene = scenes[rng.integers(_NUM_SCENES)]
        movie[frame : frame + duration] = scene[rows[:, :, None], columns[:, None, :]]
        frame += duration
    return movie


def _scene(rng: np.random.Generator) -> Int8[np.ndarray, "size size"]:
    """One image; heavier tails than a Gaussian's, as photographs have."""
    frequency = np.hypot(*np.meshgrid(*2 * [np.fft.fftfreq(_SCENE_PX)]))
    frequency[0, 0] = np.inf  # no mean
    spectrum = np.fft.fft2(rng.standard_normal(2 * (_SCENE_PX,))) / frequency
    image = np.asarray(np.fft.ifft2(spectrum).real)
    image = np.sign(image) * np.abs(image) ** 1.3
    image = (image - image.mean()) / image.std()
    return np.asarray(np.clip(NATURAL_STD * image, -127, 127), np.int8)
