"""Part 3: the ascent that joins the updates."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from stats220.models.ascent import Ascent, add_outer


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
