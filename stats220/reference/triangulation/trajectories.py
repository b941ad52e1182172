"""Part 4: time."""

import numpy as np
from jaxtyping import Float

from stats220.models.triangulation import check_precisions, check_trajectory


def median_filter(
    points_3d: Float[np.ndarray, "num_frames num_keypoints 3"], window: int
) -> Float[np.ndarray, "num_frames num_keypoints 3"]:
    """The median over time of each coordinate of each key point.

    Parameters
    ----------
    points_3d : ndarray (num_frames, num_keypoints, 3)
        In mm; NaN where there is no estimate.
    window : int
        Odd number of frames: so many, with the frame itself in the middle. At the first and last
        frames it is cut off at the end of the recording.

    Returns
    -------
    ndarray (num_frames, num_keypoints, 3)
        Medians of the numbers in each window, whatever is NaN left out; NaN where nothing is left.
    """
    check_trajectory(points_3d, window)

    # The numbers in each frame's window: an array (num_frames, num_keypoints, 3, window), with NaN
    # for frames beyond the ends.
    # BEGIN SOLUTION
    half = window // 2
    padded = np.pad(points_3d, ((half, half), (0, 0), (0, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0)
    # END SOLUTION

    # Their medians without NaN. (np.nanmedian warns about windows in which nothing is left.)
    filtered = np.full(points_3d.shape, np.nan)
    # BEGIN SOLUTION
    some = np.isfinite(windows).any(axis=-1)
    filtered[some] = np.nanmedian(windows[some], axis=-1)
    # END SOLUTION
    return filtered


def smooth_trajectory(
    points_3d: Float[np.ndarray, "num_frames num_keypoints 3"],
    precisions: Float[np.ndarray, "num_frames num_keypoints"],
    step_std_mm: float,
) -> tuple[
    Float[np.ndarray, "num_frames num_keypoints 3"],
    Float[np.ndarray, "num_frames num_keypoints"],
]:
    """The posterior of key points that take a random walk, given what was measured in each frame.

    The model, for each key point and each of its coordinates: from one frame to the next it
    moves by a Gaussian step, x_t+1 - x_t ~ N(0, `step_std_mm`²), and a measurement is y_t ~
    N(x_t, 1 / λ_t). Where it starts is anyone's guess: the prior of x_0 is flat.

    Parameters
    ----------
    points_3d : ndarray (num_frames, num_keypoints, 3)
        y, in mm. Where its precision is 0 it may be anything, NaN included.
    precisions : ndarray (num_frames, num_keypoints)
        λ, in 1 / mm², the same for x, y and z; 0 where there is no measurement.
    step_std_mm : float
        Standard deviation of a step, for each coordinate.

    Returns
    -------
    means : ndarray (num_frames, num_keypoints, 3)
        The most probable trajectory, in mm; NaN for a key point that was never measured.
    variances : ndarray (num_frames, num_keypoints)
        The variance of each coordinate, in mm²: the diagonal of the inverse of the posterior
        precision. Infinite for a key point that was never measured.

    Raises
    ------
    InputError
        Where a precision is negative or not finite, a measurement that counts is not finite, or the
        step is not positive.
    """
    check_precisions(points_3d, precisions, step_std_mm)
    step_precision = 1 / step_std_mm**2

    # Any way that takes O(num_frames) time and memory. For example two passes: forwards, what the
    # past says of each frame (a precision and a precision times a mean), and backwards, what the
    # future says. A step blurs: of a precision p, p q / (p + q) is left, q = step_precision. The
    # posterior adds up all three: past, present and future.
    # BEGIN SOLUTION
    measured = np.where(precisions[..., None] > 0, points_3d, 0) * precisions[..., None]

    def from_before(precisions: np.ndarray, measured: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the frames before each frame say of it: a precision, and that times a mean."""
        known, total = np.zeros_like(precisions), np.zeros_like(measured)
        for t in range(1, len(precisions)):
            precision = known[t - 1] + precisions[t - 1]
            left = step_precision / (precision + step_precision)
            known[t] = left * precision
            total[t] = left[:, None] * (total[t - 1] + measured[t - 1])
        return known, total

    past, past_total = from_before(precisions, measured)
    future, future_total = (x[::-1] for x in from_before(precisions[::-1], measured[::-1]))
    # The posterior adds up all three: past, present and future.
    precision = past + precisions + future
    precision = np.where(precision > 0, precision, np.nan)
    means = (past_total + measured + future_total) / precision[..., None]
    variances = np.nan_to_num(1 / precision, nan=np.inf)
    # END SOLUTION
    return means, variances
