"""Part 1: finding cells."""

import numpy as np
from jaxtyping import Float
from scipy.signal import butter, sosfilt

from stats220.data.calcium import check_movie
from stats220.errors import InputError


def pixel_noise_std(
    movie: Float[np.ndarray, "height width num_frames"],
    frame_rate_hz: float,
    cutoff_hz: float = 8.0,
) -> Float[np.ndarray, "height width"]:
    """Standard deviation of each pixel's noise, from the frequencies above those of calcium.

    Calcium is slow, and noise has all frequencies alike. What a high-pass filter leaves is noise,
    but not all of it.

    Parameters
    ----------
    movie : ndarray (height, width, num_frames)
        Fluorescence.
    frame_rate_hz : float
        Frames a second.
    cutoff_hz : float
        Where the high-pass filter begins, below half the frame rate.

    Returns
    -------
    ndarray (height, width)
        σ of each pixel, in the movie's units. White noise of standard deviation 1 gives 1.

    Raises
    ------
    InputError
        Where a pixel is constant or holds a NaN, the movie is shorter than two seconds, or half
        the frame rate is not above the cutoff.
    """
    check_movie(movie)
    if not 0 < cutoff_hz < frame_rate_hz / 2:
        raise InputError(
            f"a movie at {frame_rate_hz} Hz holds no frequency above {frame_rate_hz / 2} Hz, "
            f"so none above cutoff_hz={cutoff_hz}: "
            "choose a lower cutoff, well above 1 / (2π · decay time)"
        )
    if movie.shape[-1] < 2 * frame_rate_hz:
        raise InputError(
            f"{movie.shape[-1]} frames are less than two seconds at {frame_rate_hz} Hz: "
            "too few to filter"
        )

    # A Butterworth high-pass filter of order 10, as second-order sections.
    # BEGIN SOLUTION
    sections = butter(10, cutoff_hz, btype="highpass", fs=frame_rate_hz, output="sos")
    # END SOLUTION

    # The movie, filtered over time, without its first second, in which the filter settles.
    # BEGIN SOLUTION
    noise = sosfilt(sections, movie, axis=-1)[..., round(frame_rate_hz) :]
    # END SOLUTION

    # Its standard deviation, made up for the share of white noise that lies below the cutoff.
    # BEGIN SOLUTION
    noise_std = noise.std(axis=-1) / np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2))
    # END SOLUTION
    return noise_std


def local_correlation(
    movie: Float[np.ndarray, "height width num_frames"],
) -> Float[np.ndarray, "height width"]:
    """Mean correlation over time of each pixel with its neighbors above, below, left and right.

    Parameters
    ----------
    movie : ndarray (height, width, num_frames)
        Fluorescence.

    Returns
    -------
    ndarray (height, width)
        Between -1 and 1. A pixel at the border has three neighbors, one in a corner two.

    Raises
    ------
    InputError
        Where a pixel is constant or holds a NaN.
    """
    check_movie(movie)

    # Each pixel's z-scores over time: mean 0, standard deviation 1.
    # BEGIN SOLUTION
    zscores = movie - movie.mean(axis=-1, keepdims=True)
    zscores /= zscores.std(axis=-1, keepdims=True)
    # END SOLUTION

    # The correlation of each pixel with the one below it, and with the one to its right.
    # BEGIN SOLUTION
    below = np.mean(zscores[:-1] * zscores[1:], axis=-1)
    right = np.mean(zscores[:, :-1] * zscores[:, 1:], axis=-1)
    # END SOLUTION

    # For each pixel, the sum over the neighbors it has, and how many it has.
    total = np.zeros(movie.shape[:2])
    num_neighbors = np.zeros(movie.shape[:2])
    # BEGIN SOLUTION
    for pixels, neighbors in ((total, (below, right)), (num_neighbors, (1, 1))):
        pixels[:-1] += neighbors[0]
        pixels[1:] += neighbors[0]
        pixels[:, :-1] += neighbors[1]
        pixels[:, 1:] += neighbors[1]
    # END SOLUTION
    return total / num_neighbors
