"""Part 3: the updates that take a movie apart."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from stats220.models.ascent import Ascent, add_outer


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


def ascend(
    movie: Float[np.ndarray, "num_pixels num_frames"],
    footprints: Float[np.ndarray, "num_neurons num_pixels"],
    background_footprint: Float[np.ndarray, " num_pixels"],
    update_trace: Callable[..., np.ndarray],
    update_footprint: Callable[..., np.ndarray],
    update_background: Callable[..., tuple[np.ndarray, np.ndarray]],
    objective: Callable[..., float],
    max_sweeps: int = 10,
    tolerance: float = 1e-4,
) -> Ascent:
    """Take a movie apart: update each neuron in turn, then the background, and again.

    Parameters
    ----------
    movie : ndarray (num_pixels, num_frames)
        In noise standard deviations.
    footprints : ndarray (num_neurons, num_pixels)
        First footprints; a neuron stays within the pixels where its first one is not zero.
    background_footprint : ndarray (num_pixels,)
        First footprint of the background.
    update_trace : callable, (residual_with_neuron, footprint) -> trace
        Here and below, of a neuron only its own pixels are handed over.
    update_footprint : callable, (residual_with_neuron, trace) -> footprint
    update_background : callable, (residual_with_background, footprint) -> (footprint, trace)
    objective : callable, (residual, traces, background_trace) -> float
        The log posterior.
    max_sweeps : int
        Stop after so many sweeps ...
    tolerance : float
        ... or as soon as one gains no more than this fraction of what all have gained.

    Returns
    -------
    Ascent
        footprints, traces, background_footprint, background_trace, and the objective, before the
        first sweep and after each.
    """
    footprints = footprints.copy()
    traces = np.zeros((len(footprints), movie.shape[1]), movie.dtype)
    pixels = [np.flatnonzero(footprint) for footprint in footprints]

    # The residual is the movie less all parts. At first there is no trace, so it is the movie.
    residual = movie.copy()
    background_footprint, background_trace = update_background(residual, background_footprint)
    add_outer(residual, -background_footprint, background_trace)
    history = [objective(residual, traces, background_trace)]

    for _ in range(max_sweeps):
        for k, inside in enumerate(pixels):
            # In the neuron's pixels, the residual with the neuron's own part added back.
            # BEGIN SOLUTION
            with_neuron = residual[inside] + np.outer(footprints[k, inside], traces[k])
            # END SOLUTION

            # First traces[k], with the footprint as it is; then footprints[k, inside], with the
            # new trace.
            # BEGIN SOLUTION
            traces[k] = update_trace(with_neuron, footprints[k, inside])
            footprints[k, inside] = update_footprint(with_neuron, traces[k])
            # END SOLUTION

            # The residual again, now without the new part: residual[inside] = ...
            # BEGIN SOLUTION
            residual[inside] = with_neuron - np.outer(footprints[k, inside], traces[k])
            # END SOLUTION

        # The background last, in the same steps. Its pixels are all pixels: add_outer spares you
        # a copy of the movie.
        # BEGIN SOLUTION
        add_outer(residual, background_footprint, background_trace)
        background_footprint, background_trace = update_background(residual, background_footprint)
        add_outer(residual, -background_footprint, background_trace)
        # END SOLUTION

        history.append(objective(residual, traces, background_trace))
        # Stop if this sweep gained no more than `tolerance` of what all sweeps have gained.
        # BEGIN SOLUTION
        if history[-1] - history[-2] <= tolerance * (history[-1] - history[0]):
            break
        # END SOLUTION
    return Ascent(footprints, traces, background_footprint, background_trace, np.array(history))
