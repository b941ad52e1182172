"""The explorer of deconvolution asks for what its sliders say, and survives a solver that gives up."""

import io
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import VBox
from PIL import Image

from stats220.errors import InputError
from stats220.models.calcium import Deconvolution
from stats220.widgets.calcium import explore_deconvolution

TRACES = np.stack([np.sin(np.arange(80) / 9), np.cos(np.arange(80) / 9)])
SPIKES = np.zeros((2, 80), int)
SPIKES[1, [3, 30]] = 1, 2


@pytest.fixture(autouse=True)
def _on_paper() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    assert plt.get_fignums() == []


class Solver:
    """Finds amplitudes of 2 in three frames, or gives up for a slack below zero."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, float, float]] = []

    def __call__(self, trace: Any, decay_frames: float, slack: float) -> Deconvolution:
        self.asked.append((trace, decay_frames, slack))
        if slack < 0:
            raise InputError("no solver found the optimum: slack < 0")
        amplitudes = np.zeros(len(trace))
        amplitudes[5:8] = 2.0
        return Deconvolution(0.9 * trace, amplitudes, 0.0, 0.1)


def parts(explorer: VBox) -> tuple[Any, ...]:
    controls, said, picture = explorer.children
    return (*controls.children, said, picture)


def test_asks_for_what_the_sliders_say() -> None:
    solver = Solver()
    explorer = explore_deconvolution(
        TRACES, solver, frame_rate_hz=30.0, decay_frames=10.0, num_frames=50
    )
    cell, slack, decay, said, picture = parts(explorer)
    cell.value, slack.value, decay.value = 1, 0.5, 20.0
    asked = [(trace[0], len(trace), tau, eps) for trace, tau, eps in solver.asked]
    assert asked == [
        (0.0, 50, 10.0, 0.25),
        (1.0, 50, 10.0, 0.25),
        (1.0, 50, 10.0, 0.5),
        (1.0, 50, 20.0, 0.5),
    ]
    assert "= 6 σ, baseline 0.0 σ" in said.value
    assert "3 frames" in said.value
    assert "true" not in said.value
    with Image.open(io.BytesIO(picture.value)) as image:
        assert image.size == (1600, 704)


def test_counts_true_spikes_in_what_is_shown() -> None:
    explorer = explore_deconvolution(
        TRACES, Solver(), frame_rate_hz=30.0, spike_counts=SPIKES, num_frames=20
    )
    cell, *_, said, _ = parts(explorer)
    cell.value = 1
    assert "1 with true spikes" in said.value


def test_says_when_there_is_no_answer_and_keeps_the_picture() -> None:
    explorer = explore_deconvolution(TRACES, Solver(), frame_rate_hz=30.0)
    _, slack, _, said, picture = parts(explorer)
    before = picture.value
    slack.value = -0.2
    assert "no answer" in said.value
    assert "slack &lt; 0" in said.value  # escaped
    assert picture.value == before
    slack.value = 0.1
    assert "no answer" not in said.value


@pytest.mark.parametrize(
    ("traces", "spikes", "says"),
    [
        (TRACES[0], None, r"traces must be \(num_neurons, num_frames\): got \(80,\)"),
        (TRACES[:0], None, "traces must be"),
        (TRACES, SPIKES[:1], "must have the shape of traces"),
    ],
)
def test_refuses(traces: Any, spikes: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        explore_deconvolution(traces, Solver(), frame_rate_hz=30.0, spike_counts=spikes)
