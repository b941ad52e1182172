"""The lab's last part: offsets, augmentation and their half pixels, checked on key points whose place is known."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.transforms import v2

from stats220.data.backbones import Backbone
from stats220.errors import InputError
from stats220.reference.pose.augmentation import augment, pad_frames
from stats220.reference.pose.deeplabcut import (
    OUTSIDE,
    Cells,
    OffsetPoseTracker,
    cell_centers,
    locate_cells,
    location_loss,
)
from stats220.reference.pose.deeplabcut_training import (
    augmented_copies,
    extract_cell_features,
    fine_tune,
    fit_head,
    predict,
)


def tiny() -> Backbone:
    torch.manual_seed(0)
    halve = [nn.Conv2d(c, d, 2, stride=2) for c, d in ((3, 8), (8, 8), (8, 8), (8, 8))]
    return Backbone(halve[0], halve[1:], (8, 8, 8, 8)).eval()


def dots(count: int, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    """Dark frames of two sizes, each with a bright disc on a place that is known to a fraction of a pixel."""
    rng = np.random.default_rng(seed)
    images, places = [], rng.uniform(15, 45, (count, 1, 2))
    for i, (x, y) in enumerate(places[:, 0]):
        rows, columns = np.mgrid[: 64 - 4 * (i % 2), : 70 - 4 * (i % 2)]
        disc = 200 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 18)
        images.append(np.repeat(disc[..., None], 3, axis=2).astype(np.uint8))
    return images, places


def exact_cells(keypoints_xy: Tensor, rows: int = 4, columns: int = 5, cell_px: int = 16) -> Cells:
    """Cells all of which name the true place, and the one that holds it has the highest score."""
    centres = cell_centers(rows, columns, cell_px)
    distances = (keypoints_xy[..., None, None] - centres).square().sum(2)
    return Cells(-distances, keypoints_xy[..., None, None].expand(-1, -1, 2, rows, columns), centres)  # fmt: skip


def test_cells_are_centred_on_the_mean_of_their_pixels() -> None:
    centres = cell_centers(2, 3, 16)
    assert tuple(centres.shape) == (2, 2, 3)
    assert centres[:, 1, 2].tolist() == [np.mean(range(32, 48)), np.mean(range(16, 32))]


def test_exact_cells_are_located_exactly_also_at_the_border() -> None:
    keypoints_xy = torch.tensor([[[33.25, 17.5], [0.0, 0.0], [79.0, 63.0]]])
    torch.testing.assert_close(locate_cells(exact_cells(keypoints_xy)), keypoints_xy)


def test_loss_is_least_where_scores_are_the_target_and_offsets_are_right() -> None:
    keypoints_xy = torch.tensor([[[33.25, 17.5], [8.0, 50.0]]])
    cells = exact_cells(keypoints_xy)
    distances = -cells.scores.flatten(2)
    targets = (distances / -200).softmax(dim=2)
    entropy = -(targets * targets.log()).sum(2).mean()
    best = cells._replace(scores=cells.scores / 200)
    torch.testing.assert_close(location_loss(best, keypoints_xy), entropy)
    assert location_loss(best._replace(places_xy=best.places_xy + 1), keypoints_xy) > entropy
    assert location_loss(cells, keypoints_xy) > entropy


def test_padding_beside_a_key_point_costs_nothing() -> None:
    """At the edge of a frame half of the Gaussian lies in the padding: the loss is that of the frame's own cells."""
    keypoints_xy = torch.tensor([[[30.0, 12.0], [15.0, 8.0]]])
    cells = exact_cells(keypoints_xy)
    inside = cells.centers_xy[0] < 32
    columns = int(inside[0].sum())
    assert 0 < columns < inside.shape[1]
    padded = cells._replace(scores=(cells.scores / 99).masked_fill(~inside, OUTSIDE))
    cropped = Cells(
        padded.scores[..., :columns],
        cells.places_xy[..., :columns],
        cells.centers_xy[..., :columns],
    )
    torch.testing.assert_close(
        location_loss(padded, keypoints_xy), location_loss(cropped, keypoints_xy)
    )


def test_key_points_without_labels_leave_no_trace() -> None:
    keypoints_xy = torch.tensor([[[33.25, 17.5], [8.0, 50.0]]])
    cells = exact_cells(keypoints_xy)
    scores = (cells.scores / 99).requires_grad_()
    half = torch.tensor([[[33.25, 17.5], [torch.nan, torch.nan]]])
    loss = location_loss(cells._replace(scores=scores), half)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(scores.grad).all()
    assert (scores.grad[0, 1] == 0).all()
    with pytest.raises(InputError, match="no key point is labeled"):
        location_loss(cells, torch.full((1, 2, 2), torch.nan))


def test_frames_are_padded_never_scaled() -> None:
    images = [np.full((70, 100, 3), 9, np.uint8), np.full((40, 130, 3), 7, np.uint8)]
    padded, sizes = pad_frames(images)
    assert tuple(padded.shape) == (2, 3, 128, 192)
    assert sizes == [(70, 100), (40, 130)]
    for frame, image, (rows, columns) in zip(padded, images, sizes, strict=True):
        assert (frame[:, :rows, :columns].permute(1, 2, 0).numpy() == image).all()
        assert frame.sum() == image.sum()


@pytest.mark.parametrize(
    "bad", [np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3)), np.zeros((8, 8), np.uint8)]
)
def test_frames_that_are_no_frames(bad: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"frame 1 must be uint8 \(height, width, 3\): got"):
        pad_frames([np.zeros((8, 8, 3), np.uint8), bad])


@pytest.mark.parametrize(
    "transform",
    [
        v2.RandomAffine(degrees=(90, 90), interpolation=v2.InterpolationMode.BILINEAR),
        v2.RandomAffine(degrees=(20, 20), interpolation=v2.InterpolationMode.BILINEAR),
        v2.RandomAffine(degrees=0, scale=(1.25, 1.25), interpolation=v2.InterpolationMode.BILINEAR),
        v2.RandomAffine(degrees=0, translate=(0.1, 0.1)),
    ],
    ids=["turn by 90", "turn by 20", "scale", "shift"],
)
def test_key_points_move_with_the_frame_to_a_tenth_of_a_pixel(transform: v2.Transform) -> None:
    """The centre of mass of a disc is where its key point has gone; without the half pixel it is not."""
    y, x = np.mgrid[:81, :90]
    disc = 220 * np.exp(-((x - 52) ** 2 + (y - 30) ** 2) / 18)
    image = np.repeat(disc[..., None], 3, axis=2).astype(np.uint8)
    moved, keypoints_xy = augment(image, np.array([[52.0, 30.0], [np.nan, np.nan]]), transform)
    mass = moved[..., 0].astype(float)
    found = [(mass * x).sum() / mass.sum(), (mass * y).sum() / mass.sum()]
    np.testing.assert_allclose(keypoints_xy[0], found, atol=0.1)
    assert np.isnan(keypoints_xy[1]).all()


def test_key_points_that_leave_the_frame_are_labeled_no_more() -> None:
    shift = v2.RandomAffine(degrees=0, translate=(0.5, 0))
    image, corners = np.zeros((40, 40, 3), np.uint8), np.array([[0.0, 20.0], [39.0, 20.0]])
    torch.manual_seed(0)
    gone = np.zeros(2, dtype=bool)
    for _ in range(20):
        moved = augment(image, corners, shift)[1]
        gone |= np.isnan(moved).all(axis=1)
        assert ((np.isnan(moved)) | ((moved >= -0.5) & (moved < 39.5))).all()
    assert gone.all()


@pytest.mark.parametrize("factor", [1, 2])
def test_tracker_learns_where_a_disc_is_to_a_fraction_of_a_cell(factor: int) -> None:
    images, places = dots(40)
    torch.manual_seed(0)
    tracker = OffsetPoseTracker(tiny(), 1, stages=(1, 2), cell_stage=2, factor=factor)
    assert tracker.cell_px == 8 * factor
    features, sizes = extract_cell_features(tracker, images)
    losses = fit_head(tracker, features[:30], sizes[:30], places[:30], num_epochs=60, weight_decay=0)  # fmt: skip
    errors = np.hypot(*(predict([tracker], features[30:], sizes[30:]) - places[30:])[:, 0].T)
    assert losses[-1] < losses[0]
    assert np.median(errors) < 2


def test_copies_help_a_head_that_saw_few_frames() -> None:
    images, places = dots(46)
    medians = []
    for num_copies in (0, 6):
        torch.manual_seed(0)
        tracker = OffsetPoseTracker(tiny(), 1, stages=(1, 2), cell_stage=2, factor=1)
        features, sizes = extract_cell_features(tracker, images)
        state = torch.get_rng_state()
        options = {"images": images[:6], "num_copies": num_copies, "num_epochs": 60}
        fit_head(tracker, features[:6], sizes[:6], places[:6], weight_decay=0, **options)
        assert torch.equal(torch.get_rng_state(), state)
        errors = predict([tracker], features[6:], sizes[6:]) - places[6:]
        medians.append(np.median(np.hypot(*errors[:, 0].T)))
    assert medians[1] < medians[0]


def test_copies_are_augmented_frames_in_the_order_of_the_frames() -> None:
    images, places = dots(3)
    copies, keypoints_xy = augmented_copies(images, places, 2, seed=5)
    assert [copy.shape for copy in copies] == [image.shape for image in images] * 2
    assert keypoints_xy.shape == (6, 1, 2)
    assert len({xy.tobytes() for xy in keypoints_xy}) == 6
    np.testing.assert_array_equal(keypoints_xy, augmented_copies(images, places, 2, seed=5)[1])


def test_copies_need_the_frames() -> None:
    images, places = dots(2)
    tracker = OffsetPoseTracker(tiny(), 1, stages=(1, 2), factor=1)
    features, sizes = extract_cell_features(tracker, images)
    with pytest.raises(InputError, match="num_copies=4 needs images, one for each of the 2 frames"):
        fit_head(tracker, features, sizes, places, num_copies=4)


def test_width_of_the_targets_is_handed_on() -> None:
    images, places = dots(4)
    losses = {}
    for sigma_px in (4.0, 20.0):
        torch.manual_seed(0)
        tracker = OffsetPoseTracker(tiny(), 1, stages=(1, 2), factor=1)
        features, sizes = extract_cell_features(tracker, images)
        head = fit_head(tracker, features, sizes, places, num_epochs=1, sigma_px=sigma_px)
        losses[sigma_px] = head, fine_tune(tracker, images, places, num_epochs=1, sigma_px=sigma_px)
    assert losses[4.0][0] != losses[20.0][0]
    assert losses[4.0][1] != losses[20.0][1]


def test_a_batch_without_any_label_is_passed_over() -> None:
    images, places = dots(3)
    places[2] = np.nan
    tracker = OffsetPoseTracker(tiny(), 1, stages=(1, 2), factor=1)
    features, sizes = extract_cell_features(tracker, images)
    losses = fit_head(tracker, features, sizes, places, num_epochs=3, batch_size=1)
    assert np.isfinite(losses).all()


def test_padding_is_never_the_answer() -> None:
    images, _ = dots(2)
    tracker = OffsetPoseTracker(tiny(), 1, stages=(1, 2), factor=1)
    features, sizes = extract_cell_features(tracker, images)
    scores = tracker(features.float(), sizes).scores
    centres = cell_centers(*scores.shape[-2:], tracker.cell_px)
    for i, (height, width) in enumerate(sizes):
        outside = (centres[0] >= width) | (centres[1] >= height)
        assert outside.any()
        assert (scores[i, 0][outside] == OUTSIDE).all()
        assert (scores[i, 0][~outside] > -1e3).all()


def test_fine_tuning_moves_all_stages_used_and_lowers_the_loss() -> None:
    images, places = dots(8)
    torch.manual_seed(0)
    tracker = OffsetPoseTracker(tiny(), 1, stages=(1, 2), factor=1)
    before = [p.clone() for p in tracker.backbone.stages[0].parameters()]
    state = torch.get_rng_state()
    losses = fine_tune(tracker, images, places, num_epochs=8, learning_rate=1e-2)
    assert torch.equal(torch.get_rng_state(), state)
    assert losses[-1] < losses[0]
    after = tracker.backbone.stages[0].parameters()
    assert not any(torch.equal(p, q) for p, q in zip(before, after, strict=True))


def test_stages_that_the_network_does_not_have() -> None:
    with pytest.raises(InputError, match=r"from 1 to 3.*got 4"):
        OffsetPoseTracker(tiny(), 1, stages=(1, 4), cell_stage=1)
