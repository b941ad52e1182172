"""Scores of what was found, on cells and spikes that can be counted by hand."""

import numpy as np
import pytest

from stats220.data.calcium import CalciumTruth
from stats220.models.scores import match_cells, score


def truth(spikes: np.ndarray) -> CalciumTruth:
    centers = np.array([[10.0, 10.0], [30.0, 30.0], [10.0, 40.0]])
    empty = np.zeros((3, 2, 2))
    return CalciumTruth(empty, spikes, spikes, np.ones(3), centers, np.ones((2, 2)), 9.0)


def test_each_cell_is_matched_once_and_no_further_than_half_a_width() -> None:
    found, cells = match_cells(
        np.array([[11, 10], [9, 10], [30, 36], [12, 41]]), truth(np.ones((3, 4))).centers_rc
    )
    assert sorted(zip(found.tolist(), cells.tolist(), strict=True))[-1] == (3, 2)
    assert cells.tolist().count(0) == 1
    assert 2 not in found


def test_scores_count_shares_and_forgive_a_frame() -> None:
    spikes = np.zeros((3, 60), int)
    spikes[0, [3, 20, 45]] = 1, 2, 1
    spikes[2, [8, 33]] = 1
    amplitudes = np.zeros((2, 60))
    amplitudes[0, [4, 21, 46]] = 5, 10, 5  # a frame late, in the same windows of six
    amplitudes[1, 30] = 1.0  # no cell
    scores = score(np.array([[10, 11], [55, 55]]), amplitudes, truth(spikes))
    assert scores.precision == 0.5
    assert scores.recall == pytest.approx(1 / 3)
    assert scores.correlation == pytest.approx(1)
    silent = score(np.array([[10, 11]]), 0 * amplitudes[:1], truth(spikes))
    assert silent.correlation == 0
    assert score(np.zeros((0, 2)), np.zeros((0, 60)), truth(spikes)) == (0, 0, 0)
