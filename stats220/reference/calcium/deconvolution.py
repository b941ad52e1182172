"""Part 2: from fluorescence to spikes."""

import cvxpy as cp
import numpy as np
from jaxtyping import Float
from scipy.sparse import eye_array, sparray

from stats220.errors import InputError
from stats220.models.calcium import Deconvolution, check_trace, solve


def decay_matrix(num_frames: int, decay_frames: float) -> Float[sparray, "num_frames num_frames"]:
    r"""The sparse matrix G that turns calcium into spike amplitudes, a = G c.

    Without a spike calcium decays by :math:`e^{-1/\tau}` a frame, so that
    :math:`a_t = c_t - e^{-1/\tau} c_{t-1}`, and :math:`a_0 = c_0`.

    Parameters
    ----------
    num_frames : int
        T.
    decay_frames : float
        τ, in frames.

    Returns
    -------
    sparse array (num_frames, num_frames)
        G: only its 2 T - 1 entries that are not zero are stored.

    Raises
    ------
    InputError
        Where a size or a decay time is not positive.
    """
    if not (num_frames > 0 and decay_frames > 0):
        raise InputError(
            f"num_frames={num_frames} and decay_frames={decay_frames} must be positive"
        )

    # Ones on the diagonal; on the one below it, with its sign, what remains of the frame before.
    # BEGIN SOLUTION
    remains = np.exp(-1 / decay_frames)
    G = eye_array(num_frames, format="csc") - remains * eye_array(num_frames, k=-1, format="csc")
    # END SOLUTION
    return G


def deconvolve(
    trace: Float[np.ndarray, " num_frames"],
    decay_frames: float,
    noise_std: float = 1.0,
    slack: float = 1.0,
) -> Deconvolution:
    r"""Find the fewest, smallest spikes that explain a trace up to its noise.

    .. math::

        \min_{c, b} \|G c\|_1
        \quad \text{subject to} \quad \|y - c - b\|_2 \le \theta, \quad G c \ge 0

    with :math:`\theta = (1 + \epsilon) \sigma \sqrt{T}`.

    Parameters
    ----------
    trace : ndarray (num_frames,)
        y: noisy fluorescence.
    decay_frames : float
        τ, in frames.
    noise_std : float
        σ.
    slack : float
        ε > -1: by what fraction the residual may be larger than the noise.

    Returns
    -------
    Deconvolution
        denoised c, amplitudes G c, baseline b, and multiplier: η of the *squared* constraint
        ‖y - c - b‖₂² <= θ², a plain number.

    Raises
    ------
    InputError
        Where the trace is not finite, τ or σ is not positive, or ε is not above -1.

    References
    ----------
    E. A. Pnevmatikakis et al. (2016). Simultaneous denoising, deconvolution, and demixing of
    calcium imaging data. Neuron 89(2), equation 5.
    """
    trace = check_trace(trace, decay_frames, noise_std=noise_std, slack=slack)
    num_frames = len(trace)

    # The variables: the denoised trace c, and the baseline b, a number.
    # BEGIN SOLUTION
    denoised = cp.Variable(num_frames)
    baseline = cp.Variable()
    # END SOLUTION

    # The amplitudes G c, an expression in c: write G out again, so that this exercise stands alone.
    # BEGIN SOLUTION
    jumps = denoised[1:] - np.exp(-1 / decay_frames) * denoised[:-1]
    amplitudes = cp.hstack([denoised[0], jumps])
    # END SOLUTION

    # The bound θ, and the two constraints: first the one on the norm of the residual.
    # BEGIN SOLUTION
    bound = (1 + slack) * noise_std * np.sqrt(num_frames)
    constraints = [cp.norm(trace - denoised - baseline, 2) <= bound, amplitudes >= 0]
    # END SOLUTION

    # The problem. With G c >= 0, the norm ‖G c‖₁ is a plain sum.
    # BEGIN SOLUTION
    problem = cp.Problem(cp.Minimize(cp.sum(amplitudes)), constraints)
    # END SOLUTION
    solve(problem)

    # η, from the first constraint's dual value. That of a bound on the norm itself is ν = 2 θ η.
    # BEGIN SOLUTION
    multiplier = float(np.squeeze(constraints[0].dual_value)) / (2 * bound)
    # END SOLUTION
    return Deconvolution(denoised.value, amplitudes.value, float(baseline.value), multiplier)


def deconvolve_penalized(
    trace: Float[np.ndarray, " num_frames"],
    decay_frames: float,
    penalty: float,
    noise_std: float = 1.0,
) -> Deconvolution:
    r"""Deconvolve a trace with a price on spikes in place of a bound on the residual.

    .. math::

        \min_{c, b} \frac{1}{2 \sigma^2} \|y - c - b\|_2^2 + \lambda \|G c\|_1
        \quad \text{subject to} \quad G c \ge 0

    Parameters
    ----------
    trace : ndarray (num_frames,)
        y: noisy fluorescence.
    decay_frames : float
        τ, in frames.
    penalty : float
        λ >= 0: the rate of the exponential prior on amplitudes.
    noise_std : float
        σ.

    Returns
    -------
    Deconvolution
        denoised c, amplitudes G c and baseline b; no multiplier, as there is no bound.

    Raises
    ------
    InputError
        Where the trace is not finite, τ or σ is not positive, or λ is negative.
    """
    trace = check_trace(trace, decay_frames, noise_std=noise_std, penalty=penalty)
    num_frames = len(trace)

    # The variables, and the amplitudes as an expression, as in `deconvolve`.
    # BEGIN SOLUTION
    denoised = cp.Variable(num_frames)
    baseline = cp.Variable()
    jumps = denoised[1:] - np.exp(-1 / decay_frames) * denoised[:-1]
    amplitudes = cp.hstack([denoised[0], jumps])
    # END SOLUTION

    # The negative log posterior: the misfit in units of the noise, and the price of the spikes.
    # BEGIN SOLUTION
    misfit = cp.sum_squares(trace - denoised - baseline) / (2 * noise_std**2)
    objective = cp.Minimize(misfit + penalty * cp.sum(amplitudes))
    # END SOLUTION

    # The problem, with its constraint.
    # BEGIN SOLUTION
    problem = cp.Problem(objective, [amplitudes >= 0])
    # END SOLUTION
    solve(problem)
    return Deconvolution(denoised.value, amplitudes.value, float(baseline.value))
