"""GIMBAL's Gibbs sampler: outliers, noise, directions, states and headings, positions, in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from tqdm.auto import tqdm

from stats220.arrays import to_numpy
from stats220.checkpoints import checkpoint
from stats220.errors import InputError
from stats220.models.gimbal.gibbs import Gibbs, Updates
from stats220.models.gimbal.noise import DetectionNoise, usual_noise
from stats220.models.gimbal.prior import GimbalPrior
from stats220.models.gimbal.start import fill_gaps

LOOSE = 30.0  # how much wider the bones' variances are at the start of the burn-in; as they are in its second half


@dataclass(frozen=True, eq=False)
class GimbalSamples:
    """Draws from GIMBAL's posterior, all chains one after the other.

    Attributes
    ----------
    points_3d : float32 array (num_samples, num_frames, num_keypoints, 3)
        Millimetres.
    pose_states : array (num_samples, num_frames)
    headings : array (num_samples, num_frames)
        Radians.
    outlier_probabilities : array (num_cameras, num_frames, num_keypoints)
        Mean over the samples of each detection's probability of being an outlier; NaN: not seen.
    inlier_std_px : array (num_samples, num_cameras, num_keypoints)
    log_joint : array (num_chains, num_sweeps)
        Logarithm of the joint density, but for a constant, after each sweep, the first ones included.
    num_chains : int
    """

    points_3d: Float[np.ndarray, "num_samples num_frames num_keypoints 3"]
    pose_states: Int[np.ndarray, "num_samples num_frames"]
    headings: Float[np.ndarray, "num_samples num_frames"]
    outlier_probabilities: Float[np.ndarray, "num_cameras num_frames num_keypoints"]
    inlier_std_px: Float[np.ndarray, "num_samples num_cameras num_keypoints"]
    log_joint: Float[np.ndarray, "num_chains num_sweeps"]
    num_chains: int

    @property
    def mean_points_3d(self) -> Float[np.ndarray, "num_frames num_keypoints 3"]:
        """The posterior mean, millimeters."""
        return np.asarray(self.points_3d.mean(axis=0, dtype=float))

    def by_chain(self, name: str) -> Shaped[np.ndarray, "num_chains num_draws *rest"]:
        """One of the sampled arrays with the chains on an axis of their own."""
        values: Shaped[np.ndarray, num_samples * rest] = getattr(self, name)
        return values.reshape(self.num_chains, -1, *values.shape[1:])


def sample_gimbal(
    prior: GimbalPrior,
    projections: Shaped[Any, "num_cameras 3 4"],
    points_2d: Shaped[Any, "num_cameras num_frames num_keypoints 2"],
    start: Shaped[Any, "num_frames num_keypoints 3"],
    *,
    outlier_responsibilities: Callable[..., Any],
    update_direction: Callable[..., Any],
    noise: DetectionNoise | None = None,
    learn_noise: bool = True,
    num_chains: int = 2,
    num_sweeps: int = 300,
    num_burn: int = 100,
    start_spread_mm: float = 3.0,
    seed: int = 0,
    device: str | torch.device = "cpu",
    progress: bool = True,
    anew: bool = False,
) -> GimbalSamples:
    """Draw 3D poses, pose states, headings and outliers given what the cameras' networks found.

    Parameters
    ----------
    prior : GimbalPrior
        From :func:`fit_gimbal`.
    projections : array (num_cameras, 3, 4)
        The third row's first three numbers have length 1.
    points_2d : array (num_cameras, num_frames, num_keypoints, 2)
        Pixels, free of lens distortion; NaN: not seen.
    start : array (num_frames, num_keypoints, 3)
        Where the chains begin, for example what RANSAC finds; NaN: filled from the frames before and after and from the skeleton.
    outlier_responsibilities, update_direction : functions
        See :class:`Updates`; they take and return NumPy arrays. A detection that is not seen has a distance of NaN.
    noise : DetectionNoise, optional
        Where to begin; by default 6 px, 80 px for outliers, which are one in ten.
    learn_noise : bool
        Whether each camera's and key point's inlier spread and share of outliers are drawn too.
    num_chains, num_sweeps, num_burn : int
        Chains run side by side; the first `num_burn` sweeps of each are left out of the samples.
    start_spread_mm : float
        Standard deviation of what is added to each chain's start, so that chains that agree have forgotten it.
    seed : int
    device : str or torch.device
        "cuda" runs the chains on a GPU.
    progress : bool
        Show a bar.
    anew : bool
        Start over where the same run was kept: in a notebook each run is (`stats220.checkpoints`), and goes on after a restart of
        the kernel.

    Returns
    -------
    GimbalSamples

    Raises
    ------
    InputError
        If shapes do not agree, no camera sees anything, or one of the functions returns what it should not.

    References
    ----------
    Zhang et al. (2021), AISTATS, PMLR 130:2800-2808, section 4, with their Hamiltonian step for the positions replaced by one draw from
    the Gaussian that the projections' linearization leaves; depths are held for the length of a sweep.
    """
    _check(prior, projections, points_2d, start, num_chains, num_sweeps, num_burn)
    sampler = Gibbs(
        prior,
        projections,
        points_2d,
        noise if noise is not None else usual_noise(len(projections), len(prior.parents)),
        Updates(outlier_responsibilities, update_direction),
        num_chains,
        seed,
        device,
    )
    sampler.begin(fill_gaps(start, prior), start_spread_mm)
    draws: dict[str, list[Any]] = {
        name: [] for name in ("points_3d", "pose_states", "headings", "inlier_std_px")
    }
    log_joint: list[Any] = []
    share: Any = 0.0
    parts = (prior, projections, points_2d, start, outlier_responsibilities, update_direction)
    settings = (noise, learn_noise, num_chains, num_sweeps, num_burn, start_spread_mm, seed)
    with (
        _one_thread(),
        checkpoint("GIMBAL", *parts, *settings, str(device), anew=anew) as saved,
    ):
        if saved.state is not None:
            sampler.take_up(saved.state["sampler"])
            draws, log_joint, share = saved.state["draws"]
            saved.take_up()
        first = len(log_joint)
        options: dict[str, Any] = {"total": num_sweeps, "initial": first, "desc": "GIMBAL"}
        for sweep in tqdm(range(first, num_sweeps), disable=not progress, **options):
            sampler.loosen(LOOSE ** max(0.0, 1 - 2 * sweep / max(num_burn, 1)))
            log_joint.append(to_numpy(sampler.sweep(learn_noise)))
            if sweep >= num_burn:
                share = share + sampler.responsibilities.mean(axis=0) / (num_sweeps - num_burn)
                draws["points_3d"].append(to_numpy(sampler.points_3d).astype(np.float32))
                draws["pose_states"].append(to_numpy(sampler.states))
                draws["headings"].append(to_numpy(sampler.headings))
                draws["inlier_std_px"].append(sampler.inlier_std[:, :, 0])
            saved.keep(
                # The loop goes on only when the state has been written.
                lambda: {"sampler": sampler.state(), "draws": (draws, log_joint, share)},  # noqa: B023
                f"sweep {sweep + 1} of {num_sweeps}",
                last=sweep + 1 == num_sweeps,
            )
    arrays = {name: np.concatenate(np.stack(each, axis=1)) for name, each in draws.items()}
    return GimbalSamples(
        **arrays,
        outlier_probabilities=np.asarray(share),
        log_joint=np.stack(log_joint, axis=1),
        num_chains=num_chains,
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """The matrices are small: more threads would only wait for one another, and all the longer on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _check(
    prior: GimbalPrior,
    projections: Any,
    points_2d: Any,
    start: Any,
    num_chains: int,
    num_sweeps: int,
    num_burn: int,
) -> None:
    num_keypoints = len(prior.parents)
    shape = np.shape(points_2d)
    if np.ndim(points_2d) != 4 or shape[2:] != (num_keypoints, 2):
        raise InputError(
            f"points_2d must be (num_cameras, num_frames, {num_keypoints}, 2): got {shape}"
        )
    if np.shape(projections) != (shape[0], 3, 4):
        raise InputError(f"projections must be ({shape[0]}, 3, 4): got {np.shape(projections)}")
    if np.shape(start) != (shape[1], num_keypoints, 3):
        raise InputError(f"start must be ({shape[1]}, {num_keypoints}, 3): got {np.shape(start)}")
    if not np.isfinite(to_numpy(points_2d)).all(axis=-1).any():
        raise InputError("no camera sees anything: all of points_2d is NaN")
    if not (num_chains >= 1 and 0 <= num_burn < num_sweeps):
        raise InputError(
            f"num_chains={num_chains} must be at least 1, and num_burn={num_burn} less than num_sweeps={num_sweeps}"
        )
