"""How well cells and their spikes were found in a movie whose truth is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Real
from scipy.optimize import linear_sum_assignment

from stats220.data.calcium import CalciumTruth


class Scores(NamedTuple):
    """What was found of what is there.

    Attributes
    ----------
    precision : float
        Of the cells that were found, the share that are cells.
    recall : float
        Of the cells that are there, the share that was found.
    correlation : float
        Of amplitudes with true spikes, in windows of time: mean over the cells that were found.
    """

    precision: float
    recall: float
    correlation: float


def match_cells(
    centers_rc: Real[np.ndarray, "num_found 2"],
    true_centers_rc: Real[np.ndarray, "num_cells 2"],
    reach_px: float = 5.0,
) -> tuple[Int[np.ndarray, " num_pairs"], Int[np.ndarray, " num_pairs"]]:
    """Pairs of what was found and what is there, each used once, no further apart than `reach_px`.

    Parameters
    ----------
    centers_rc, true_centers_rc : ndarray (num_found or num_cells, 2)
        Rows and columns.
    reach_px : float
        Half a cell's width.

    Returns
    -------
    found, cells : ndarray (num_pairs,), int
        Numbers of those found, and of the cells they are.
    """
    apart = np.linalg.norm(np.asarray(centers_rc)[:, None] - np.asarray(true_centers_rc), axis=2)
    found, cells = linear_sum_assignment(np.where(apart <= reach_px, apart, 1e3))
    near = apart[found, cells] <= reach_px
    return found[near], cells[near]


def score(
    centers_rc: Real[np.ndarray, "num_found 2"],
    amplitudes: Float[np.ndarray, "num_found num_frames"],
    truth: CalciumTruth,
    window_frames: int = 6,
) -> Scores:
    """Compare what was found with a simulated movie's truth.

    Parameters
    ----------
    centers_rc : ndarray (num_found, 2)
        Row and column of each cell that was found.
    amplitudes : ndarray (num_found, num_frames)
        Their amplitudes.
    truth : CalciumTruth
    window_frames : int
        Amplitudes and spikes are summed over windows of so many frames (a fifth of a second at 30 Hz) before they are compared,
        so that a spike which is found a frame late counts.

    Returns
    -------
    Scores
    """
    found, cells = match_cells(centers_rc, truth.centers_rc)

    def windows(
        values: Float[np.ndarray, "num num_frames"],
    ) -> Float[np.ndarray, "num num_windows"]:
        whole = values.shape[1] // window_frames * window_frames
        shape = (len(values), whole // window_frames, window_frames)
        return np.asarray(values[:, :whole].reshape(shape).sum(axis=2))

    pairs = zip(windows(amplitudes[found]), windows(truth.spike_counts[cells]), strict=True)
    each = [np.corrcoef(a, s)[0, 1] if np.ptp(a) > 0 < np.ptp(s) else 0.0 for a, s in pairs]
    return Scores(
        len(found) / max(len(centers_rc), 1),
        len(cells) / len(truth.centers_rc),
        float(np.mean(each)) if each else 0.0,
    )
