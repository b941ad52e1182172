"""The movement in the pose lab's simulator: where the mouse's parts and the joystick are, frame by frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

Vector = NDArray[np.float64]

NUM_RECORDED = 250  # frames of the recording, of which some are labeled
MAX_HEAD_SHIFT = 12  # pixels
MOUTH_XY = np.array([566.0, 288.0])
TONGUE_XY = np.array([594.0, 302.0])  # of its tip, where it is out, on average
TIP_Y = 467.0  # row of the joystick's tip
UPRIGHT_TIP_X = 366.0
BAND_DISTANCE = 180.0  # pixels along the shaft from the joystick's tip to its dark band

# Frame, hand's x and y, first finger's tip relative to the hand in x and y, joystick tip's x, all in pixels: rest on
# the perch, reach past the joystick, grip it, pull it, hold it, let it go (it swings back).
OUTLINE = np.array(
    [
        (0, 190, 612, 21, 27, 366),
        (20, 192, 610, 20, 28, 366),
        (34, 300, 480, 38, 20, 366),
        (48, 520, 408, 60, -4, 366),
        (60, 470, 455, 40, 22, 362),
        (74, 400, 490, 12, 30, 345),
        (92, 315, 496, 8, 26, 270),
        (110, 232, 486, 10, 24, 182),
        (140, 242, 472, 11, 24, 196),
        (180, 268, 462, 12, 25, 222),
        (222, 300, 460, 10, 26, 254),
        (230, 204, 580, 26, 26, 366),
        (234, 176, 622, 22, 28, 410),
        (240, 164, 618, 22, 32, 340),
        (250, 166, 618, 23, 30, 368),
    ],
    dtype=float,
)


@dataclass(frozen=True)
class Pose:
    """One moment: (x, y) of each part in pixels of the large frames; `tongue` is None where it is out of sight."""

    hand: Vector
    finger: Vector
    joystick_tip: Vector
    joystick_band: Vector
    tongue: Vector | None
    head_shift: tuple[int, int]


def draw_poses(frame_numbers: NDArray[np.int64], rng: np.random.Generator) -> list[Pose]:
    """The poses at some frames of one recording.

    Parameters
    ----------
    frame_numbers : int64 array (num_frames,)
        From 0 to NUM_RECORDED.
    rng : Generator
        Varies the outline's times and places, lets all parts wander a little, and decides when the tongue is out.

    Returns
    -------
    list of num_frames Pose
    """
    num_moments = NUM_RECORDED + 1
    outline = OUTLINE.copy()
    outline[1:-1, 0] += rng.uniform(-1.5, 1.5, len(outline) - 2)
    outline[:, 1:] += rng.normal(0.0, (8.0, 8.0, 3.0, 3.0, 4.0), (len(outline), 5))
    tracks = PchipInterpolator(outline[:, 0], outline[:, 1:])(np.arange(num_moments))
    tracks += _wander(rng, 5, frames=3.0, std=3.0)
    tip_y = TIP_Y + _wander(rng, 1, frames=3.0, std=2.0)[:, 0]
    shifts = _wander(rng, 2, frames=8.0, std=MAX_HEAD_SHIFT / 3)
    shifts = np.clip(np.rint(shifts), -MAX_HEAD_SHIFT, MAX_HEAD_SHIFT).astype(int)
    is_licking = rng.random(num_moments) < 0.3
    tongues = rng.normal(TONGUE_XY, (8.0, 7.0), (num_moments, 2)) + shifts
    poses = []
    for frame in frame_numbers:
        hand, finger, tip_x = tracks[frame, 0:2], tracks[frame, 2:4], tracks[frame, 4]
        tip = np.array([tip_x, tip_y[frame]])
        shaft = np.array([0.1 * (UPRIGHT_TIP_X - tip_x), BAND_DISTANCE])  # a pulled joystick leans
        poses.append(
            Pose(
                hand=hand,
                finger=hand + finger,
                joystick_tip=tip,
                joystick_band=tip + shaft * (BAND_DISTANCE / np.hypot(*shaft)),
                tongue=tongues[frame] if is_licking[frame] else None,
                head_shift=(int(shifts[frame, 0]), int(shifts[frame, 1])),
            )
        )
    return poses


def _wander(rng: np.random.Generator, size: int, *, frames: float, std: float) -> Vector:
    """Slow random movement, (NUM_RECORDED + 1, size) in pixels, correlated over a number of frames."""
    path = gaussian_filter1d(rng.normal(size=(NUM_RECORDED + 1, size)), frames, axis=0)
    return np.asarray(std * path / path.std(axis=0))
