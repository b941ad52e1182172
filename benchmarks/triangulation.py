"""Points a second of the lab's triangulation against OpenCV, aniposelib and plain NumPy: same points, one process, one thread.

The peers live in an environment of their own, ``build/triangulation-peers``, made on the first run: aniposelib wants opencv-contrib, which
shares its folder with opencv-python-headless. There this file runs as a program; ours and a peer take turns (A B A B), each turn is process time,
the figure is the median. A first call of each, which compiles, is not counted. ``--full`` goes up to a million points.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tracemalloc
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "build" / "triangulation-peers"
PACKAGES = (
    "aniposelib>=0.5", "opencv-contrib-python-headless", "jax", "numba", "pandas", "scipy", "tqdm", "toml",
    "jaxtyping", "rich", "numpy",
)  # fmt: skip
NOISE_PX = 4.0
TURNS = 5  # 3 from a hundred thousand points on

Array = np.ndarray[Any, np.dtype[np.float64]]


def run(quick: bool = True) -> list[Row]:
    """Make the peers' environment where it is missing, and measure in there."""
    python = peers_python()
    command = [
        str(python),
        "-m",
        "benchmarks.triangulation",
        "1000",
        "20000" if quick else "1000000",
    ]
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    flags = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | threads | flags, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"the peers' process failed:\n{done.stderr[-2000:]}")
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def peers_python() -> Path:
    """The interpreter of the peers' environment.

    Raises
    ------
    ImportError
        If the environment cannot be made, for example without a network.
    """
    python = PEERS / "bin" / "python"
    if not (PEERS / "ready").is_file():
        venv.create(PEERS, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        first = subprocess.run([*pip, "--no-deps", PACKAGES[0]], capture_output=True, text=True)
        rest = subprocess.run([*pip, *PACKAGES[1:]], capture_output=True, text=True)
        if first.returncode or rest.returncode:
            reason = (first.stderr + rest.stderr).strip().splitlines()[-1]
            raise ImportError(
                f"the peers cannot be installed into {PEERS} ({reason})", name="aniposelib"
            )
        (PEERS / "ready").touch()
    return python


def scene(num_cameras: int, num_points: int) -> tuple[Array, Array, Array, Array, Array]:
    """Intrinsics, rotations, translations of a ring of cameras, points (num_points, 3), and what they see with noise."""
    rng = np.random.default_rng(0)
    angles = 2 * np.pi * np.arange(num_cameras) / num_cameras
    centers = np.column_stack(
        [1600 * np.cos(angles), 1600 * np.sin(angles), rng.uniform(300, 900, num_cameras)]
    )
    ahead = -centers / np.linalg.norm(centers, axis=1, keepdims=True)
    right = np.cross(ahead, (0, 0, 1.0))
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    R = np.stack([right, np.cross(ahead, right), ahead], axis=1)
    t = -np.einsum("cij,cj->ci", R, centers)
    K = np.tile(np.array([[3200.0, 0, 664], [0, 3200, 524], [0, 0, 1]]), (num_cameras, 1, 1))
    points = rng.uniform(-150, 150, (num_points, 3))
    rays = np.einsum("cij,nj->cni", R, points) + t[:, None]
    image = np.einsum("cij,cnj->cni", K, rays / rays[..., 2:])[..., :2]
    return K, R, t, points, image + rng.normal(0, NOISE_PX, image.shape)


def in_turns(ours: Callable[[], Any], peer: Callable[[], Any], turns: int) -> tuple[float, float]:
    """Median process time of each, taken in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(turns):
        for call, taken in zip((ours, peer), times, strict=True):
            start = time.process_time()
            call()
            taken.append(time.process_time() - start)
    return float(np.median(times[0])), float(np.median(times[1]))


def plain_numpy(projections: Array, points_2d: Array) -> Array:
    """The smallest eigenvector of AᵀA by a batched eigh."""
    rows = points_2d[..., None] * projections[:, None, 2:] - projections[:, None, :2]
    A = np.moveaxis(rows, 1, 0).reshape(points_2d.shape[1], -1, 4)
    h = np.linalg.eigh(np.swapaxes(A, 1, 2) @ A)[1][..., 0]
    return np.asarray(h[:, :3] / h[:, 3:])


def compare(
    case: str, num: int, ours: Callable[[], Any], peers: dict[str, Callable[[], Any]], target: str
) -> list[dict[str, Any]]:
    """A row for each peer: points a second, and how far the answers are apart."""
    rows = []
    for name, peer in peers.items():
        print(f"{case}: {name}", file=sys.stderr, flush=True)
        try:
            answers = np.asarray(ours()), np.asarray(peer())
        except Exception as error:  # a peer that does not run here says so in the table
            rows.append(
                _row(
                    case, "-", f"not run: {type(error).__name__}: {error}"[:90], float("nan"), name
                )
            )
            continue
        apart = float(np.nanmedian(np.linalg.norm(answers[0] - answers[1], axis=-1)))
        own, other = in_turns(ours, peer, 3 if num >= 100_000 else TURNS)
        rows.append(
            _row(
                case,
                f"{num / own:,.0f} points/s",
                f"{num / other:,.0f} points/s",
                other / own,
                f"{name}; answers {apart:.1e} mm apart (median); target {target}",
            )
        )
    return rows


def _row(case: str, ours: str, peer: str, ratio: float, note: str) -> dict[str, Any]:
    return {
        "benchmark": "triangulation",
        "case": case,
        "ours": ours,
        "peer": peer,
        "ratio": ratio,
        "note": note,
    }


def measure(sizes: list[int]) -> list[dict[str, Any]]:
    """All comparisons, in this process."""
    import cv2

    from stats220.reference import triangulation as key
    from stats220.reference.triangulation import fast

    cv2.setNumThreads(1)
    rows: list[dict[str, Any]] = []
    for num in sizes:
        for num_cameras in (6, 2):
            K, R, t, _, pixels = scene(num_cameras, num)
            P = K @ np.dstack([R, t[..., None]])
            peers: dict[str, Callable[[], Any]] = {
                "plain NumPy, eigh of AᵀA": lambda P=P, y=pixels: plain_numpy(P, y)
            }
            if num_cameras == 2:
                peers["OpenCV triangulatePoints"] = lambda P=P, y=pixels: _opencv(cv2, P, y)
            normalized = np.einsum(
                "cij,cnj->cni",
                np.linalg.inv(K),
                np.pad(pixels, ((0, 0), (0, 0), (0, 1)), constant_values=1),
            )[..., :2]
            E = np.dstack([R, t[..., None]])
            group = anipose(K, R, t)
            case = f"DLT, {num_cameras} views, {num:,} points"
            rows += compare(
                case,
                num,
                lambda P=P, y=pixels: fast.triangulate_fast(P, y),
                peers,
                "2x" if num_cameras == 6 else "1x",
            )
            # aniposelib takes and returns what follows from normalized coordinates: ours gets the same.
            rows += compare(
                case,
                num,
                lambda E=E, y=normalized: fast.triangulate_fast(E, y),
                {
                    "aniposelib triangulate": lambda g=group, y=normalized: g.triangulate(
                        y.copy(), undistort=False
                    )
                },
                "5x",
            )
        rows.append(_memory(num))
        if num <= 1000:
            K, R, t, _, pixels = scene(6, num)
            P = K @ np.dstack([R, t[..., None]])
            group = anipose(K, R, t)
            few = pixels[:, :20]

            def own_ransac(P: Array = P, y: Array = few) -> Array:
                return np.asarray(
                    key.triangulate_ransac(
                        P, y, 15.0, fast.triangulate_fast, key.reprojection_errors
                    )[0]
                )

            rows += compare(
                "RANSAC, 6 views, 20 points",
                20,
                own_ransac,
                {
                    "aniposelib triangulate_ransac": lambda g=group, y=few: g.triangulate_ransac(
                        y.copy(), undistort=True
                    )[0]
                },
                "5x",
            )
            track = np.cumsum(np.random.default_rng(1).normal(0, 1.5, (100, 1, 3)), axis=0)
            seen = _image(K, R, t, track.reshape(-1, 3))

            def own_smooth(P: Array = P, y: Array = seen) -> Array:
                found = fast.triangulate_fast(P, y).reshape(100, 1, 3)
                return key.smooth_trajectory(found, np.full((100, 1), 0.2), 1.5)[0][:, 0]

            def their_smooth(g: Any = group, y: Array = seen) -> Array:
                return np.asarray(
                    g.triangulate_optim(y.reshape(6, 100, 1, 2).copy(), init_progress=False)
                )[:, 0]

            rows += compare(
                "smoothing, 6 views, 100 frames",
                100,
                own_smooth,
                {"aniposelib triangulate_optim": their_smooth},
                "5x",
            )
    return rows


def _memory(num: int) -> dict[str, Any]:
    """Peak memory beside the input, by tracemalloc, which sees NumPy's arrays."""
    from stats220.reference.triangulation import fast

    K, R, t, _, pixels = scene(6, num)
    P = K @ np.dstack([R, t[..., None]])
    peaks = []
    for call in (fast.triangulate_fast, plain_numpy):
        tracemalloc.start()
        call(P, pixels)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    own, other = (f"{peak / num:,.0f} bytes a point" for peak in peaks)
    note = "plain NumPy; peak beside the input: the same a point at all sizes is linear"
    return _row(f"DLT, 6 views, {num:,} points: memory", own, other, peaks[1] / peaks[0], note)


def _image(K: Array, R: Array, t: Array, points: Array) -> Array:
    rays = np.einsum("cij,nj->cni", R, points) + t[:, None]
    image = np.einsum("cij,cnj->cni", K, rays / rays[..., 2:])[..., :2]
    return image + np.random.default_rng(2).normal(0, NOISE_PX, image.shape)


def _opencv(cv2: Any, P: Array, y: Array) -> Array:
    h = cv2.triangulatePoints(P[0], P[1], y[0].T, y[1].T)
    return np.asarray((h[:3] / h[3]).T)


def anipose(K: Array, R: Array, t: Array) -> Any:
    """The same cameras as aniposelib's, without lens distortion."""
    import cv2
    from aniposelib.cameras import Camera, CameraGroup

    return CameraGroup(
        [
            Camera(
                matrix=k,
                dist=np.zeros(5),
                size=(1328, 1048),
                rvec=cv2.Rodrigues(r)[0].ravel(),
                tvec=shift,
                name=str(c),
            )
            for c, (k, r, shift) in enumerate(zip(K, R, t, strict=True))
        ]
    )


if __name__ == "__main__":
    print(json.dumps(measure([int(size) for size in sys.argv[1:]])))
