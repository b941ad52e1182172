"""What a recording by several cameras is: their matrices, the key points found in each view, and the truth where it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.linalg import rq

from stats220.errors import InputError

# How an array's axes are called in this file: (camera, frame, key point) and those that stay whole.
_AXES = {
    "projections": "c..", "points_2d": "ctk.", "points_3d": "tk.", "parents": "k", "image_sizes": "c.", "likelihoods": "ctk",
    "distortions": "c.", "is_outlier": "ctk", "is_swapped": "ctk", "is_occluded": "ctk", "pose_states": "t", "headings": "t",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class MultiviewRecording:
    """Key points seen by several calibrated cameras. All arrays are read-only: `copy()` one before you change it.

    Attributes
    ----------
    name : str
        What it is, and whether it is SIMULATED.
    projections : float64 array (num_cameras, 3, 4)
        P = K [R | t] from the world's millimeters to pixels. The first three numbers of the last row have length 1, so that the third
        homogeneous coordinate is the depth in front of the camera, in millimeters.
    points_2d : float64 array (num_cameras, num_frames, num_keypoints, 2)
        (x, y) in pixels, x to the right, y downwards; NaN: not seen.
    points_3d : float64 array (num_frames, num_keypoints, 3) or None
        The truth in millimeters, z upwards; NaN: not known. None where there is none.
    keypoint_names : tuple of num_keypoints str
    parents : int64 array (num_keypoints,)
        The key point at the other end of each one's bone; -1: a root.
    camera_names : tuple of num_cameras str
    image_sizes : int64 array (num_cameras, 2)
        Width and height in pixels.
    frame_rate_hz : float or None
        None where the recording does not say.
    likelihoods : float64 array (num_cameras, num_frames, num_keypoints) or None
        How sure the network is of each detection, from 0 to 1.
    distortions : float64 array (num_cameras, num_coefficients) or None
        OpenCV's lens distortion (k1, k2, p1, p2, k3); `points_2d` are free of it.
    """

    name: str
    projections: Float[np.ndarray, "num_cameras 3 4"]
    points_2d: Float[np.ndarray, "num_cameras num_frames num_keypoints 2"]
    points_3d: Float[np.ndarray, "num_frames num_keypoints 3"] | None
    keypoint_names: tuple[str, ...]
    parents: Int[np.ndarray, " num_keypoints"]
    camera_names: tuple[str, ...]
    image_sizes: Int[np.ndarray, "num_cameras 2"]
    frame_rate_hz: float | None = None
    likelihoods: Float[np.ndarray, "num_cameras num_frames num_keypoints"] | None = None
    distortions: Float[np.ndarray, "num_cameras num_coefficients"] | None = None
    intrinsics: Float[np.ndarray, "num_cameras 3 3"] = field(init=False)
    rotations: Float[np.ndarray, "num_cameras 3 3"] = field(init=False)
    translations: Float[np.ndarray, "num_cameras 3"] = field(init=False)

    def __post_init__(self) -> None:
        _check_sizes(self)
        check_parents(self.parents)
        parts = decompose(self.projections)
        for name, array in zip(("intrinsics", "rotations", "translations"), parts, strict=True):
            object.__setattr__(self, name, array)
        _make_read_only(self)

    @property
    def edges(self) -> list[tuple[int, int]]:
        """The bones, as (key point, its parent)."""
        return [(k, int(parent)) for k, parent in enumerate(self.parents) if parent >= 0]

    def __repr__(self) -> str:
        cameras, frames, keypoints = self.points_2d.shape[:3]
        return f"{type(self).__name__}({self.name}: {cameras} cameras, {frames} frames, {keypoints} key points)"

    def select(
        self,
        *,
        cameras: Sequence[int] | slice | None = None,
        frames: Sequence[int] | slice | None = None,
        keypoints: Sequence[int | str] | None = None,
    ) -> Self:
        """The same recording with some of its cameras, frames or key points.

        Parameters
        ----------
        cameras, frames : indices, or a slice
        keypoints : indices or names
            A key point whose parent is left out hangs on the nearest ancestor that stays.

        Raises
        ------
        InputError
            If a key point or an index is unknown, or nothing is left.
        """
        chosen = {
            "c": _indices("cameras", cameras, len(self.projections)),
            "t": _indices("frames", frames, self.points_2d.shape[1]),
            "k": _indices("keypoints", self._numbers(keypoints), len(self.keypoint_names)),
        }
        kept = chosen["k"].tolist()
        parents = self.parents.copy()
        for k in kept:
            while parents[k] >= 0 and parents[k] not in kept:
                parents[k] = self.parents[parents[k]]
        changes: dict[str, Any] = _cut(self, chosen)
        changes["parents"] = np.array([kept.index(p) if p >= 0 else -1 for p in parents[kept]])
        changes["keypoint_names"] = tuple(self.keypoint_names[k] for k in kept)
        changes["camera_names"] = tuple(self.camera_names[c] for c in chosen["c"])
        truth = getattr(self, "truth", None)
        if truth is not None:
            changes["truth"] = replace(truth, **_cut(truth, chosen))
        return replace(self, **changes)

    def _numbers(self, keypoints: Sequence[int | str] | None) -> list[int] | None:
        if keypoints is None:
            return None
        for name in keypoints:
            if isinstance(name, str) and name not in self.keypoint_names:
                raise InputError(
                    f"there is no key point {name!r}: choose from {', '.join(self.keypoint_names)}"
                )
        return [self.keypoint_names.index(k) if isinstance(k, str) else k for k in keypoints]


@dataclass(frozen=True, eq=False)
class MultiviewTruth:
    """What a simulated recording was made of, besides its `points_3d`.

    Attributes
    ----------
    is_outlier, is_swapped, is_occluded : bool arrays (num_cameras, num_frames, num_keypoints)
        Detections of something else; those among them that sit on the other side's key point; key points that a camera does not see.
    pose_states : int64 array (num_frames,)
        What the animal does, an index into `pose_names`.
    headings : float64 array (num_frames,)
        Direction of the body, radians about +z, 0 along +x.
    pose_names : tuple of str
    """

    is_outlier: Bool[np.ndarray, "num_cameras num_frames num_keypoints"]
    is_swapped: Bool[np.ndarray, "num_cameras num_frames num_keypoints"]
    is_occluded: Bool[np.ndarray, "num_cameras num_frames num_keypoints"]
    pose_states: Int[np.ndarray, " num_frames"]
    headings: Float[np.ndarray, " num_frames"]
    pose_names: tuple[str, ...]

    def __post_init__(self) -> None:
        _make_read_only(self)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SimulatedMultiview(MultiviewRecording):
    """A simulated recording and its truth."""

    truth: MultiviewTruth


def decompose(
    projections: Float[np.ndarray, "num_cameras 3 4"],
) -> tuple[
    Float[np.ndarray, "num_cameras 3 3"],
    Float[np.ndarray, "num_cameras 3 3"],
    Float[np.ndarray, "num_cameras 3"],
]:
    """The intrinsics K, rotations R and translations t of cameras P = K [R | t], by an RQ decomposition.

    Raises
    ------
    InputError
        If a matrix is not finite or has no camera center (its left 3 × 3 part is singular).

    References
    ----------
    Hartley & Zisserman, Multiple View Geometry (2nd ed., 2004), section 6.2.4.
    """
    intrinsics, rotations, translations = [], [], []
    for c, projection in enumerate(np.asarray(projections, dtype=float)):
        if not np.isfinite(projection).all() or np.linalg.cond(projection[:, :3]) > 1e12:
            raise InputError(
                f"camera {c}: the projection is no camera's: it holds a NaN, or its left 3 x 3 part cannot be inverted"
            )
        K, R = rq(projection[:, :3])
        signs = np.sign(np.diag(K))
        K, R = K * signs, signs[:, None] * R
        if np.linalg.det(R) < 0:
            raise InputError(
                f"camera {c}: the rotation mirrors (its determinant is -1): check the signs of its rows, or swap x and y"
            )
        intrinsics.append(K / K[2, 2])
        rotations.append(R)
        translations.append(np.linalg.solve(K, projection[:, 3]))
    return np.stack(intrinsics), np.stack(rotations), np.stack(translations)


def check_parents(parents: Any) -> None:
    """Hold a skeleton to being a forest: each key point's parent is another key point or -1, and no bones form a loop.

    Raises
    ------
    InputError
        If it is not; names the key points.
    """
    parents = np.asarray(parents)
    num_keypoints = len(parents)
    for k, parent in enumerate(parents.tolist()):
        if not (isinstance(parent, int) and -1 <= parent < num_keypoints):
            raise InputError(
                f"the parent of key point {k} is {parent}: it must be another key point, 0 to {num_keypoints - 1}, or -1 at a root"
            )
    for k in range(num_keypoints):
        path = [k]
        while (parent := int(parents[path[-1]])) >= 0:
            if parent in path:
                loop = " -> ".join(map(str, [*path[path.index(parent) :], parent]))
                raise InputError(
                    f"the skeleton has a loop, {loop}: give one of these key points the parent -1"
                )
            path.append(parent)


def _check_sizes(recording: MultiviewRecording) -> None:
    """Hold all arrays and names to the same numbers of cameras, frames and key points."""
    sizes: dict[str, tuple[int, str]] = {}
    for name, axes in _AXES.items():
        array = getattr(recording, name, None)
        if array is None:
            continue
        if np.ndim(array) != len(axes):
            raise InputError(f"{name} must have {len(axes)} axes: got shape {np.shape(array)}")
        for axis, size in zip(axes, np.shape(array), strict=True):
            first, where = sizes.setdefault(axis if axis != "." else f".{name}", (size, name))
            if axis != "." and first != size:
                what = {"c": "cameras", "t": "frames", "k": "key points"}[axis]
                raise InputError(
                    f"{where} has {first} {what} and {name} has {size}: they must agree"
                )
    if len(recording.camera_names) != sizes["c"][0]:
        raise InputError(f"{len(recording.camera_names)} camera_names for {sizes['c'][0]} cameras")
    if len(recording.keypoint_names) != sizes["k"][0]:
        raise InputError(f"{len(recording.keypoint_names)} keypoint_names for {sizes['k'][0]}")


def _indices(what: str, chosen: Any, size: int) -> Int[np.ndarray, " num_chosen"]:
    try:
        everything = np.arange(size)
        indices = everything if chosen is None else everything[chosen]
    except IndexError as error:
        raise InputError(f"{what}={chosen}: choose from 0 to {size - 1}") from error
    if indices.ndim != 1 or len(indices) == 0 or len(set(indices.tolist())) < len(indices):
        raise InputError(f"{what}={chosen} must name at least one, each once")
    return indices


def _cut(holder: Any, chosen: dict[str, Int[np.ndarray, " num_chosen"]]) -> dict[str, Any]:
    """Each array of a dataclass that has an axis among the chosen ones, cut to them."""
    cut = {}
    for name in {entry.name for entry in fields(holder) if entry.init} & set(_AXES):
        array = getattr(holder, name)
        for axis, letter in enumerate(_AXES[name]):
            if array is not None and letter in chosen:
                array = np.take(array, chosen[letter], axis=axis)
        cut[name] = array
    return cut


def _make_read_only(holder: Any) -> None:
    for entry in fields(holder):
        array = getattr(holder, entry.name)
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
