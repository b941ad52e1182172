"""Part 6: directions, and the step of GIMBAL that turns bones."""

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq

from stats220.models.triangulation import (
    check_concentration,
    check_directions,
)


def update_direction(
    mean_direction: Float[np.ndarray, "*#batch 3"],
    concentration: float | Float[np.ndarray, "*#batch"],
    parent_position: Float[np.ndarray, "*#batch 3"],
    child_position: Float[np.ndarray, "*#batch 3"],
    bone_length: float | Float[np.ndarray, "*#batch"],
    bone_variance: float | Float[np.ndarray, "*#batch"],
) -> tuple[Float[np.ndarray, "*batch 3"], float | Float[np.ndarray, "*batch"]]:
    """The posterior of a bone's direction, given both its ends: again von Mises-Fisher.

    The model: the direction u has the prior vMF(`mean_direction`, `concentration`), and given u the
    child lies near the end of the bone, child ~ N(parent + `bone_length` u, `bone_variance` I).

    Parameters
    ----------
    mean_direction : ndarray (..., 3)
        ν of the prior, of unit length.
    concentration : float or ndarray (...)
        κ of the prior, at least 0.
    parent_position, child_position : ndarray (..., 3)
        The bone's two ends, in mm.
    bone_length : float or ndarray (...)
        r, in mm.
    bone_variance : float or ndarray (...)
        σ², in mm².

    Returns
    -------
    direction : ndarray (..., 3)
        Mean direction of the posterior, of unit length; the prior's where the posterior
        concentration is 0.
    concentration : ndarray (...)
        Of the posterior, at least 0.

    References
    ----------
    L. Zhang, T. Dunn, J. Marshall, B. Ölveczky and S. Linderman (2021). Animal pose estimation from
    video data with a hierarchical von Mises-Fisher-Gaussian model. AISTATS.
    """
    concentration = check_concentration(concentration)
    bone_length, bone_variance = np.asarray(bone_length), np.asarray(bone_variance)

    # As a function of u, log prior + log likelihood is a constant plus pull · u. What is the pull?
    # (Mind that u has unit length, so that u · u is a constant.) An array (..., 3).
    # BEGIN SOLUTION
    bone = child_position - parent_position
    pull = (
        concentration[..., None] * mean_direction + (bone_length / bone_variance)[..., None] * bone
    )
    # END SOLUTION

    # A vMF density is exp(concentration * direction · u), up to its constant.
    # BEGIN SOLUTION
    posterior_concentration = np.linalg.norm(pull, axis=-1)
    length = posterior_concentration[..., None]
    direction = np.where(length > 0, pull / np.where(length > 0, length, 1), mean_direction)
    # END SOLUTION
    return direction, posterior_concentration


def vmf_log_density(
    directions: Float[np.ndarray, "*#batch 3"],
    mean_direction: Float[np.ndarray, "*#batch 3"],
    concentration: float | Float[np.ndarray, "*#batch"],
) -> float | Float[np.ndarray, "*batch"]:
    """Log density of the von Mises-Fisher distribution on the unit sphere.

    Parameters
    ----------
    directions, mean_direction : ndarray (..., 3)
        u and ν, of unit length.
    concentration : float or ndarray (...)
        κ > 0.

    Returns
    -------
    ndarray (...)
        log(κ / (4π sinh κ)) + κ ν · u, to nine digits for any κ from 1e-6 to 1e6.

    Raises
    ------
    InputError
        Where a concentration is not positive and finite.
    """
    concentration = check_concentration(concentration, positive=True)

    # 4π sinh κ / κ overflows from κ = 710 on, and loses digits near κ = 0. With
    # sinh κ = exp(κ) (1 - exp(-2κ)) / 2 and np.expm1 it does neither.
    # BEGIN SOLUTION
    cosine = np.sum(directions * mean_direction, axis=-1)
    log_norm = np.log(concentration) - np.log(-np.expm1(-2 * concentration)) - np.log(2 * np.pi)
    log_density = concentration * (cosine - 1) + log_norm
    # END SOLUTION
    return log_density


def fit_vmf(
    directions: Float[np.ndarray, "num_directions 3"],
    weights: Float[np.ndarray, " num_directions"],
) -> tuple[Float[np.ndarray, " 3"], float]:
    """The von Mises-Fisher distribution of largest likelihood: exactly, not by Banerjee's formula.

    Parameters
    ----------
    directions : ndarray (num_directions, 3)
        Of unit length, not all the same.
    weights : ndarray (num_directions,)
        What each counts, at least 0.

    Returns
    -------
    mean_direction : ndarray (3,)
        Of unit length.
    concentration : float
        The κ > 0 with coth κ - 1 / κ = R̄, the length of the weighted mean.

    Raises
    ------
    InputError
        Where the weights are all zero; all directions are the same, so that κ would be infinite; or
        they cancel, so that it would be 0.
    """
    check_directions(directions, weights)

    # The weighted mean of the directions, and its length.
    # BEGIN SOLUTION
    mean = weights @ directions / weights.sum()
    length = float(np.linalg.norm(mean))
    # END SOLUTION

    # coth κ - 1 / κ rises from 0 to 1; it lies between 1 - 1/κ and, for small κ, κ/3.
    # BEGIN SOLUTION
    def excess(log_concentration: float) -> float:
        k = float(np.exp(log_concentration))
        # Near 0 both terms are large and cancel: there the series κ/3 - κ³/45 is exact.
        mean_length = 1 / np.tanh(k) - 1 / k if k > 1e-3 else k / 3 - k**3 / 45
        return float(mean_length - length)

    concentration = float(np.exp(brentq(excess, -25, np.log(2 / (1 - length)), xtol=1e-14)))
    # END SOLUTION
    return mean / length, concentration
