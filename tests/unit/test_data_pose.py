"""The reaching mouse, recorded and simulated: against the published files, and against what is seen in the frames."""

import hashlib
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError, jaxtyped
from PIL import Image
from scipy import ndimage

from stats220.data.frames import LabeledFrames
from stats220.data.keypoints import pixel_errors
from stats220.data.pose import load_mouse_reaching, simulate_mouse_reaching
from stats220.errors import DataError, InputError

HAND, FINGER, TONGUE, TIP, BAND = range(5)


@pytest.fixture(scope="module")
def recorded(recordings: Path) -> LabeledFrames:
    return load_mouse_reaching()


@pytest.fixture(scope="module")
def simulated() -> LabeledFrames:
    return simulate_mouse_reaching()


@pytest.fixture(scope="module")
def clean() -> LabeledFrames:
    """Many moments, without noise, labels exact."""
    return simulate_mouse_reaching(
        num_frames=60, num_small=20, noise_std=0.0, label_variability_px=0.0, seed=3
    )


@pytest.fixture(scope="module")
def long() -> LabeledFrames:
    """Nearly every other moment of a recording, without noise."""
    return simulate_mouse_reaching(num_frames=110, num_small=0, noise_std=0.0, seed=7)


# The recording -------------------------------------------------------------------------------------------------------


def test_recorded_frames_have_the_published_sizes(recorded: LabeledFrames) -> None:
    shapes = [image.shape for image in recorded.images]
    assert len(recorded) == 55
    assert shapes.count((747, 832, 3)) == 40
    assert shapes.count((470, 640, 3)) == 15
    assert {image.dtype for image in recorded.images} == {np.dtype(np.uint8)}
    assert np.isnan(recorded.keypoints_xy[:, TONGUE]).all(axis=-1).sum() == 40
    assert recorded.keypoint_names == ("Hand", "Finger1", "Tongue", "Joystick1", "Joystick2")
    assert recorded.true_keypoints_xy is None


def test_recorded_keypoints_are_the_csv(recorded: LabeledFrames, recordings: Path) -> None:
    """Parsed again by numpy, cell by cell."""
    path = recordings / "mouse_reaching" / "CollectedData_Mackenzie.csv"
    cells = np.genfromtxt(path, delimiter=",", skip_header=3, usecols=range(1, 11))
    np.testing.assert_array_equal(recorded.keypoints_xy.reshape(55, 10), cells)
    numbers = np.genfromtxt(path, delimiter=",", skip_header=3, usecols=0, dtype=str)
    assert recorded.frame_numbers.tolist() == [int(name[-7:-4]) for name in numbers]
    assert recorded.frame_numbers[0] == 5
    np.testing.assert_allclose(recorded.keypoints_xy[0, HAND], (185.25173502, 610.36227607))


def test_recorded_images_go_with_their_rows(recorded: LabeledFrames, recordings: Path) -> None:
    for i in (0, 5, 41, 54):
        path = recordings / "mouse_reaching" / f"img{recorded.frame_numbers[i]:03d}.png"
        np.testing.assert_array_equal(recorded.images[i], np.asarray(Image.open(path)))
    assert recorded.frame_numbers[41] == 194


def test_recorded_keypoints_lie_in_their_frames(recorded: LabeledFrames) -> None:
    for image, keypoints_xy in zip(recorded.images, recorded.keypoints_xy, strict=True):
        labelled = keypoints_xy[np.isfinite(keypoints_xy).all(axis=1)]
        assert (labelled >= 0).all()
        assert (labelled <= np.array(image.shape[1::-1]) - 1).all()


def test_sources_say_which_they_are(recorded: LabeledFrames, simulated: LabeledFrames) -> None:
    assert recorded.source.startswith("RECORDED")
    assert "Mathis" in recorded.source
    assert "LGPL" in recorded.source
    assert simulated.source.startswith("SIMULATED")
    for data in (recorded, simulated):
        assert data.source in repr(data)
        assert len(repr(data)) < 400  # no dump of the arrays in a notebook


def test_a_recording_that_cannot_be_had_is_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setenv("STATS220_DATA", str(tmp_path))
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(DataError, match="simulate_mouse_reaching") as caught:
        load_mouse_reaching()
    assert "raw.githubusercontent.com" in str(caught.value)
    assert str(tmp_path / "mouse_reaching") in str(caught.value)


# Frozen, and split -----------------------------------------------------------------------------------------------------


def test_nothing_can_be_changed(simulated: LabeledFrames) -> None:
    with pytest.raises(AttributeError):
        simulated.source = "mine"  # type: ignore[misc]
    assert simulated.true_keypoints_xy is not None
    arrays = [*simulated.images, simulated.keypoints_xy, simulated.frame_numbers]
    for array in (*arrays, simulated.true_keypoints_xy):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    simulated.images[0].copy()[...] = 0


@pytest.mark.parametrize("num_train", [1, 44, 54])
def test_split_holds_every_frame_once(simulated: LabeledFrames, num_train: int) -> None:
    train, validation = simulated.split(seed=4, train_share=num_train / 55)
    assert len(train) == num_train
    assert sorted([*train, *validation]) == list(range(55))


def test_split_is_seeded_and_random(simulated: LabeledFrames) -> None:
    first, again, other = simulated.split(), simulated.split(seed=0), simulated.split(seed=1)
    np.testing.assert_array_equal(first.train, again.train)
    np.testing.assert_array_equal(first.validation, again.validation)
    assert len(first.train) == 44
    assert set(first.train) != set(other.train)
    held_out = np.concatenate([simulated.split(seed=s).validation for s in range(60)])
    assert set(held_out) == set(range(55))  # P(some frame never held out) = 55 · 0.8^60 < 1e-4


@pytest.mark.parametrize("train_share", [0, 1, -0.5, 0.001, 0.999, 44, float("nan")])
def test_split_refuses_an_empty_side(simulated: LabeledFrames, train_share: float) -> None:
    with pytest.raises(
        InputError, match=f"train_share must be between 0 and 1.*of 55: got {train_share}"
    ):
        simulated.split(train_share=train_share)


def test_folds_validate_on_each_frame_once(simulated: LabeledFrames) -> None:
    folds = simulated.split_into_folds(4, seed=3)
    held_out = np.concatenate([fold.validation for fold in folds])
    assert sorted(held_out) == list(range(55))
    assert sorted(len(fold.validation) for fold in folds) == [13, 14, 14, 14]
    assert all(sorted([*fold.train, *fold.validation]) == list(range(55)) for fold in folds)
    assert folds[0].validation.tolist() != simulated.split_into_folds(4)[0].validation.tolist()
    with pytest.raises(InputError, match="num_folds must be from 2 to 55: got 56"):
        simulated.split_into_folds(56)


def test_blocks_hold_out_neighbours(recorded: LabeledFrames) -> None:
    splits = recorded.split_by_blocks(5)
    assert sorted(np.concatenate([s.validation for s in splits])) == list(range(55))
    for train, validation in splits:
        assert sorted([*train, *validation]) == list(range(55))
        assert len(validation) == 11
        numbers = recorded.frame_numbers[validation]
        between = recorded.frame_numbers[train]
        assert not ((between > numbers.min()) & (between < numbers.max())).any()


@pytest.mark.parametrize("num_blocks", [1, 56, 0])
def test_blocks_refuses_what_leaves_nothing(simulated: LabeledFrames, num_blocks: int) -> None:
    with pytest.raises(InputError, match=f"from 2 to 55: got {num_blocks}"):
        simulated.split_by_blocks(num_blocks)


# The simulator ---------------------------------------------------------------------------------------------------------


def digest(data: LabeledFrames) -> str:
    parts = [image.tobytes() for image in data.images]
    return hashlib.sha256(b"".join([*parts, data.keypoints_xy.tobytes()])).hexdigest()


def test_simulated_frames_look_like_the_recorded_ones_in_form(
    simulated: LabeledFrames, recorded: LabeledFrames
) -> None:
    assert sorted(i.shape for i in simulated.images) == sorted(i.shape for i in recorded.images)
    assert {i.dtype for i in simulated.images} == {i.dtype for i in recorded.images}
    assert simulated.keypoint_names == recorded.keypoint_names
    assert simulated.keypoints_xy.shape == recorded.keypoints_xy.shape
    assert simulated.keypoints_xy.dtype == recorded.keypoints_xy.dtype
    assert (np.diff(simulated.frame_numbers) > 0).all()
    # within a third in mean brightness, and each part within 60 px of where it is on average in the recording
    brightness = [np.mean([image.mean() for image in d.images]) for d in (simulated, recorded)]
    assert abs(np.log(brightness[0] / brightness[1])) < np.log(1.34)
    large = [np.array([image.shape[0] == 747 for image in d.images]) for d in (simulated, recorded)]
    means = [
        np.nanmean(d.keypoints_xy[is_large], axis=0)
        for d, is_large in zip((simulated, recorded), large, strict=True)
    ]
    assert np.hypot(*(means[0] - means[1]).T).max() < 60


def test_the_tongue_is_often_out_of_sight(long: LabeledFrames) -> None:
    hidden = np.isnan(long.keypoints_xy[:, TONGUE, 0]).mean()
    assert 0.55 < hidden < 0.85  # 40 of 55 in the recording


def test_same_seed_same_bytes() -> None:
    few = {"num_frames": 5, "num_small": 2}
    first = digest(simulate_mouse_reaching(**few))  # type: ignore[arg-type]
    np.random.seed(123)
    assert digest(simulate_mouse_reaching(**few, seed=0)) == first  # type: ignore[arg-type]
    assert digest(simulate_mouse_reaching(**few, seed=1)) != first  # type: ignore[arg-type]


def test_the_joystick_is_where_its_keypoints_say(clean: LabeledFrames) -> None:
    """The glow is the brightest spot around the tip, the band the darkest of the shaft: their centres of mass."""
    num_seen = 0
    for image, keypoints_xy in zip(clean.images, clean.keypoints_xy, strict=True):
        paw = keypoints_xy[[HAND, FINGER]] - keypoints_xy[TIP]
        if not np.hypot(*paw.T).min() > 45:  # the paw is in the way, or out of the picture
            continue
        num_seen += 1
        grey = image.mean(axis=2)
        x, y = np.rint(keypoints_xy[TIP]).astype(int)
        window = grey[y - 9 : y + 10, x - 9 : x + 10]
        row, column = ndimage.center_of_mass(window > (window.min() + window.max()) / 2)
        assert np.hypot(*(np.array([x - 9 + column, y - 9 + row]) - keypoints_xy[TIP])) < 0.5
        x, y = np.rint(keypoints_xy[BAND]).astype(int)
        column_through_band = grey[y - 14 : y + 15, x - 3 : x + 4].mean(axis=1)
        dark = column_through_band < (column_through_band.min() + column_through_band.max()) / 2
        assert abs(y - 14 + np.flatnonzero(dark).mean() - keypoints_xy[BAND, 1]) < 0.6
        across = grey[y - 40, x - 40 : x + 41] > 100  # the shaft, above the band
        lean = (keypoints_xy[TIP] - keypoints_xy[BAND]) * (40 / 180)
        middle = x - 40 + np.flatnonzero(across).mean()
        assert abs(middle - (keypoints_xy[BAND] + lean)[0]) < 1.0
    assert num_seen > 15


def test_the_first_finger_has_a_bright_tip(clean: LabeledFrames) -> None:
    for image, keypoints_xy in zip(clean.images, clean.keypoints_xy, strict=True):
        if np.isnan(keypoints_xy[FINGER]).any():
            continue
        x, y = np.rint(keypoints_xy[FINGER]).astype(int)
        grey = np.pad(image.mean(axis=2), 12, mode="edge")
        window = grey[y : y + 25, x : x + 25]
        peak = ndimage.center_of_mass(window >= np.percentile(window, 92))
        assert np.hypot(peak[0] - 12, peak[1] - 12) < 4


def test_parts_stand_out_from_the_dark(clean: LabeledFrames) -> None:
    levels = {k: [] for k in range(5)}  # type: dict[int, list[np.ndarray]]
    for image, keypoints_xy in zip(clean.images, clean.keypoints_xy, strict=True):
        for k in range(5):
            if np.isfinite(keypoints_xy[k]).all():
                x, y = np.rint(keypoints_xy[k]).astype(int)
                patch = image[max(y - 3, 0) : y + 4, max(x - 3, 0) : x + 4]
                levels[k].append(patch.reshape(-1, 3).mean(axis=0))
    dark = np.median([np.median(image) for image in clean.images])
    colours = {k: np.mean(v, axis=0) for k, v in levels.items()}
    assert all(colour.mean() > dark + 30 for colour in colours.values())
    # skin, tongue and joystick differ in hue: the tongue has most red to green, the joystick least
    redness = {k: colour[0] / colour[1] for k, colour in colours.items()}
    assert redness[TONGUE] > redness[HAND] + 0.03
    assert redness[HAND] > redness[TIP] + 0.03
    assert redness[HAND] > redness[BAND] + 0.03


def test_the_tongue_is_painted_only_where_it_is_labelled(clean: LabeledFrames) -> None:
    """Its hue, which nothing else has, is seen in exactly the frames with a label."""
    assert clean.true_keypoints_xy is not None
    for image, keypoints_xy in zip(clean.images, clean.true_keypoints_xy, strict=True):
        colour = image.astype(float)
        is_tongue = (colour[..., 0] > 100) & (colour[..., 1] / colour[..., 0].clip(1) < 0.91)
        if np.isfinite(keypoints_xy[TONGUE]).all():
            x, y = np.rint(keypoints_xy[TONGUE]).astype(int)
            assert is_tongue[max(y - 5, 0) : y + 6, x - 5 : x + 6].mean() > 0.9
        elif image.shape[0] == 747:
            assert is_tongue.sum() == 0


def test_small_frames_are_cut_from_the_large_at_the_same_scale() -> None:
    exact = {"noise_std": 0.0, "label_variability_px": 0.0, "num_frames": 6, "seed": 5}
    large = simulate_mouse_reaching(**exact, num_small=0)  # type: ignore[arg-type]
    small = simulate_mouse_reaching(**exact, num_small=6)  # type: ignore[arg-type]
    assert {i.shape for i in large.images} == {(747, 832, 3)}
    assert {i.shape for i in small.images} == {(470, 640, 3)}
    for whole, cut in zip(large.images, small.images, strict=True):
        ratio = whole[275:745, :640].astype(float) - cut
        assert np.abs(ratio).max() <= 0.2 * whole.max()  # the light's drift differs
    shift = (large.keypoints_xy - small.keypoints_xy)[np.isfinite(small.keypoints_xy[..., 0])]
    np.testing.assert_allclose(shift, np.broadcast_to((0.0, 275.0), shift.shape))


def test_what_the_small_frames_cut_off_is_not_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut lower, through the tongue: above the edge it has no label, below it has."""
    few = {"num_frames": 40, "noise_std": 0.0, "seed": 1}
    whole = simulate_mouse_reaching(**few, num_small=0)  # type: ignore[arg-type]
    monkeypatch.setattr("stats220.data.pose.SMALL_ORIGIN_XY", (0, 302))
    monkeypatch.setattr("stats220.data.pose.SMALL_SIZE", (440, 640))
    cut = simulate_mouse_reaching(**few, num_small=40)  # type: ignore[arg-type]
    assert whole.true_keypoints_xy is not None
    is_cut_off = whole.true_keypoints_xy[:, TONGUE, 1] < 302
    is_below = whole.true_keypoints_xy[:, TONGUE, 1] >= 302
    assert is_cut_off.any()
    assert is_below.any()
    assert np.isnan(cut.keypoints_xy[is_cut_off, TONGUE]).all()
    assert np.isfinite(cut.keypoints_xy[is_below, TONGUE]).all()


def test_labels_vary_as_human_labels_do(long: LabeledFrames) -> None:
    """Two labellings differ by 2.7 px (root mean square), so each is off by 2.7/√2 from the truth."""
    assert long.true_keypoints_xy is not None
    np.testing.assert_array_equal(np.isnan(long.keypoints_xy), np.isnan(long.true_keypoints_xy))
    off = (long.keypoints_xy - long.true_keypoints_xy)[np.isfinite(long.keypoints_xy[..., 0])]
    rms = np.sqrt((off**2).sum(axis=1).mean())
    standard_error = 2.7 / np.sqrt(2) / np.sqrt(4 * len(off))
    assert abs(rms - 2.7 / np.sqrt(2)) < 4 * standard_error


def test_labels_do_not_change_the_frames() -> None:
    few = {"num_frames": 4, "num_small": 1, "seed": 2}
    varied = simulate_mouse_reaching(**few)  # type: ignore[arg-type]
    exact = simulate_mouse_reaching(**few, label_variability_px=0.0)  # type: ignore[arg-type]
    for one, other in zip(varied.images, exact.images, strict=True):
        np.testing.assert_array_equal(one, other)
    assert exact.true_keypoints_xy is not None
    np.testing.assert_array_equal(exact.keypoints_xy, exact.true_keypoints_xy)
    assert not np.array_equal(varied.keypoints_xy, exact.keypoints_xy, equal_nan=True)


def test_noise_is_as_strong_as_asked() -> None:
    one_frame = {"num_frames": 1, "num_small": 0, "seed": 2}
    clean = simulate_mouse_reaching(**one_frame, noise_std=0.0).images[0]  # type: ignore[arg-type]
    noisy = simulate_mouse_reaching(**one_frame, noise_std=6.0).images[0]  # type: ignore[arg-type]
    middle = (clean > 115) & (clean < 140)
    std = (noisy.astype(float) - clean)[middle].std()
    assert abs(std - 6.0) < 0.3


def test_light_is_uneven_and_drifts(long: LabeledFrames) -> None:
    wall = np.array([image[560:600, 480:800].mean() for image in long.images])
    assert wall.std() / wall.mean() > 0.02
    one_frame = {"num_frames": 1, "num_small": 0, "noise_std": 0.0}
    images = [simulate_mouse_reaching(**one_frame, seed=s).images[0] for s in range(6)]  # type: ignore[arg-type]
    near = [image[560:590, 500:560].mean() for image in images]
    far = [image[700:740, 780:].mean() for image in images]
    assert 1.05 < np.mean(near) / np.mean(far) < 2.0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"num_frames": 0}, "num_frames must be from 1 to 250: got 0"),
        ({"num_frames": 251}, "num_frames must be from 1 to 250: got 251"),
        ({"num_frames": 5, "num_small": 6}, "num_small must be from 0 to num_frames, 5: got 6"),
        ({"num_small": -1}, "num_small must be"),
        ({"noise_std": -1.0}, "at least 0"),
        ({"noise_std": float("nan")}, "at least 0"),
        ({"label_variability_px": -2.7}, "at least 0"),
    ],
)
def test_simulator_refuses(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(InputError, match=says):
        simulate_mouse_reaching(**wrong)  # type: ignore[arg-type]


# Pixel errors ----------------------------------------------------------------------------------------------------------


def test_pixel_errors_by_hand() -> None:
    nan = np.nan
    labelled = np.array([[[0, 0], [5, 5], [1, 1]], [[10, 0], [nan, nan], [1, 1]], [[0, 0], [5, 5], [nan, 1]]])  # fmt: skip
    predicted = np.array([[[3, 4], [5, 5], [nan, nan]], [[10, 1], [7, 7], [nan, 1]], [[0, 0], [nan, nan], [1, 1]]])  # fmt: skip
    errors = pixel_errors(predicted, labelled)
    np.testing.assert_allclose(errors.rmse_px, [np.sqrt((25 + 1 + 0) / 3), 0.0, nan])
    np.testing.assert_allclose(errors.median_px, [1.0, 0.0, nan])
    np.testing.assert_allclose(errors.p90_px, [1.0 + 0.8 * 4.0, 0.0, nan])  # 0, 1, 5: at 1.8
    assert errors.num_scored.tolist() == [3, 1, 0]
    assert errors.num_labeled.tolist() == [3, 2, 2]


def test_pixel_errors_take_tensors_and_are_checked_by_shape() -> None:
    predicted = torch.zeros(4, 2, 2, requires_grad=True)
    labelled = np.tile([3.0, 4.0], (4, 2, 1))
    assert pixel_errors(predicted, labelled).rmse_px.tolist() == [5.0, 5.0]
    for wrong in (labelled[0], labelled[:3], labelled[..., :1], np.zeros((4, 2, 3))):
        with pytest.raises(InputError, match=r"num_frames, num_keypoints, 2"):
            pixel_errors(wrong, labelled)


def test_pixel_errors_signature_is_true() -> None:
    beartype = pytest.importorskip("beartype").beartype
    checked = jaxtyped(typechecker=beartype)(pixel_errors)
    checked(np.zeros((4, 2, 2)), torch.zeros(4, 2, 2))
    with pytest.raises(TypeCheckError):
        checked(np.zeros((4, 2, 2)), np.zeros((4, 3, 2)))
