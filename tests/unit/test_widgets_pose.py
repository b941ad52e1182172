"""The explorer draws what its sliders say, and asks the tracker for that and nothing else."""

import io
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import VBox
from PIL import Image

from stats220.errors import InputError
from stats220.plotting import style
from stats220.widgets.pose import explore_predictions

IMAGES = [np.full((h, w, 3), 40, dtype=np.uint8) for h, w in ((41, 60), (20, 30))]
NAMES = ("Hand", "Tongue")
LABELS = np.array([[[11.0, 5.0], [40.0, 20.0]], [[np.nan, np.nan], [20.0, 10.0]]])


@pytest.fixture(autouse=True)
def _on_paper() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    assert plt.get_fignums() == []


class Tracker:
    """Sees the first key point on the left half and the second one nowhere."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, float]] = []

    def __call__(self, index: int, threshold: float) -> tuple[Any, Any]:
        self.asked.append((index, threshold))
        height, width = IMAGES[index].shape[:2]
        probabilities = np.zeros((2, height // 2, width // 2))
        probabilities[0, :, : width // 4] = 0.9
        found = [[5.0, 6.0] if threshold <= 0.9 else [np.nan, np.nan], [np.nan, np.nan]]
        return probabilities, np.array(found)


def controls(explorer: VBox) -> tuple[Any, Any, Any]:
    return explorer.children[0].children


def page(explorer: VBox) -> np.ndarray[Any, Any]:
    with Image.open(io.BytesIO(explorer.children[1].value)) as image:
        return np.array(image.convert("RGB")).astype(int)


def coloured_pixels(picture: np.ndarray[Any, Any], k: int) -> int:
    """Pixels on the way from the dark frame to the key point's colour."""
    rgb = np.array([int(style.color(k)[i : i + 2], 16) for i in (1, 3, 5)])
    blends = [np.abs(picture - (a * rgb + (1 - a) * 40)).max(axis=2) < 12 for a in (0.75, 1.0)]
    return int(np.sum(blends))


def test_shows_the_first_frame_at_once_and_asks_again_when_a_slider_moves() -> None:
    tracker = Tracker()
    explorer = explore_predictions(IMAGES, tracker, NAMES, keypoints_xy=LABELS)
    frame, keypoint, threshold = controls(explorer)
    assert tracker.asked == [(0, 0.5)]
    assert (frame.min, frame.max) == (0, 1)
    assert [name for name, _ in keypoint.options] == list(NAMES)
    frame.value, threshold.value, keypoint.value = 1, 0.95, 1
    assert tracker.asked == [(0, 0.5), (1, 0.5), (1, 0.95), (1, 0.95)]


def test_paints_only_what_reaches_the_threshold_of_the_chosen_key_point() -> None:
    explorer = explore_predictions(IMAGES, Tracker(), NAMES)
    _, keypoint, threshold = controls(explorer)
    seen = coloured_pixels(page(explorer), 0)
    assert seen > 10_000  # the left half
    threshold.value = 0.95
    assert coloured_pixels(page(explorer), 0) < 0.05 * seen
    threshold.value, keypoint.value = 0.5, 1
    assert coloured_pixels(page(explorer), 1) < 0.05 * seen


@pytest.mark.parametrize(
    ("images", "names", "labels", "message"),
    [
        ([], NAMES, None, "no frame"),
        (IMAGES, (), None, "no key point"),
        (IMAGES, NAMES, LABELS[:1], r"\(2, 2, 2\): got \(1, 2, 2\)"),
    ],
)
def test_refuses_what_does_not_go_together(
    images: Any, names: Any, labels: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        explore_predictions(images, Tracker(), names, keypoints_xy=labels)


def test_refuses_maps_that_are_not_of_the_frame() -> None:
    def predict(index: int, threshold: float) -> tuple[Any, Any]:
        return np.zeros((2, 10, 30)), np.full((2, 2), np.nan)

    try:
        with pytest.raises(InputError, match="do not belong to a frame of 41 × 60"):
            explore_predictions(IMAGES, predict, NAMES)
    finally:
        plt.close("all")


def test_says_in_words_what_is_seen_and_whether_the_frame_was_trained_on() -> None:
    explorer = explore_predictions(
        IMAGES, Tracker(), NAMES, keypoints_xy=LABELS, trained_on=np.array([1])
    )
    caption = explorer.children[2]
    assert caption.value.startswith("frame 0 (not trained on), Hand: largest probability 0.90")
    assert caption.value.endswith("found at x = 5.0, y = 6.0")
    controls(explorer)[0].value = 1
    assert caption.value.startswith("frame 1 (trained on), Hand")
    controls(explorer)[1].value = 1
    assert caption.value.endswith("not found")


def test_picture_is_sharp_and_no_wider_than_a_page() -> None:
    explorer = explore_predictions(IMAGES, Tracker(), NAMES)
    assert page(explorer).shape[1] >= 1200
    assert explorer.children[1].layout.max_width == "720px"
