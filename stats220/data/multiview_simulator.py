"""A rat filmed by a ring of cameras: what each camera's network would find of its key points, right and wrong."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial.transform import Rotation

from stats220.data.multiview import MultiviewTruth, SimulatedMultiview
from stats220.data.rat_movement import (
    KEYPOINT_NAMES,
    MIRRORED,
    PARENTS,
    POSE_NAMES,
    SIDES,
    Movement,
    draw_movement,
)
from stats220.errors import InputError

PRESETS = {
    "course": {"num_frames": 300, "num_cameras": 6},
    "small": {"num_frames": 60, "num_cameras": 4},
}
IMAGE_SIZE = (1328, 1048)
RING_RADIUS_MM, CAMERA_HEIGHTS_MM, LOOK_AT_MM = 1600.0, (300.0, 900.0), (0.0, 0.0, 50.0)
FOCAL_PX = 3200.0  # two pixels a millimeter in the middle of the arena
NOISE_SPREAD = 0.55  # of the logarithm, over cameras and key points
EPISODE_FRAMES = 6.0  # how long an outlier or an occlusion lasts on average
SPOTS = 14  # bright things in the background that a network may take for a key point


class Cameras(NamedTuple):
    """Cameras without distortion: focal lengths (num_cameras,), rotations, centers (num_cameras, 3), principal points (num_cameras, 2)."""

    focal_px: Float[np.ndarray, " num_cameras"]
    rotations: Rotation
    centers_mm: Float[np.ndarray, "num_cameras 3"]
    middles_px: Float[np.ndarray, "num_cameras 2"]


def simulate_multiview(
    preset: Literal["course", "small"] = "course",
    *,
    num_frames: int | None = None,
    num_cameras: int | None = None,
    noise_px: float = 5.7,
    outlier_rate: float = 0.16,
    occlusion_rate: float = 0.05,
    seed: int = 0,
) -> SimulatedMultiview:
    """Simulate a rat of 18 key points in a ring of cameras, with the errors that pose networks make.

    The rat stands, walks, turns, rears and grooms. Each camera's network is off by Gaussian noise, wider for some key points than for
    others; for some frames at a time it takes the other side's limb, or a bright spot of the background, for the one asked; or it
    finds nothing, most often on the side of the body that is turned away. Needs no network; the same arguments give the same recording,
    and the errors come from generators of their own: other rates leave the movement as it is.

    Parameters
    ----------
    preset : {"course", "small"}
        Sizes: "course" is 300 frames and 6 cameras, "small" 60 and 4.
    num_frames, num_cameras : int, optional
        Override the preset's sizes; 2 to 8 cameras.
    noise_px : float
        Standard deviation of x and of y in the typical view, in pixels; 0: none.
    outlier_rate, occlusion_rate : float
        Share of detections that are of something else, and that are missing; 0 to 0.5.
    seed : int
        Which recording.

    Returns
    -------
    SimulatedMultiview
        `points_3d` and `truth` hold what was simulated.

    Raises
    ------
    InputError
        If a number is out of range.
    """
    if preset not in PRESETS:
        raise InputError(f"preset={preset!r} is unknown: choose one of {', '.join(PRESETS)}")
    num_frames = PRESETS[preset]["num_frames"] if num_frames is None else num_frames
    num_cameras = PRESETS[preset]["num_cameras"] if num_cameras is None else num_cameras
    if not 2 <= num_cameras <= 8:
        raise InputError(f"num_cameras must be from 2 to 8: got {num_cameras}")
    if not (num_frames >= 1 and 0 <= noise_px < np.inf):
        raise InputError(
            f"num_frames={num_frames} must be at least 1, noise_px={noise_px} at least 0"
        )
    for name, rate in (("outlier_rate", outlier_rate), ("occlusion_rate", occlusion_rate)):
        if not 0 <= rate <= 0.5:
            raise InputError(f"{name} must be from 0 to 0.5: got {rate}")
    movement_rng, camera_rng, noise_rng, outlier_rng, occlusion_rng, likelihood_rng = (
        np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(6)
    )
    movement = draw_movement(movement_rng, num_frames)
    cameras = _ring(camera_rng, num_cameras)
    seen = _photograph(cameras, movement.points_3d)
    shape = seen.shape[:3]
    spread = np.exp(NOISE_SPREAD * noise_rng.normal(size=(num_cameras, 1, len(KEYPOINT_NAMES))))
    noise = noise_px * spread[..., None] * noise_rng.normal(size=seen.shape)

    kinds = outlier_rng.random(shape)
    is_outlier = _episodes(outlier_rng, np.full(shape, outlier_rate), kinds)
    is_swapped = is_outlier & (kinds < 0.5) & (np.arange(len(MIRRORED)) != MIRRORED)
    spots = _spots(outlier_rng, cameras)
    spot_distances = np.linalg.norm(seen[..., None, :] - spots[:, None, None], axis=-1)
    nearest = np.argmin(spot_distances, axis=-1)
    hits = spots[np.arange(num_cameras)[:, None, None], nearest]
    found = np.where(is_swapped[..., None], seen[:, :, MIRRORED], seen)
    found = np.where((is_outlier & ~is_swapped)[..., None], hits, found) + noise

    is_occluded = _episodes(
        occlusion_rng, occlusion_rate * (1 + 0.8 * _turned_away(cameras, movement))
    )
    outside = ((found < 0) | (found > np.array(IMAGE_SIZE) - 1)).any(axis=-1)
    missing = is_occluded | outside
    likelihoods = likelihood_rng.beta(np.where(is_outlier, 3.0, 12.0), 1.5)
    likelihoods = np.where(missing, likelihood_rng.beta(1.0, 20.0, shape), likelihoods)
    return SimulatedMultiview(
        name=f"rat, SIMULATED by stats220 (seed {seed})",
        projections=_projections(cameras),
        points_2d=np.where(missing[..., None], np.nan, found),
        points_3d=movement.points_3d,
        keypoint_names=KEYPOINT_NAMES,
        parents=PARENTS.copy(),
        camera_names=tuple(f"camera {c + 1}" for c in range(num_cameras)),
        image_sizes=np.tile(IMAGE_SIZE, (num_cameras, 1)),
        frame_rate_hz=30.0,
        likelihoods=likelihoods,
        truth=MultiviewTruth(
            is_outlier=is_outlier & ~missing,
            is_swapped=is_swapped & ~missing,
            is_occluded=missing,
            pose_states=movement.pose_states,
            headings=movement.headings,
            pose_names=POSE_NAMES,
        ),
    )


def _ring(rng: np.random.Generator, num_cameras: int) -> Cameras:
    """Around the arena, alternately low and high, each looking at its middle, none quite where it should be."""
    angles = (
        2 * np.pi * (np.arange(num_cameras) + 0.15 * rng.uniform(-1, 1, num_cameras)) / num_cameras
    )
    heights = np.resize(CAMERA_HEIGHTS_MM, num_cameras) + rng.uniform(-60, 60, num_cameras)
    radii = RING_RADIUS_MM * rng.uniform(0.9, 1.1, num_cameras)
    centers = np.column_stack([radii * np.cos(angles), radii * np.sin(angles), heights])
    ahead = np.array(LOOK_AT_MM) + rng.uniform(-15, 15, (num_cameras, 3)) - centers
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    right = np.cross(ahead, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    rotations = Rotation.from_matrix(np.stack([right, np.cross(ahead, right), ahead], axis=1))
    middles = np.array(IMAGE_SIZE) / 2 + rng.uniform(-25, 25, (num_cameras, 2))
    return Cameras(FOCAL_PX * radii / RING_RADIUS_MM, rotations, centers, middles)


def _photograph(
    cameras: Cameras, points_3d: Float[np.ndarray, "num_frames num_keypoints 3"]
) -> Float[np.ndarray, "num_cameras num_frames num_keypoints 2"]:
    """Where each camera sees the points, by its own axes: x to the right, y down, z ahead."""
    views = []
    for focal, rotation, center, middle in zip(*cameras, strict=True):
        own = rotation.apply((points_3d - center).reshape(-1, 3)).reshape(points_3d.shape)
        views.append(middle + focal * own[..., :2] / own[..., 2:])
    return np.stack(views)


def _projections(cameras: Cameras) -> Float[np.ndarray, "num_cameras 3 4"]:
    intrinsics = np.zeros((len(cameras.focal_px), 3, 3))
    intrinsics[:, [0, 1], [0, 1]] = cameras.focal_px[:, None]
    intrinsics[:, :2, 2], intrinsics[:, 2, 2] = cameras.middles_px, 1.0
    linear = intrinsics @ cameras.rotations.as_matrix()
    return np.dstack([linear, -np.einsum("cij,cj->ci", linear, cameras.centers_mm)])


def _spots(rng: np.random.Generator, cameras: Cameras) -> Float[np.ndarray, "num_cameras spots 2"]:
    """Things on the floor of the arena and at its wall; each camera has its own."""
    angles, reach = rng.uniform(0, 2 * np.pi, (2, len(cameras.focal_px), SPOTS))
    reach = 200 * np.sqrt(reach / (2 * np.pi))
    height = rng.uniform(0, 80, reach.shape)
    places = np.stack([reach * np.cos(angles), reach * np.sin(angles), height], axis=-1)
    views = _photograph(cameras, places)  # (camera, whose spots, spot, 2)
    return np.stack([views[c, c] for c in range(len(views))])


def _episodes(
    rng: np.random.Generator,
    rates: Float[np.ndarray, "num_cameras num_frames num_keypoints"],
    held: Float[np.ndarray, "num_cameras num_frames num_keypoints"] | None = None,
) -> Bool[np.ndarray, "num_cameras num_frames num_keypoints"]:
    """Something that comes and goes, there in a given share of frames; `held` keeps its value while it lasts (in place)."""
    leave = 1 / EPISODE_FRAMES
    draws = rng.random(rates.shape)
    present = np.empty(rates.shape, dtype=bool)
    present[:, 0] = draws[:, 0] < rates[:, 0]
    for t in range(1, rates.shape[1]):
        before = present[:, t - 1]
        enter = leave * rates[:, t] / (1 - rates[:, t])
        present[:, t] = np.where(before, draws[:, t] >= leave, draws[:, t] < enter)
        if held is not None:
            held[:, t] = np.where(before & present[:, t], held[:, t - 1], held[:, t])
    return present


def _turned_away(
    cameras: Cameras, movement: Movement
) -> Float[np.ndarray, "num_cameras num_frames num_keypoints"]:
    """From -1, on the side that faces the camera, to 1 on the other; 0 along the midline."""
    left = np.column_stack([-np.sin(movement.headings), np.cos(movement.headings)])
    to_camera = cameras.centers_mm[:, None, :2] - movement.points_3d[:, 0, :2]
    to_camera /= np.linalg.norm(to_camera, axis=-1, keepdims=True)
    return np.asarray(-np.einsum("tj,ctj->ct", left, to_camera)[..., None] * SIDES)
