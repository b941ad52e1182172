"""The simulated rat: a skeleton of 18 key points, what it does, and how its joints move while it does that.

The body's axes are x forwards, y to the left, z up; lengths are in millimeters. Each pose state is a row of joint angles; over time
the angles follow the states softly, wander a little, and swing with the gait.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

KEYPOINT_NAMES = (
    "SpineF", "HeadB", "HeadF", "HeadL", "ShoulderL", "ElbowL", "ArmL", "ShoulderR", "ElbowR", "ArmR",
    "SpineM", "SpineL", "HipL", "KneeL", "ShinL", "HipR", "KneeR", "ShinR",
)  # fmt: skip
PARENTS = np.array([-1, 0, 0, 0, 0, 4, 5, 0, 7, 8, 0, 10, 11, 12, 13, 11, 15, 16])
# The same place on the other side of the body; a key point of the midline is its own.
MIRRORED = np.array([0, 1, 2, 3, 7, 8, 9, 4, 5, 6, 10, 11, 15, 16, 17, 12, 13, 14])
SIDES = np.array([0, 0, 0, 1, 1, 1, 1, -1, -1, -1, 0, 0, 1, 1, 1, -1, -1, -1])  # 1: left

POSE_NAMES = ("stand", "walk", "turn left", "turn right", "rear", "groom")
# Degrees: elevation of the rear and of the front spine, bend of the spine to the left, head to the left, head up, upper arm, forearm,
# thigh and shank forwards from straight down. Then millimeters forwards, and degrees to the left, a frame.
POSES = np.array(
    [
        (10, -5, 0, 0, 0, -30, 25, 50, -40, 0.0, 0.0),
        (5, -10, 0, 0, 5, -20, 30, 45, -45, 3.0, 0.0),
        (8, -8, 35, 30, -5, -25, 25, 50, -40, 0.6, 1.5),
        (8, -8, -35, -30, -5, -25, 25, 50, -40, 0.6, -1.5),
        (55, 65, 0, 0, 25, 20, 80, 70, -50, 0.0, 0.0),
        (40, 0, 10, 15, -55, 20, 110, 75, -35, 0.0, 0.0),
    ],
    dtype=float,
)
STAY_PROBABILITY = 0.94  # a state lasts 17 frames on average
ARENA_RADIUS_MM = 130.0
STRIDE_MM = 95.0
SWING_DEGREES = 28.0
FLOOR_MM = 6.0  # height of the lowest key point: the paws themselves have none

SPINE_REAR_MM, SPINE_FRONT_MM, NECK_MM = 62.0, 40.0, 30.0
HEAD_MM = {"HeadB": (28.0, 0.0, 26.0), "HeadF": (52.0, 0.0, 14.0), "HeadL": (32.0, 16.0, 18.0)}
SHOULDER_MM, HIP_MM = (-4.0, 21.0, -10.0), (-12.0, 22.0, -12.0)
ARM_MM, LEG_MM = (34.0, 22.0), (33.0, 33.0)


class Movement(NamedTuple):
    """How a rat moved.

    Attributes
    ----------
    points_3d : (num_frames, num_keypoints, 3), millimeters
    pose_states : (num_frames,) index into POSE_NAMES
    headings : (num_frames,) radians about +z
    """

    points_3d: Float[np.ndarray, "num_frames num_keypoints 3"]
    pose_states: Int[np.ndarray, " num_frames"]
    headings: Float[np.ndarray, " num_frames"]


def draw_movement(rng: np.random.Generator, num_frames: int) -> Movement:
    """A rat that stands, walks, turns, rears and grooms in a round arena around the origin."""
    states = _draw_states(rng, num_frames)
    angles = gaussian_filter1d(POSES[states], 3.5, axis=0, mode="nearest")
    angles[:, :9] += _wander(rng, (num_frames, 9), frames=5.0, std=4.0)
    ground_mm, headings, phases = _walk(rng, angles[:, 9], np.deg2rad(angles[:, 10]))
    points = _place_joints(np.deg2rad(angles[:, :9]), headings, phases, angles[:, 9])
    lowest = gaussian_filter1d(points[..., 2].min(axis=1), 2.0, mode="nearest")
    points[..., :2] += ground_mm[:, None]
    points[..., 2] += FLOOR_MM - lowest[:, None]
    points += _wander(rng, points.shape, frames=3.0, std=0.8)  # the skin moves on the bones
    return Movement(points, states, headings)


def _draw_states(rng: np.random.Generator, num_frames: int) -> Int[np.ndarray, " num_frames"]:
    leaves = rng.random(num_frames) >= STAY_PROBABILITY
    steps = np.where(leaves, rng.integers(1, len(POSES), num_frames), 0)  # to any other state
    return np.cumsum(steps) % len(POSES)


def _walk(
    rng: np.random.Generator, speeds: Float[np.ndarray, " t"], turns: Float[np.ndarray, " t"]
) -> tuple[Float[np.ndarray, "t 2"], Float[np.ndarray, " t"], Float[np.ndarray, " t"]]:
    """Places on the ground, headings, and phases of the gait; near the wall it turns to the middle."""
    position = rng.uniform(-60, 60, 2)
    heading = rng.uniform(-np.pi, np.pi)
    positions, headings = np.empty((len(speeds), 2)), np.empty(len(speeds))
    for t, (speed, turn) in enumerate(zip(speeds, turns, strict=True)):
        if np.hypot(*position) > ARENA_RADIUS_MM * 0.6 and speed > 1:
            off = np.angle(np.exp(1j * (np.arctan2(*-position[::-1]) - heading)))
            turn = turn + 0.06 * np.sign(off) * min(1.0, abs(off))
        heading += turn
        position = position + speed * np.array([np.cos(heading), np.sin(heading)])
        position *= min(1.0, ARENA_RADIUS_MM / np.hypot(*position))
        positions[t], headings[t] = position, heading
    return positions, headings, np.cumsum(speeds) * 2 * np.pi / STRIDE_MM


def _place_joints(
    angles: Float[np.ndarray, "t 9"],
    headings: Float[np.ndarray, " t"],
    phases: Float[np.ndarray, " t"],
    speeds: Float[np.ndarray, " t"],
) -> Float[np.ndarray, "t num_keypoints 3"]:
    """From hip to head along the spine, then the limbs; SpineL stands at the origin."""
    rear_up, front_up, bend, head_left, head_up, arm, forearm, thigh, shank = angles.T
    rear = Rotation.from_euler("ZY", np.column_stack([headings - bend / 2, -rear_up]))
    front = Rotation.from_euler("ZY", np.column_stack([headings + bend / 2, -front_up]))
    head = Rotation.from_euler(
        "ZY", np.column_stack([headings + bend / 2 + head_left, -(front_up / 3 + head_up)])
    )
    joints = {"SpineL": np.zeros((len(angles), 3))}
    joints["SpineM"] = rear.apply((SPINE_REAR_MM, 0.0, 0.0))
    joints["SpineF"] = joints["SpineM"] + front.apply((SPINE_FRONT_MM, 0.0, 0.0))
    neck = joints["SpineF"] + front.apply((NECK_MM, 0.0, 8.0))
    for name, place in HEAD_MM.items():
        joints[name] = neck + head.apply(place)
    swing = np.deg2rad(SWING_DEGREES) * np.clip(speeds / POSES[1, 9], 0, 1)
    for side, sign in (("L", 1.0), ("R", -1.0)):
        # A trot: the left arm swings with the right leg.
        ahead = sign * swing * np.sin(phases)
        shoulder = joints["SpineF"] + front.apply(np.array(SHOULDER_MM) * (1, sign, 1))
        elbow = shoulder + ARM_MM[0] * _hang(arm + ahead, headings + bend / 2, 0.2 * sign)
        joints[f"Shoulder{side}"], joints[f"Elbow{side}"] = shoulder, elbow
        lift = sign * swing * np.cos(phases)
        joints[f"Arm{side}"] = elbow + ARM_MM[1] * _hang(
            forearm + ahead + np.maximum(lift, 0), headings + bend / 2, 0.0
        )
        hip = rear.apply(np.array(HIP_MM) * (1, sign, 1))
        knee = hip + LEG_MM[0] * _hang(thigh - ahead, headings - bend / 2, 0.3 * sign)
        joints[f"Hip{side}"], joints[f"Knee{side}"] = hip, knee
        joints[f"Shin{side}"] = knee + LEG_MM[1] * _hang(
            shank - ahead - np.maximum(-lift, 0), headings - bend / 2, 0.1 * sign
        )
    return np.stack([joints[name] for name in KEYPOINT_NAMES], axis=1)


def _hang(
    forwards: Float[np.ndarray, " t"], headings: Float[np.ndarray, " t"], outwards: float
) -> NDArray[np.float64]:
    """Unit vectors that hang down, swung forwards and then outwards (to the left where positive) by angles in radians."""
    across = np.full_like(forwards, np.sin(outwards))
    ahead, down = np.cos(outwards) * np.sin(forwards), np.cos(outwards) * np.cos(forwards)
    body = np.column_stack([ahead, across, -down])
    return Rotation.from_rotvec(headings[:, None] * (0.0, 0.0, 1.0)).apply(body)


def _wander(
    rng: np.random.Generator, shape: tuple[int, ...], *, frames: float, std: float
) -> NDArray[np.float64]:
    """Slow random signals along the first axis, correlated over a number of frames, with a standard deviation."""
    path = gaussian_filter1d(rng.normal(size=shape), frames, axis=0, mode="wrap")
    return np.asarray(std * path * np.sqrt(2 * frames * np.sqrt(np.pi)))
