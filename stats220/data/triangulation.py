"""Animals seen by several cameras: the data of the lab on 3D pose, recorded and simulated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from stats220.data.calibration import Calibration, load_calibration, undistort
from stats220.data.deeplabcut import read_deeplabcut
from stats220.data.multiview import MultiviewRecording, MultiviewTruth, SimulatedMultiview
from stats220.data.multiview_simulator import simulate_multiview
from stats220.data.registry import FLY, RAT7M, fetch
from stats220.errors import DataError, InputError

__all__ = [
    "Calibration",
    "MultiviewRecording",
    "MultiviewTruth",
    "PoseStates",
    "SimulatedMultiview",
    "load_calibration",
    "load_fly",
    "load_rat7m",
    "load_rat7m_pose_states",
    "simulate_multiview",
    "undistort",
]

RAT7M_FILE, RAT7M_STATES_FILE = "mock_data.npz", "mock_params.npz"
RAT7M_IMAGE_SIZE = (1328, 1048)
FLY_CAMERAS = ("Cam-A", "Cam-B", "Cam-C")
FLY_NETWORKS = 3


def load_rat7m() -> MultiviewRecording:
    """A rat that moves freely among 6 cameras, with motion capture: 100 frames of Rat7M that come with GIMBAL.

    Fetched once (200 kB), checked and kept in the cache, see :mod:`stats220.data.registry`.

    Returns
    -------
    MultiviewRecording
        18 key points as a network of DeepLabCut found them, exactly as published: there is a detection for every key point, frame and
        camera, right or wrong. `points_3d` is the motion capture, in millimeters; 21.6 % of its coordinates are NaN, where the system
        lost a marker. The file does not say the frame rate.

    Raises
    ------
    DataError
        If the recording cannot be had, or is damaged.

    References
    ----------
    Marshall et al. (2021), Neuron 109:420-437 (Rat7M); the slice is from Zhang et al. (2021), AISTATS 130:2800-2808, MIT license.
    """
    path = fetch(RAT7M) / RAT7M_FILE
    try:
        with np.load(path, allow_pickle=False) as file:
            held = {name: file[name] for name in file.files}
        parents = held["parents"].astype(int)
        parents[parents == np.arange(len(parents))] = -1  # the file's root is its own parent
        return MultiviewRecording(
            name="rat, RECORDED: Rat7M, Marshall et al. (2021), Neuron 109:420-437; MIT license",
            projections=held["camera_matrices"],
            points_2d=np.ascontiguousarray(np.swapaxes(held["observed_pos_2d"], 0, 1)),
            points_3d=held["groundtruth_pos_3d"],
            keypoint_names=tuple(str(name) for name in held["keypoint_names"]),
            parents=parents,
            camera_names=tuple(f"camera {c + 1}" for c in range(len(held["camera_matrices"]))),
            image_sizes=np.tile(RAT7M_IMAGE_SIZE, (len(held["camera_matrices"]), 1)),
        )
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{path} cannot be read ({error}). Delete it and call again to fetch a fresh copy."
        ) from error


class PoseStates(NamedTuple):
    """What a rat's bones do, in the body's axes: x from SpineM to SpineF seen from above, z up.

    Attributes
    ----------
    directions : array (num_states, num_keypoints, 3)
        Mean direction of the bone from each key point's parent, of length 1; the root's is +x.
    concentrations : array (num_states, num_keypoints)
        Of the von Mises-Fisher distribution around it; 0 at the root.
    probabilities : array (num_states,)
        How often each state is.
    """

    directions: Float[np.ndarray, "num_states num_keypoints 3"]
    concentrations: Float[np.ndarray, "num_states num_keypoints"]
    probabilities: Float[np.ndarray, " num_states"]


def load_rat7m_pose_states() -> PoseStates:
    """The 180 pose states that GIMBAL's authors fitted to long recordings of Rat7M; skeleton and key points as in :func:`load_rat7m`.

    Raises
    ------
    DataError
        If the file cannot be had, or is damaged.

    References
    ----------
    Zhang et al. (2021), AISTATS 130:2800-2808, MIT license.
    """
    path = fetch(RAT7M) / RAT7M_STATES_FILE
    try:
        with np.load(path, allow_pickle=False) as file:
            names = ("state_directions", "state_concentrations", "state_probability")
            directions, concentrations, probabilities = (file[name].astype(float) for name in names)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{path} cannot be read ({error}). Delete it and call again to fetch a fresh copy."
        ) from error
    concentrations[:, 0] = 0.0
    directions[:, 0] = (1.0, 0.0, 0.0)
    return PoseStates(
        directions / np.linalg.norm(directions, axis=-1, keepdims=True),
        concentrations,
        probabilities / probabilities.sum(),
    )


def load_fly(network: int = 0, *, straighten: bool = True) -> MultiviewRecording:
    """A fly on a ball among 3 cameras with lens distortion, 500 frames: the fingertips of its six legs; no 3D truth.

    Fetched once (1.4 MB), checked and kept in the cache, see :mod:`stats220.data.registry`.

    Parameters
    ----------
    network : int
        0, 1 or 2: three networks were trained alike from different seeds; where they disagree, none can be sure.
    straighten : bool
        Take the lens distortion out of the detections (needs opencv-python-headless). Without, they are as published.

    Returns
    -------
    MultiviewRecording
        12 key points, `likelihoods` and `distortions`; `points_3d` is None. Lengths are in the calibration's own unit, which is not
        known. The file does not say the frame rate.

    Raises
    ------
    InputError
        If there is no such network, or OpenCV is absent.
    DataError
        If the recording cannot be had, or is damaged.

    References
    ----------
    Recorded by Karashchuk et al. (2021), Cell Reports 36:109730; published with Biderman et al. (2024), Nature Methods 21:1316-1328,
    MIT license.
    """
    if network not in range(FLY_NETWORKS):
        raise InputError(f"network must be from 0 to {FLY_NETWORKS - 1}: got {network}")
    folder = fetch(FLY)
    calibration = load_calibration(folder / "calibration.toml", FLY_CAMERAS)
    tables = [
        read_deeplabcut(
            folder / f"05272019_fly4_0_R1C24_{camera}_rot-ccw-0.06_sec.rng={network}.csv",
            require_likelihood=True,
        )
        for camera in FLY_CAMERAS
    ]
    points_2d = np.stack([table.individual().keypoints_xy for table in tables])
    if straighten:
        points_2d = undistort(points_2d, calibration.intrinsics, calibration.distortions)
    names = tables[0].keypoint_names
    return MultiviewRecording(
        name="fly, RECORDED: Karashchuk et al. (2021), Cell Reports 36:109730; MIT license",
        projections=calibration.projections,
        points_2d=points_2d,
        points_3d=None,
        keypoint_names=names,
        parents=np.array([names.index(f"{n[:2]}A") if n.endswith("B") else -1 for n in names]),
        camera_names=calibration.camera_names,
        image_sizes=calibration.image_sizes,
        likelihoods=np.stack(
            [table.likelihoods[0] for table in tables if table.likelihoods is not None]
        ),
        distortions=calibration.distortions,
    )
