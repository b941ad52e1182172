"""Frames of a mouse that reaches for a joystick, with labelled key points: the data of the pose-tracking lab."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from stats220.data.keypoints import read_deeplabcut_labels
from stats220.data.mouse_movement import NUM_RECORDED, draw_poses
from stats220.data.mouse_scene import Scene
from stats220.data.registry import MOUSE_REACHING, fetch
from stats220.errors import DataError, InputError

KEYPOINT_NAMES = ("Hand", "Finger1", "Tongue", "Joystick1", "Joystick2")
LABELS_FILE = "CollectedData_Mackenzie.csv"
SMALL_SIZE, SMALL_ORIGIN_XY = (
    (470, 640),
    (0, 275),
)  # (height, width) of the small frames; where they are cut from


class Split(NamedTuple):
    """Indices of the frames to train on, and of those to validate on."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class MouseReaching:
    """Labelled frames of one video. All arrays are read-only: `copy()` one before you change it.

    Attributes
    ----------
    images : tuple of num_frames uint8 arrays (height, width, 3)
        Red, green and blue from 0 to 255. The frames have two sizes, 747 × 832 and 470 × 640 (height × width); the
        small ones are cut from the large ones at the same scale.
    keypoints_xy : float64 array (num_frames, num_keypoints, 2)
        (x, y) in pixels, x to the right, y downwards, pixel centres at whole numbers; NaN: not labelled.
    keypoint_names : tuple of num_keypoints str
    frame_numbers : int64 array (num_frames,)
        Where in the video each frame is from; near numbers look alike.
    source : str
        Who recorded it and under which licence, or that it is SIMULATED.
    true_keypoints_xy : float64 array (num_frames, num_keypoints, 2) or None
        Simulated frames only: where the parts were painted, without the variability of a labelling hand.
    """

    images: tuple[NDArray[np.uint8], ...]
    keypoints_xy: NDArray[np.float64]
    keypoint_names: tuple[str, ...]
    frame_numbers: NDArray[np.int64]
    source: str
    true_keypoints_xy: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for array in (*self.images, self.keypoints_xy, self.frame_numbers, self.true_keypoints_xy):
            if array is not None:
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        names = ", ".join(self.keypoint_names)
        return f"MouseReaching({len(self)} frames, key points {names}; {self.source})"

    def split(self, seed: int = 0, num_train: int = 44) -> Split:
        """Divide the frames at random.

        Parameters
        ----------
        seed : int
            The same seed gives the same split.
        num_train : int
            How many frames to train on; the others are for validation.

        Returns
        -------
        Split
            Two index arrays, in random order, which together hold each frame once.

        Raises
        ------
        InputError
            If `num_train` leaves no frame on one side.
        """
        if not 0 < num_train < len(self):
            raise InputError(
                f"num_train must be from 1 to {len(self) - 1}, so that both sides have frames: got {num_train}"
            )
        order = np.random.default_rng(seed).permutation(len(self))
        return Split(order[:num_train], order[num_train:])

    def split_by_blocks(self, num_blocks: int = 5) -> tuple[Split, ...]:
        """Divide the frames by blocks of neighbouring frame numbers, each block in turn held out.

        All frames are of one video: a random split validates on frames that look like their neighbours in training,
        and says little about new recordings. This one is stricter.

        Parameters
        ----------
        num_blocks : int
            How many blocks; their sizes differ by one at most.

        Returns
        -------
        tuple of num_blocks Split
            Indices in the order of their frame numbers.

        Raises
        ------
        InputError
            If there are fewer than 2 blocks, or more blocks than frames.
        """
        if not 2 <= num_blocks <= len(self):
            raise InputError(f"num_blocks must be from 2 to {len(self)}: got {num_blocks}")
        order = np.argsort(self.frame_numbers, kind="stable")
        blocks = np.array_split(order, num_blocks)
        return tuple(
            Split(np.concatenate(blocks[:held_out] + blocks[held_out + 1 :]), blocks[held_out])
            for held_out in range(num_blocks)
        )


def load_mouse_reaching() -> MouseReaching:
    """The 55 labelled frames of a mouse reaching for a joystick that come with DeepLabCut.

    Fetched once (18 MB), checked and kept in the cache, see :mod:`stats220.data.registry`.

    Returns
    -------
    MouseReaching
        40 frames of 747 × 832 and 15 of 470 × 640 pixels (height × width), in the order of their frame numbers.
        The tongue is labelled in 15 frames only: in the others it is out of sight.

    Raises
    ------
    DataError
        If the frames cannot be had, or are damaged.

    References
    ----------
    Mathis et al. (2018), Nature Neuroscience 21:1281-1289; recorded by Mackenzie W. Mathis. LGPL-3.0, the images are
    not to be passed on.
    """
    folder = fetch(MOUSE_REACHING)
    labels = read_deeplabcut_labels(folder / LABELS_FILE)
    return MouseReaching(
        images=tuple(_read_image(folder / file) for file in labels.files),
        keypoints_xy=labels.keypoints_xy,
        keypoint_names=labels.keypoint_names,
        frame_numbers=np.array([_frame_number(folder / file) for file in labels.files]),
        source="RECORDED: DeepLabCut's example of a reaching mouse, Mathis et al. (2018), Nature Neuroscience "
        "21:1281-1289; LGPL-3.0, the images are not to be passed on",
    )


def simulate_mouse_reaching(
    *,
    num_frames: int = 55,
    num_small: int = 15,
    noise_std: float = 3.0,
    label_variability_px: float = 2.7,
    seed: int = 0,
) -> MouseReaching:
    """Drawn frames that stand in for the recorded ones: the same parts, sizes, movements and difficulties.

    A mouse in uneven, drifting infra-red light rests, reaches, grips a joystick, pulls it, holds it and lets go. The
    tongue is out of sight in most frames. Needs no network; the same arguments give the same frames.

    Parameters
    ----------
    num_frames : int
        How many frames, at different times of a recording of 250.
    num_small : int
        How many of them are the small cut, 470 × 640 instead of 747 × 832 (height × width).
    noise_std : float
        Standard deviation of the camera's noise where the image is of middle brightness, in grey levels; 0: none.
    label_variability_px : float
        Root mean square distance between two labellings of the same frame by the same person, in pixels; 2.7 in
        Mathis et al. (2018). Each label is off by a Gaussian with half of it in x and in y. 0: the labels are exact.
    seed : int
        Which recording. The labels' errors come from a generator of their own and leave the frames as they are.

    Returns
    -------
    MouseReaching
        Its `source` says SIMULATED; `true_keypoints_xy` holds the positions without the labels' errors.

    Raises
    ------
    InputError
        If a number is out of range.
    """
    if not 1 <= num_frames <= NUM_RECORDED:
        raise InputError(f"num_frames must be from 1 to {NUM_RECORDED}: got {num_frames}")
    if not 0 <= num_small <= num_frames:
        raise InputError(f"num_small must be from 0 to num_frames, {num_frames}: got {num_small}")
    if not (noise_std >= 0 and label_variability_px >= 0):
        raise InputError(
            f"noise_std and label_variability_px must be at least 0: got {noise_std} and {label_variability_px}"
        )
    movement_rng, scene_rng, camera_rng, label_rng = (
        np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(4)
    )
    frame_numbers = np.sort(movement_rng.choice(NUM_RECORDED, num_frames, replace=False))
    poses = draw_poses(frame_numbers, movement_rng)
    scene = Scene(scene_rng)
    small = np.isin(np.arange(num_frames), camera_rng.choice(num_frames, num_small, replace=False))
    drift = np.cumsum(camera_rng.normal(0.0, 0.015, num_frames))
    images = []
    truth = np.full((num_frames, len(KEYPOINT_NAMES), 2), np.nan)
    labels = truth.copy()
    for i, pose in enumerate(poses):
        image = scene.render(pose, gain=float(np.exp(np.clip(drift[i], -0.15, 0.15))))
        parts = (pose.hand, pose.finger, pose.tongue, pose.joystick_tip, pose.joystick_band)
        for k, position in enumerate(parts):
            truth[i, k] = np.nan if position is None else position
        if small[i]:
            (height, width), (left, top) = SMALL_SIZE, SMALL_ORIGIN_XY
            image = image[top : top + height, left : left + width]
            truth[i] -= SMALL_ORIGIN_XY
        images.append(_photograph(image, noise_std, camera_rng))
        last_xy = np.array(image.shape[1::-1]) - 1
        in_sight = ((truth[i] >= 0) & (truth[i] <= last_xy)).all(axis=-1)
        truth[i, ~in_sight] = np.nan
        error = label_rng.normal(0.0, label_variability_px / 2, truth[i].shape)
        labels[i] = np.clip(truth[i] + error, 0, last_xy)
    return MouseReaching(
        images=tuple(images),
        keypoints_xy=labels,
        keypoint_names=KEYPOINT_NAMES,
        frame_numbers=frame_numbers,
        source=f"SIMULATED: drawn by stats220 (seed {seed}), not a recording",
        true_keypoints_xy=truth,
    )


def _photograph(
    image: NDArray[np.float32], noise_std: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Grey levels as a camera reports them: noise that grows with brightness, whole numbers from 0 to 255."""
    noise = rng.standard_normal(image.shape[:2], dtype=np.float32)[..., None]
    spread = noise_std * np.sqrt(0.4 + np.maximum(image, 0.0) / 213.0)
    return np.clip(np.rint(image + spread * noise), 0, 255).astype(np.uint8)


def _read_image(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            return np.array(image.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(
            f"{path} cannot be read as an image ({error}). Delete it and call again to fetch a fresh copy."
        ) from error


def _frame_number(path: Path) -> int:
    found = re.fullmatch(r"img(\d+)\.png", path.name)
    if found is None:
        raise DataError(f"{path}: the name holds no frame number, img<number>.png is wanted")
    return int(found[1])
