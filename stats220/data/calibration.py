"""Calibrated cameras of one's own recordings, in Anipose's format, and taking lens distortion out of key points."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.transform import Rotation

from stats220.errors import DataError, InputError

# What each camera's table must hold, and the shapes that it may have.
_KEYS: dict[str, tuple[tuple[int, ...], ...]] = {
    "size": ((2,),),
    "matrix": ((3, 3),),
    "distortions": ((4,), (5,)),
    "rotation": ((3,),),
    "translation": ((3,),),
}


@dataclass(frozen=True, eq=False)
class Calibration:
    """Cameras as Anipose calibrates them.

    Attributes
    ----------
    camera_names : tuple of num_cameras str
    image_sizes : int64 array (num_cameras, 2)
        Width and height in pixels.
    intrinsics : float64 array (num_cameras, 3, 3)
        K: focal lengths and principal point in pixels.
    distortions : float64 array (num_cameras, 5)
        OpenCV's k1, k2, p1, p2, k3.
    rotations : float64 array (num_cameras, 3, 3)
        R, from the world's axes to the camera's.
    translations : float64 array (num_cameras, 3)
        t, in the units of the calibration board.
    """

    camera_names: tuple[str, ...]
    image_sizes: Int[np.ndarray, "num_cameras 2"]
    intrinsics: Float[np.ndarray, "num_cameras 3 3"]
    distortions: Float[np.ndarray, "num_cameras 5"]
    rotations: Float[np.ndarray, "num_cameras 3 3"]
    translations: Float[np.ndarray, "num_cameras 3"]

    @property
    def projections(self) -> Float[np.ndarray, "num_cameras 3 4"]:
        """P = K [R | t] of each camera; they take points without lens distortion."""
        last = np.einsum("cij,cj->ci", self.intrinsics, self.translations)
        return np.dstack([self.intrinsics @ self.rotations, last])


def load_calibration(path: str | Path, camera_names: Sequence[str] | None = None) -> Calibration:
    """Read a ``calibration.toml`` of Anipose.

    Parameters
    ----------
    path : str or Path
        A table ``[cam_0]``, ``[cam_1]``, ... for each camera with name, size (width, height), matrix (3 × 3), distortions (OpenCV's
        k1, k2, p1, p2, k3), rotation (a rotation vector) and translation.
    camera_names : sequence of str, optional
        Which cameras, in which order: that of your key points. By default all, as they stand.

    Returns
    -------
    Calibration

    Raises
    ------
    DataError
        If the file cannot be read, a key is missing or of the wrong shape, or a camera is not in it.

    References
    ----------
    Karashchuk et al. (2021), Anipose, Cell Reports 36:109730.
    """
    path = Path(path)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(
            f"{path} cannot be read as TOML ({error}). Calibrate again, or mend the line by hand."
        ) from error
    cameras = {}
    for key, table in tables.items():
        if key.startswith("cam_"):
            name = str(table.get("name", key))
            if name in cameras:
                raise DataError(f"{path}: the camera {name} is there twice. Rename one.")
            cameras[name] = _read_camera(path, key, table)
    if not cameras:
        raise DataError(f"{path} holds no table [cam_0]: it is no calibration of Anipose.")
    chosen = tuple(cameras) if camera_names is None else tuple(camera_names)
    for name in chosen:
        if name not in cameras:
            raise DataError(
                f"{path} has no camera {name}: its cameras are {', '.join(cameras)}. Rename the one that is meant."
            )
    parts = {key: np.stack([cameras[name][key] for name in chosen]) for key in _KEYS}
    return Calibration(
        camera_names=chosen,
        image_sizes=parts["size"].astype(int),
        intrinsics=parts["matrix"],
        distortions=parts["distortions"],
        rotations=Rotation.from_rotvec(parts["rotation"]).as_matrix(),
        translations=parts["translation"],
    )


def _read_camera(path: Path, key: str, table: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for name, shapes in _KEYS.items():
        where = f"{path}: [{key}] {name}"
        if name not in table:
            raise DataError(f"{where} is missing. Calibrate again, or write it by hand.")
        try:
            value = np.array(table[name], dtype=float)
        except (TypeError, ValueError) as error:
            raise DataError(
                f"{where} is not made of numbers ({error}). Mend it by hand."
            ) from error
        if value.shape not in shapes or not np.isfinite(value).all():
            wanted = " or ".join(map(str, shapes))
            if name == "rotation" and value.shape == (3, 3):
                wanted += ", a rotation vector and not a matrix"
            raise DataError(f"{where} must be {wanted} finite numbers: got shape {value.shape}.")
        values[name] = value
    K = values["matrix"]
    if min(K[0, 0], K[1, 1]) <= 0 or not np.allclose([K[1, 0], *K[2]], [0, 0, 0, 1]):
        raise DataError(
            f"{path}: [{key}] matrix is not [[fx, s, cx], [0, fy, cy], [0, 0, 1]] with positive fx and fy. Calibrate again."
        )
    if table.get("fisheye"):
        raise DataError(
            f"{path}: [{key}] is a fisheye camera, which has another distortion model. Calibrate without."
        )
    values["distortions"] = np.resize(np.append(values["distortions"], 0.0), 5)
    return values


def undistort(
    points_2d: Float[np.ndarray, "num_cameras *points 2"],
    intrinsics: Float[np.ndarray, "num_cameras 3 3"],
    distortions: Float[np.ndarray, "num_cameras num_coefficients"],
) -> Float[np.ndarray, "num_cameras *points 2"]:
    """Where the key points would be without lens distortion, by OpenCV (needs opencv-python-headless).

    Parameters
    ----------
    points_2d : array (num_cameras, ..., 2)
        (x, y) in pixels; NaN stays NaN.
    intrinsics : array (num_cameras, 3, 3)
    distortions : array (num_cameras, 4 or 5)
        OpenCV's k1, k2, p1, p2 and k3; all zero: nothing to do.

    Returns
    -------
    float64 array (num_cameras, ..., 2), pixels
        NaN also where the distortion cannot be undone: outside of the circle that the model maps one to one.

    Raises
    ------
    InputError
        If the numbers of cameras differ, or OpenCV is needed and absent.
    """
    points = np.array(points_2d, dtype=float)
    if not len(points) == len(intrinsics) == len(distortions):
        raise InputError(
            f"{len(points)} views, {len(intrinsics)} intrinsics and {len(distortions)} distortions: they must agree"
        )
    for view, K, coefficients in zip(
        points, intrinsics, np.asarray(distortions, float), strict=True
    ):
        seen = np.isfinite(view).all(axis=-1)
        if not coefficients.any() or not seen.any():
            continue
        try:
            import cv2
        except ImportError as error:
            raise InputError(
                "taking lens distortion out needs OpenCV: pip install opencv-python-headless"
            ) from error
        distorted = np.ascontiguousarray(view[seen][:, None])
        straight = cv2.undistortPoints(distorted, K, coefficients, P=K)
        # OpenCV iterates and says nothing where that does not end: hold the answer against its own forward model.
        rays = np.pad(
            (straight - K[:2, 2]) / np.diag(K)[:2], ((0, 0), (0, 0), (0, 1)), constant_values=1
        )
        again, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), K, coefficients)
        failed = np.abs(again - distorted).max(axis=(1, 2)) > 0.5
        straight[failed] = np.nan
        view[seen] = straight[:, 0]
    return points
