"""Anipose's calibrations and lens distortion: against the course's fly and OpenCV's forward model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stats220.data.calibration import load_calibration, undistort
from stats220.errors import DataError, InputError

CAMERA = """[cam_0]
name = "left"
size = [640, 480]
matrix = [[800.0, 0.0, 320.0], [0.0, 810.0, 240.0], [0.0, 0.0, 1.0]]
distortions = [-0.2, 0.05, 0.001, 0.002, 0.0]
rotation = [0.0, 0.0, 1.5707963267948966]
translation = [1.0, 2.0, 3.0]
"""
OTHER = CAMERA.replace("cam_0", "cam_1").replace("left", "right").replace("1.0, 2.0", "4.0, 5.0")


def write(folder: Path, text: str) -> Path:
    path = folder / "calibration.toml"
    path.write_text(text)
    return path


def test_reading_by_hand(tmp_path: Path) -> None:
    found = load_calibration(write(tmp_path, CAMERA + OTHER + "[metadata]\nadjusted = true\n"))
    assert found.camera_names == ("left", "right")
    assert found.image_sizes.tolist() == [[640, 480], [640, 480]]
    # A quarter turn about the optical axis takes x to y.
    np.testing.assert_allclose(found.rotations[0] @ [1, 0, 0], [0, 1, 0], atol=1e-12)
    # (7, 0, 10) -> (0, 7, 10) + (1, 2, 3) = (1, 9, 13) -> pixels
    u, v, w = found.projections[0] @ [7, 0, 10, 1]
    np.testing.assert_allclose([u / w, v / w, w], [800 / 13 + 320, 810 * 9 / 13 + 240, 13])
    swapped = load_calibration(tmp_path / "calibration.toml", ["right", "left"])
    np.testing.assert_array_equal(swapped.translations, found.translations[::-1])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"no table \[cam_0\]"),
        ("[cam_0\n", "cannot be read as TOML"),
        (CAMERA.replace("translation", "move"), r"\[cam_0\] translation is missing"),
        (CAMERA.replace("distortions", "lens"), r"\[cam_0\] distortions is missing"),
        (CAMERA.replace("[640, 480]", '["a", 480]'), "size is not made of numbers"),
        (CAMERA.replace("[1.0, 2.0, 3.0]", "[1.0, 2.0]"), r"translation must be \(3,\) finite"),
        (CAMERA.replace("[1.0, 2.0, 3.0]", "[1.0, 2.0, nan]"), "translation must be"),
        (CAMERA.replace("[0.0, 0.0, 1.5707963267948966]", "[[1, 0, 0], [0, 1, 0], [0, 0, 1]]"), "a rotation vector and not a matrix"),
        (CAMERA.replace("800.0, 0.0", "-800.0, 0.0"), "with positive fx"),
        (CAMERA.replace("[0.0, 0.0, 1.0]]", "[0.0, 1.0, 0.0]]"), "matrix is not"),
        (CAMERA + "fisheye = true\n", "fisheye"),
        (CAMERA + OTHER.replace("right", "left"), "the camera left is there twice"),
    ],
)  # fmt: skip
def test_a_bad_calibration_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DataError, match=rf"calibration.toml.*{says}"):
        load_calibration(write(tmp_path, text))


def test_a_camera_of_another_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no camera top: its cameras are left"):
        load_calibration(write(tmp_path, CAMERA), ["left", "top"])
    with pytest.raises(DataError, match=r"absent.toml cannot be read"):
        load_calibration(tmp_path / "absent.toml")


def test_undistorting_undoes_opencv(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    found = load_calibration(write(tmp_path, CAMERA))
    rng = np.random.default_rng(0)
    rays = np.column_stack([rng.uniform(-0.35, 0.35, (40, 2)), np.ones(40)])
    K, coefficients = found.intrinsics[0], found.distortions[0]
    bent, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), K, coefficients)
    straight = rays @ K.T
    seen = bent.reshape(1, 8, 5, 2)
    seen[0, 3, 2] = np.nan
    before = seen.copy()
    back = undistort(seen, found.intrinsics, found.distortions)
    np.testing.assert_array_equal(seen, before)
    expected = straight[:, :2].reshape(1, 8, 5, 2)
    expected[0, 3, 2] = np.nan
    np.testing.assert_allclose(back, expected, atol=0.05)
    assert np.nanmax(np.abs(seen - expected)) > 5  # the distortion is not small


def test_nothing_to_undo_needs_no_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "cv2":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    points, K = np.ones((1, 4, 2)), np.eye(3)[None]
    np.testing.assert_array_equal(undistort(points, K, np.zeros((1, 5))), points)
    with pytest.raises(InputError, match="pip install opencv-python-headless"):
        undistort(points, K, np.ones((1, 5)))
    with pytest.raises(InputError, match="2 distortions: they must agree"):
        undistort(points, K, np.zeros((2, 5)))


def test_what_cannot_be_undone_is_nan() -> None:
    pytest.importorskip("cv2")
    K = np.array([[[800.0, 0, 320], [0, 800, 240], [0, 0, 1]]])
    # 1 - 0.5 r²: no ray comes out farther than r = 0.54.
    far = np.array([[[320 + 0.9 * 800, 240.0], [325.0, 245.0]]])
    back = undistort(far, K, np.array([[-0.5, 0, 0, 0, 0]]))
    assert np.isnan(back[0, 0]).all()
    assert np.isfinite(back[0, 1]).all()
