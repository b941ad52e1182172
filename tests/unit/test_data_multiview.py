"""Recordings by several cameras: the simulator against the real slice, loaders, choosing a part, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from stats220.data.multiview import MultiviewRecording, check_parents, decompose
from stats220.data.rat_movement import PARENTS, draw_movement
from stats220.data.triangulation import (
    SimulatedMultiview,
    load_fly,
    load_rat7m,
    load_rat7m_pose_states,
    simulate_multiview,
)
from stats220.errors import InputError


def views(recording: MultiviewRecording) -> tuple[np.ndarray, np.ndarray]:
    """Projections of the truth in pixels and depths in mm, by torch: another way than the simulator's own."""
    points = torch.tensor(recording.points_3d)
    P = torch.tensor(recording.projections)
    moved = torch.matmul(P[:, None, None, :, :3], points[None, ..., None])[..., 0]
    moved = moved + P[:, None, None, :, 3]
    return (moved[..., :2] / moved[..., 2:]).numpy(), moved[..., 2].numpy()


@pytest.fixture(scope="module")
def simulated() -> SimulatedMultiview:
    return simulate_multiview(seed=0)


def test_without_errors_the_detections_are_the_projections() -> None:
    exact = simulate_multiview(
        "small", num_cameras=8, noise_px=0, outlier_rate=0, occlusion_rate=0, seed=4
    )
    pixels, depths = views(exact)
    np.testing.assert_allclose(exact.points_2d, pixels, atol=1e-8)
    assert depths.min() > 1000
    np.testing.assert_allclose(np.linalg.norm(exact.projections[:, 2, :3], axis=1), 1)
    assert not exact.truth.is_outlier.any()
    assert not exact.truth.is_occluded.any()


def test_errors_are_like_those_of_the_real_slice() -> None:
    """Measured on Rat7M: median 7.8 px, 21 % over 20 px, 11 % over 50 px; a key point moves 1.7 mm a frame."""
    pixels, motion = [], []
    for seed in range(6):
        recording = simulate_multiview(seed=seed)
        errors = np.linalg.norm(recording.points_2d - views(recording)[0], axis=-1)
        pixels.append(errors[np.isfinite(errors)])
        motion.append(np.linalg.norm(np.diff(recording.points_3d, axis=0), axis=-1).ravel())
    errors = np.concatenate(pixels)
    assert 7.0 < np.median(errors) < 8.6
    assert 0.18 < np.mean(errors > 20) < 0.24
    assert 0.09 < np.mean(errors > 50) < 0.13
    assert 1.3 < np.median(np.concatenate(motion)) < 2.1


def test_the_real_slice_has_these_figures(recordings: Path) -> None:
    rat = load_rat7m()
    assert rat.points_2d.shape == (6, 100, 18, 2)
    assert rat.points_3d is not None
    assert np.isfinite(rat.points_3d).all(axis=-1).sum() == 1412
    errors = np.linalg.norm(rat.points_2d - views(rat)[0], axis=-1)
    errors = errors[np.isfinite(errors)]
    assert np.median(errors) == pytest.approx(7.8, abs=0.05)
    assert np.mean(errors > 20) == pytest.approx(0.21, abs=0.005)
    assert np.mean(errors > 50) == pytest.approx(0.11, abs=0.005)
    left, right = (rat.keypoint_names.index(name) for name in ("KneeL", "KneeR"))
    np.testing.assert_array_equal(rat.points_2d[:, :, left], rat.points_2d[:, :, right])


def test_the_published_pose_states(recordings: Path) -> None:
    found = load_rat7m_pose_states()
    assert found.directions.shape == (180, 18, 3)
    np.testing.assert_allclose(np.linalg.norm(found.directions, axis=-1), 1)
    assert found.probabilities.sum() == pytest.approx(1)
    assert (found.concentrations[:, 0] == 0).all()
    # In the body's axes the spine's middle lies behind its front, and the left hip to the left.
    assert (found.directions[:, 10, 0] < 0).mean() > 0.95
    assert np.average(found.directions[:, 12, 1], weights=found.probabilities) > 0.5


def test_truth_says_what_was_simulated(simulated: SimulatedMultiview) -> None:
    truth = simulated.truth
    errors = np.linalg.norm(simulated.points_2d - views(simulated)[0], axis=-1)
    np.testing.assert_array_equal(np.isnan(errors), truth.is_occluded)
    assert 0.03 < truth.is_occluded.mean() < 0.07
    assert 0.12 < truth.is_outlier.mean() < 0.18
    assert (truth.is_swapped <= truth.is_outlier).all()
    assert np.median(errors[truth.is_outlier]) > 4 * np.nanmedian(errors[~truth.is_outlier])
    # A swapped detection sits where the other side is.
    k, other = (simulated.keypoint_names.index(name) for name in ("KneeL", "KneeR"))
    swapped = truth.is_swapped[:, :, k]
    to_other = np.linalg.norm(
        simulated.points_2d[:, :, k] - views(simulated)[0][:, :, other], axis=-1
    )
    assert np.median(to_other[swapped]) < 0.5 * np.median(errors[:, :, k][swapped])
    # Outliers last: most are followed by another.
    again = truth.is_outlier[:, 1:][truth.is_outlier[:, :-1]].mean()
    assert 0.7 < again < 0.9
    assert simulated.likelihoods is not None
    assert simulated.likelihoods[truth.is_outlier].mean() < simulated.likelihoods[~truth.is_outlier & ~truth.is_occluded].mean()  # fmt: skip


def test_the_far_side_is_occluded_more() -> None:
    many = simulate_multiview(num_frames=600, occlusion_rate=0.2, seed=1)
    left = np.column_stack([-np.sin(many.truth.headings), np.cos(many.truth.headings)])
    centers = -np.einsum("cji,cj->ci", many.rotations, many.translations)
    facing = np.einsum("tj,cj->ct", left, centers[:, :2]) > 0  # the arena's middle is the origin
    hip = many.keypoint_names.index("HipL")
    hidden = many.truth.is_occluded[:, :, hip]
    assert hidden[~facing].mean() > 2 * hidden[facing].mean()


def test_the_rat_is_a_rat(simulated: SimulatedMultiview) -> None:
    points = simulated.points_3d
    assert points is not None
    assert points[..., 2].min() > 0
    assert np.abs(points[..., :2]).max() < 300
    lengths = np.stack(
        [np.linalg.norm(points[:, k] - points[:, p], axis=-1) for k, p in simulated.edges]
    )
    assert (lengths.std(axis=1) < 0.1 * lengths.mean(axis=1)).all()
    ahead = points[:, simulated.keypoint_names.index("HeadF"), :2] - points[:, 11, :2]
    heading = np.arctan2(ahead[:, 1], ahead[:, 0])
    assert np.cos(heading - simulated.truth.headings).mean() > 0.9
    assert set(simulated.truth.pose_states) == set(range(6))
    rearing, standing = (points[simulated.truth.pose_states == s, 2, 2] for s in (4, 0))
    assert np.median(rearing) > np.median(standing) + 30


def test_the_same_arguments_give_the_same_recording(simulated: SimulatedMultiview) -> None:
    again = simulate_multiview(seed=0)
    np.testing.assert_array_equal(again.points_2d, simulated.points_2d)
    cleaner = simulate_multiview(seed=0, outlier_rate=0.0, occlusion_rate=0.0)
    np.testing.assert_array_equal(cleaner.points_3d, simulated.points_3d)
    np.testing.assert_array_equal(cleaner.projections, simulated.projections)
    assert not np.array_equal(simulate_multiview(seed=1).points_3d, simulated.points_3d)


@pytest.mark.parametrize("num_cameras", range(2, 9))
def test_all_sizes_of_the_ring(num_cameras: int) -> None:
    recording = simulate_multiview(num_frames=1, num_cameras=num_cameras)
    assert recording.points_2d.shape == (num_cameras, 1, 18, 2)
    assert np.linalg.det(recording.rotations) == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"preset": "large"}, "preset='large'"),
        ({"num_cameras": 1}, "num_cameras must be from 2 to 8"),
        ({"num_frames": 0}, "num_frames=0"),
        ({"noise_px": -1.0}, "noise_px=-1"),
        ({"noise_px": np.nan}, "noise_px=nan"),
        ({"outlier_rate": 0.6}, "outlier_rate must be"),
        ({"occlusion_rate": -0.1}, "occlusion_rate must be"),
    ],
)
def test_the_simulator_refuses(arguments: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        simulate_multiview(**arguments)


def test_choosing_a_part(simulated: SimulatedMultiview) -> None:
    part = simulated.select(
        cameras=[3, 0], frames=slice(10, 30, 2), keypoints=["ShinL", "SpineF", 11]
    )
    assert part.camera_names == ("camera 4", "camera 1")
    assert part.keypoint_names == ("ShinL", "SpineF", "SpineL")
    assert part.parents.tolist() == [2, -1, 1]  # knee, hip and SpineM are left out
    frames, keypoints = np.arange(10, 30, 2), [14, 0, 11]
    np.testing.assert_array_equal(
        part.points_2d, simulated.points_2d[np.ix_([3, 0], frames, keypoints)]
    )
    np.testing.assert_array_equal(part.points_3d, simulated.points_3d[np.ix_(frames, keypoints)])
    np.testing.assert_array_equal(
        part.truth.is_outlier, simulated.truth.is_outlier[np.ix_([3, 0], frames, keypoints)]
    )
    np.testing.assert_array_equal(part.truth.headings, simulated.truth.headings[frames])
    np.testing.assert_array_equal(part.translations, simulated.translations[[3, 0]])
    for arguments, says in (
        ({"keypoints": ["Tail"]}, "no key point 'Tail': choose from SpineF"),
        ({"cameras": [6]}, "choose from 0 to 5"),
        ({"frames": slice(5, 5)}, "at least one"),
        ({"cameras": [1, 1]}, "each once"),
    ):
        with pytest.raises(InputError, match=says):
            simulated.select(**arguments)  # type: ignore[arg-type]


def test_arrays_cannot_be_changed_by_mistake(simulated: SimulatedMultiview) -> None:
    for array in (simulated.points_2d, simulated.rotations, simulated.truth.headings):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_cameras_come_apart_and_together(simulated: SimulatedMultiview) -> None:
    K, R, t = decompose(simulated.projections)
    again = K @ np.dstack([R, t[..., None]])
    np.testing.assert_allclose(again, simulated.projections, atol=1e-8)
    np.testing.assert_allclose(R @ np.swapaxes(R, 1, 2), np.tile(np.eye(3), (6, 1, 1)), atol=1e-12)
    assert (K[:, [0, 1, 2], [0, 1, 2]] > 0).all()
    np.testing.assert_allclose(decompose(3.7 * simulated.projections)[2], t)
    mirrored = simulated.projections * np.array([-1.0, 1.0, 1.0])[:, None]
    with pytest.raises(InputError, match="camera 0: the rotation mirrors"):
        decompose(mirrored)
    flat = simulated.projections.copy()
    flat[1, :, 2] = 0
    with pytest.raises(InputError, match="camera 1: the projection is no camera's"):
        decompose(flat)


@pytest.mark.parametrize(
    ("parents", "says"),
    [
        ([-1, 2, 3, 1], "a loop, 1 -> 2 -> 3 -> 1"),
        ([0, 0], "a loop, 0 -> 0"),
        ([-1, 2], "the parent of key point 1 is 2"),
        ([-1, -2], "is -2"),
    ],
)
def test_a_skeleton_must_be_a_forest(parents: list[int], says: str) -> None:
    with pytest.raises(InputError, match=says):
        check_parents(parents)


def test_two_trees_are_a_skeleton_too() -> None:
    check_parents([-1, 0, -1, 2])
    check_parents(PARENTS)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"points_2d": np.zeros((5, 300, 18, 2))}, "projections has 6 cameras and points_2d has 5"),
        ({"points_3d": np.zeros((299, 18, 3))}, "points_2d has 300 frames and points_3d has 299"),
        ({"likelihoods": np.zeros((6, 300, 17))}, "key points"),
        ({"points_2d": np.zeros((6, 300, 36))}, "points_2d must have 4 axes"),
        ({"camera_names": ("a",)}, "1 camera_names for 6"),
        ({"keypoint_names": ("a",)}, "1 keypoint_names for 18"),
    ],
)
def test_a_recording_must_agree_with_itself(
    simulated: SimulatedMultiview, changes: dict, says: str
) -> None:
    own = {name: getattr(simulated, name) for name in ("name", "projections", "points_2d", "points_3d", "keypoint_names", "parents", "camera_names", "image_sizes")}  # fmt: skip
    with pytest.raises(InputError, match=says):
        MultiviewRecording(**(own | changes))


def test_the_fly(recordings: Path) -> None:
    pytest.importorskip("cv2")
    fly, raw = load_fly(1), load_fly(1, straighten=False)
    assert fly.points_2d.shape == (3, 500, 12, 2)
    assert fly.points_3d is None
    assert fly.parents.tolist() == [-1, 0, -1, 2, -1, 4, -1, 6, -1, 8, -1, 10]
    moved = np.abs(fly.points_2d - raw.points_2d).max(axis=(1, 2, 3))
    assert ((moved > 0.2) & (moved < 3)).all()
    with pytest.raises(InputError, match="network must be from 0 to 2"):
        load_fly(3)


def reprojection_px(recording: MultiviewRecording) -> float:
    """The median distance from detections to the reprojection of the point that raw linear equations give, by numpy's SVD."""
    P, y = recording.projections, recording.points_2d.reshape(len(recording.projections), -1, 2)
    rows = np.swapaxes(y[..., None] * P[:, None, 2:] - P[:, None, :2], 0, 1).reshape(
        -1, 2 * len(P), 4
    )
    h = np.linalg.svd(rows)[2][:, -1]
    image = np.einsum("cij,nj->cni", P, h)
    return float(np.median(np.linalg.norm(image[..., :2] / image[..., 2:] - y, axis=-1)))


def test_straightening_makes_the_fly_s_views_agree_better(recordings: Path) -> None:
    """Measured without undistortion: a median of 1.06 px."""
    pytest.importorskip("cv2")
    for network in range(3):
        raw, straight = (reprojection_px(load_fly(network, straighten=s)) for s in (False, True))
        assert raw == pytest.approx(1.06, rel=0.2)
        assert straight < raw


def test_a_long_movement_stays_in_the_arena() -> None:
    movement = draw_movement(np.random.default_rng(3), 3000)
    assert np.abs(movement.points_3d[..., :2]).max() < 320
    steps = np.linalg.norm(np.diff(movement.points_3d, axis=0), axis=-1)
    assert steps.max() < 45  # no key point jumps
