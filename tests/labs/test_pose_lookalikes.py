"""Places corrected by labeled frames that look alike: on textures whose place is known, and correlations against NumPy's."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from stats220.errors import InputError
from stats220.reference.pose.deeplabcut_lookalikes import correlations, refine_by_lookalikes

SMALL = {"half_px": 8, "reach_px": 6}


def texture(seed: int, height: int = 60, width: int = 70) -> np.ndarray:
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(height, width)), 2)
    return np.clip(128 + 250 * noise, 0, 255)


def frames(tops_left: list[tuple[int, int]], scene: int = 0) -> list[np.ndarray]:
    """Views of 60 × 70 pixels into one scene, from these corners, as uint8 in three colors."""
    large = texture(scene, 100, 110)
    views = [large[top : top + 60, left : left + 70] for top, left in tops_left]
    return [np.repeat(view[..., None], 3, axis=2).astype(np.uint8) for view in views]


def seen_from(place_xy: tuple[float, float], corners: list[tuple[int, int]]) -> np.ndarray:
    """Where a place of the scene is in each view (num_views, 1, 2)."""
    return np.array([[np.array(place_xy) - (left, top)] for top, left in corners])


TRAIN, NEW = [(0, 0), (10, 3), (4, 12)], [(7, 5), (13, 11)]
PLACE = (40.3, 37.6)


def test_place_comes_to_where_its_look_alikes_are_labeled_to_a_fraction_of_a_pixel() -> None:
    truth = seen_from(PLACE, NEW)
    off = truth + np.array([[[4.2, -3.4]], [[-5.3, 2.1]]])
    labels = seen_from(PLACE, TRAIN)
    for share in (0.0, 0.5, 1.0):
        found = refine_by_lookalikes(off, frames(NEW), frames(TRAIN), labels, share=share, **SMALL)
        np.testing.assert_allclose(found, off + share * (truth - off), atol=1e-9)


def test_median_of_votes_withstands_a_label_that_is_far_off() -> None:
    labels = seen_from(PLACE, TRAIN)
    labels[1] += 5
    truth = seen_from(PLACE, NEW)
    found = refine_by_lookalikes(truth + 1, frames(NEW), frames(TRAIN), labels, share=1, **SMALL)
    np.testing.assert_allclose(found, truth, atol=1e-9)
    one = refine_by_lookalikes(truth, frames(NEW), frames(TRAIN)[1:2], labels[1:2], share=1, **SMALL)  # fmt: skip
    np.testing.assert_allclose(one, truth + 5, atol=1e-9)


def test_only_the_best_have_a_vote() -> None:
    """Of a look-alike under noise and the very same scene, the one vote is the latter's, in whichever order."""
    noise = np.random.default_rng(1).normal(0, 8, (60, 70, 1))
    clean, noisy = frames(TRAIN[:1])[0], frames(TRAIN[:1])[0] + noise
    images = [noisy.clip(0, 255).astype(np.uint8), clean]
    labels = seen_from(PLACE, TRAIN[:1]).repeat(2, axis=0)
    labels[0] += 3
    truth = seen_from(PLACE, NEW)
    for order in ([0, 1], [1, 0]):
        found = refine_by_lookalikes(
            truth, frames(NEW), [images[i] for i in order], labels[order], num_votes=1, share=1, **SMALL
        )  # fmt: skip
        np.testing.assert_allclose(found, truth, atol=1e-9)


def test_places_stay_where_nothing_looks_alike_or_nothing_is_labeled() -> None:
    places = seen_from(PLACE, NEW).repeat(2, axis=1) + 2
    labels = seen_from(PLACE, TRAIN).repeat(2, axis=1)
    elsewhere = refine_by_lookalikes(places, frames(NEW), frames(TRAIN, scene=5), labels, **SMALL)
    np.testing.assert_array_equal(elsewhere, places)
    labels[:, 1] = np.nan
    labels[0] = np.nan
    before = places.copy()
    found = refine_by_lookalikes(places, frames(NEW), frames(TRAIN), labels, share=1, **SMALL)
    np.testing.assert_allclose(found[:, :1], seen_from(PLACE, NEW), atol=1e-9)
    np.testing.assert_array_equal(found[:, 1], before[:, 1])
    np.testing.assert_array_equal(places, before)


def test_labels_and_places_at_the_border_and_beyond() -> None:
    corner = frames([(0, 0)])
    labels = np.array([[[0.0, 59.0]]])
    for off in ([3, 4], [-30, 40]):
        places = labels + np.array(off)
        found = refine_by_lookalikes(places, corner, corner, labels, share=1, **SMALL)
        np.testing.assert_allclose(found, labels)


def test_correlations_are_pearsons() -> None:
    area = torch.tensor(texture(2, 12, 14))
    patches = torch.tensor(np.stack([texture(3, 5, 5), 3 * texture(4, 5, 5) - 90]))
    found = correlations(patches, area)
    assert tuple(found.shape) == (2, 8, 10)
    for p, r, c in ((0, 0, 0), (1, 7, 9), (0, 3, 8)):
        square = area[r : r + 5, c : c + 5].numpy().ravel()
        expected = np.corrcoef(patches[p].numpy().ravel(), square)[0, 1]
        assert found[p, r, c].item() == pytest.approx(expected, abs=1e-6)
    flat = correlations(patches.float(), torch.full((12, 14), 255.0))
    assert flat.abs().max() < 1e-2


def test_frames_must_fit_places_and_labels() -> None:
    truth, labels = seen_from(PLACE, NEW), seen_from(PLACE, TRAIN)
    with pytest.raises(InputError, match=r"places_xy and images .* got 1 and 2"):
        refine_by_lookalikes(truth[:1], frames(NEW), frames(TRAIN), labels)
    with pytest.raises(InputError, match=r"train_keypoints_xy and train_images .* got 3 and 2"):
        refine_by_lookalikes(truth, frames(NEW), frames(TRAIN)[:2], labels)
