"""Frames of a mouse that reaches for a joystick, with labeled key points: the data of the pose-tracking lab."""

import numpy as np
from numpy.typing import NDArray

from stats220.data.frames import LabeledFrames, load_labeled_frames
from stats220.data.mouse_movement import NUM_RECORDED, draw_poses
from stats220.data.mouse_scene import Scene
from stats220.data.registry import MOUSE_REACHING, fetch
from stats220.errors import DataError, InputError

KEYPOINT_NAMES = ("Hand", "Finger1", "Tongue", "Joystick1", "Joystick2")
SOURCE = (
    "RECORDED: DeepLabCut's example of a reaching mouse, Mathis et al. (2018), Nature Neuroscience 21:1281-1289; LGPL-3.0, the images are "
    "not to be passed on"
)
SMALL_SIZE, SMALL_ORIGIN_XY = (
    (470, 640),
    (0, 275),
)  # (height, width) of the small frames; where they are cut from


def load_mouse_reaching() -> LabeledFrames:
    """The 55 labeled frames of a mouse reaching for a joystick that come with DeepLabCut.

    Fetched once (18 MB), checked and kept in the cache, see :mod:`stats220.data.registry`.

    Returns
    -------
    LabeledFrames
        40 frames of 747 × 832 and 15 of 470 × 640 pixels (height × width), in the order of their frame numbers.
        The tongue is labeled in 15 frames only: in the others it is out of sight.

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
    try:
        return load_labeled_frames(folder, source=SOURCE)
    except DataError as error:
        raise DataError(
            f"{error} Or delete {folder} and call again to fetch a fresh copy."
        ) from error


def simulate_mouse_reaching(
    *,
    num_frames: int = 55,
    num_small: int = 15,
    noise_std: float = 3.0,
    label_variability_px: float = 2.7,
    seed: int = 0,
) -> LabeledFrames:
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
        Standard deviation of the camera's noise where the image is of middle brightness, in gray levels; 0: none.
    label_variability_px : float
        Root mean square distance between two labelings of the same frame by the same person, in pixels; 2.7 in
        Mathis et al. (2018). Each label is off by a Gaussian with half of it in x and in y. 0: the labels are exact.
    seed : int
        Which recording. The labels' errors come from a generator of their own and leave the frames as they are.

    Returns
    -------
    LabeledFrames
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
    return LabeledFrames(
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
    """Gray levels as a camera reports them: noise that grows with brightness, whole numbers from 0 to 255."""
    noise = rng.standard_normal(image.shape[:2], dtype=np.float32)[..., None]
    spread = noise_std * np.sqrt(0.4 + np.maximum(image, 0.0) / 213.0)
    return np.clip(np.rint(image + spread * noise), 0, 255).astype(np.uint8)
