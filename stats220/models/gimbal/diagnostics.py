"""Whether the chains agree, how many independent samples they are worth, and whether the truth lies where the samples say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.stats import chi2

from stats220.errors import InputError
from stats220.models.gimbal.sampler import GimbalSamples


class Convergence(NamedTuple):
    """Of some coordinates of the sampled points.

    Attributes
    ----------
    split_rhat : array (num_coordinates,)
        About 1 where the halves of all chains agree; above 1.05 they have not yet.
    bulk_ess : array (num_coordinates,)
        Effective number of samples: how many independent ones would say as much about the middle of the distribution.
    """

    split_rhat: Float[np.ndarray, " num_coordinates"]
    bulk_ess: Float[np.ndarray, " num_coordinates"]


def check_convergence(
    samples: GimbalSamples, *, num_coordinates: int = 300, seed: int = 0
) -> Convergence:
    """Split R̂ and effective sample size of randomly chosen coordinates (needs arviz).

    Parameters
    ----------
    samples : GimbalSamples
    num_coordinates : int
        How many of the num_frames · num_keypoints · 3.
    seed : int

    Raises
    ------
    InputError
        If arviz is absent, or a chain has fewer than 4 samples.

    References
    ----------
    Vehtari et al. (2021), Rank-normalization, folding, and localization: an improved R̂. Bayesian Analysis 16:667-718.
    """
    try:
        import arviz
    except ImportError as error:
        raise InputError("checking convergence needs arviz: pip install arviz") from error
    by_chain = samples.by_chain("points_3d")
    if by_chain.shape[1] < 4:
        raise InputError(f"{by_chain.shape[1]} samples a chain are too few: take at least 4")
    flat = by_chain.reshape(*by_chain.shape[:2], -1)
    chosen = np.random.default_rng(seed).permutation(flat.shape[-1])[:num_coordinates]
    draws = [np.asarray(flat[..., i], dtype=float) for i in np.sort(chosen)]
    return Convergence(
        np.array([float(arviz.rhat(one)) for one in draws]),
        np.array([float(arviz.ess(one)) for one in draws]),
    )


def region_of_truth(
    points_3d: Float[np.ndarray, "num_samples num_frames num_keypoints 3"],
    truth: Float[np.ndarray, "num_frames num_keypoints 3"],
    *,
    scale: Float[np.ndarray, " num_keypoints"] | float = 1.0,
    extra_std_mm: Float[np.ndarray, " num_keypoints"] | float = 0.0,
) -> Float[np.ndarray, "num_frames num_keypoints"]:
    """The probability of the smallest region around the samples' mean that holds the truth, of Gaussian shape.

    Where the posterior is right, these are uniform between 0 and 1: 90 % of them lie below 0.9.

    Parameters
    ----------
    points_3d : array (num_samples, num_frames, num_keypoints, 3)
    truth : array (num_frames, num_keypoints, 3)
        NaN: not known.
    scale : array (num_keypoints,) or float
        By which the samples' standard deviations are multiplied.
    extra_std_mm : array (num_keypoints,) or float
        Standard deviation of what the samples do not know of: how far a marker sits from what the network finds.

    Returns
    -------
    array (num_frames, num_keypoints), from 0 to 1; NaN where the truth is not known
    """
    mean = points_3d.mean(axis=0, dtype=float)
    off = points_3d - mean
    covariance = np.einsum("stki,stkj->tkij", off, off) / max(len(points_3d) - 1, 1)
    scales = np.broadcast_to(np.asarray(scale, dtype=float), mean.shape[1])
    extra = np.broadcast_to(np.asarray(extra_std_mm, dtype=float), mean.shape[1])
    covariance = covariance * scales[:, None, None] ** 2 + extra[:, None, None] ** 2 * np.eye(3)
    known = np.isfinite(truth).all(axis=-1)
    away = np.where(known[..., None], truth - mean, 0.0)
    squared = np.einsum("tki,tki->tk", away, np.linalg.solve(covariance, away[..., None])[..., 0])
    return np.where(known, chi2.cdf(squared, df=3), np.nan)
