"""Part 3: the updates that take a movie apart."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float


def update_trace(
    residual_with_neuron: Float[np.ndarray, "num_pixels num_frames"],
    footprint: Float[np.ndarray, " num_pixels"],
    denoise: Callable[[Float[np.ndarray, " num_frames"]], Float[np.ndarray, " num_frames"]],
) -> Float[np.ndarray, " num_frames"]:
    """The most probable trace of a neuron, given its footprint and all else.

    Parameters
    ----------
    residual_with_neuron : ndarray (num_pixels, num_frames)
        The movie less all but this neuron.
    footprint : ndarray (num_pixels,)
        u, of unit norm.
    denoise : callable, (num_frames,) -> (num_frames,)
        The most probable trace, given a noisy one.

    Returns
    -------
    ndarray (num_frames,)
        The neuron's trace.
    """
    # What the footprint sees: one number per frame. Of the movie, only this matters for the trace,
    # as the footprint has unit norm.
    # BEGIN SOLUTION
    target = footprint @ residual_with_neuron
    # END SOLUTION

    # The trace.
    # BEGIN SOLUTION
    trace = denoise(target)
    # END SOLUTION
    return trace


def update_footprint(
    residual_with_neuron: Float[np.ndarray, "num_pixels num_frames"],
    trace: Float[np.ndarray, " num_frames"],
) -> Float[np.ndarray, " num_pixels"]:
    """The most probable footprint of a neuron, given its trace and all else.

    Parameters
    ----------
    residual_with_neuron : ndarray (num_pixels, num_frames)
        The movie less all but this neuron.
    trace : ndarray (num_frames,)
        c, not all zero.

    Returns
    -------
    ndarray (num_pixels,)
        u, of unit norm.
    """
    # How well each pixel goes along with the trace.
    # BEGIN SOLUTION
    weights = residual_with_neuron @ trace
    # END SOLUTION

    # The footprint, of unit norm.
    # BEGIN SOLUTION
    footprint = weights / np.linalg.norm(weights)
    # END SOLUTION
    return footprint


def update_background(
    residual_with_background: Float[np.ndarray, "num_pixels num_frames"],
    footprint: Float[np.ndarray, " num_pixels"],
    trace_variance: float,
    noise_std: float,
) -> tuple[Float[np.ndarray, " num_pixels"], Float[np.ndarray, " num_frames"]]:
    r"""The most probable background: first its trace, then its footprint.

    The trace has the prior :math:`c_{0t} \sim N(0, \varsigma^2)` and is the most probable one given
    the footprint; the new footprint is the most probable one given that trace.

    Parameters
    ----------
    residual_with_background : ndarray (num_pixels, num_frames)
        The movie less all neurons.
    footprint : ndarray (num_pixels,)
        u₀, of unit norm.
    trace_variance : float
        ς², the prior variance of the trace.
    noise_std : float
        σ.

    Returns
    -------
    footprint : ndarray (num_pixels,)
        The new u₀, of unit norm.
    trace : ndarray (num_frames,)
        The new c₀.
    """
    # By how much the prior shrinks the trace toward 0: not at all where its variance is large
    # against the noise's.
    # BEGIN SOLUTION
    shrinkage = trace_variance / (trace_variance + noise_std**2)
    # END SOLUTION

    # The trace: what the footprint sees, shrunk.
    # BEGIN SOLUTION
    trace = shrinkage * (footprint @ residual_with_background)
    # END SOLUTION

    # The footprint for this trace, of unit norm.
    # BEGIN SOLUTION
    weights = residual_with_background @ trace
    new_footprint = weights / np.linalg.norm(weights)
    # END SOLUTION
    return new_footprint, trace
