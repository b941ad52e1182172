"""Part 2: deconvolution without a general solver."""

import numpy as np
from jaxtyping import Float

from stats220.models.calcium import check_trace


def deconvolve_fast(
    trace: Float[np.ndarray, " num_frames"], decay_frames: float, penalty: float
) -> Float[np.ndarray, " num_frames"]:
    r"""Deconvolve a trace without baseline in one pass over its frames.

    .. math::

        \min_c \frac12 \|y - c\|_2^2 + \lambda \|G c\|_1 \quad \text{subject to} \quad G c \ge 0

    Between spikes c decays, so it is a sequence of *pools*: runs of frames that decay from one
    height. Start with a pool for each frame; where one does not decay to below the next, merge the
    two. No pool is looked at again once it is in order.

    Parameters
    ----------
    trace : ndarray (num_frames,)
        y: noisy fluorescence.
    decay_frames : float
        τ, in frames.
    penalty : float
        λ >= 0.

    Returns
    -------
    ndarray (num_frames,)
        c, the denoised trace.

    Raises
    ------
    InputError
        Where the trace is not finite, τ is not positive, or λ is negative.

    References
    ----------
    J. Friedrich, P. Zhou and L. Paninski (2017). Fast online deconvolution of calcium imaging data.
    PLOS Computational Biology 13(3), algorithm 1.
    """
    trace = check_trace(trace, decay_frames, penalty=penalty)
    decay = np.exp(-1 / decay_frames)

    # The trace less what each frame of c costs: λ ‖G c‖₁, written as a sum over c_t.
    # BEGIN SOLUTION
    # ‖G c‖₁ is the sum of all c_t, times (1 - decay), but for the last, which has the weight 1.
    target = trace - penalty * (1 - decay)
    target[-1] = trace[-1] - penalty
    # END SOLUTION

    # One pass, frame by frame, that leaves the pools in order, each at its best height.
    # BEGIN SOLUTION
    # A pool of heights h, h g, h g², ... on targets y₀, y₁, ... is best at h = Σ gⁱ yᵢ / Σ g²ⁱ.
    pools: list[tuple[float, float, int]] = []  # Σ gⁱ yᵢ, Σ g²ⁱ, number of frames
    for value in target.tolist():
        total, weight, length = value, 1.0, 1
        while pools:
            total_before, weight_before, length_before = pools[-1]
            reach = decay**length_before
            if total_before / weight_before * reach <= total / weight:
                break
            total = total_before + reach * total
            weight = weight_before + reach**2 * weight
            length += length_before
            pools.pop()
        pools.append((total, weight, length))
    # END SOLUTION

    # The trace: each pool from its height, or 0 where that is negative.
    # BEGIN SOLUTION
    denoised = np.concatenate(
        [max(total / weight, 0) * decay ** np.arange(length) for total, weight, length in pools]
    )
    # END SOLUTION
    return denoised
