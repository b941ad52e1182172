r"""Poisson regression for many neurons on one set of features: convex, so to the optimum, and fast.

What all neurons share is computed once for all. A pass over the data gives every neuron's gradient by two matrix products; L-BFGS
turns gradients into directions, for all neurons at once. What makes it need few passes is its first metric: with a constant rate the
Hessian is the mean rate times the features' Gram matrix, one matrix for all neurons, so that the first step is Newton's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Real
from scipy.linalg import cho_factor, cho_solve

from stats220.errors import InputError, Stats220Error

_Matrix = np.ndarray[Any, np.dtype[np.float64]]
_MEMORY = 10  # pairs of steps and changes of gradient that L-BFGS keeps


class PoissonGLM(NamedTuple):
    """The optimum, a column or an entry per neuron.

    Attributes
    ----------
    weights : ndarray (num_features, num_neurons)
    intercepts : ndarray (num_neurons,)
    objectives : ndarray (num_neurons,)
        The penalized mean negative log likelihood of a bin, without log y!.
    num_passes : int
        Passes over the data that it took.
    """

    weights: Float[np.ndarray, "num_features num_neurons"]
    intercepts: Float[np.ndarray, " num_neurons"]
    objectives: Float[np.ndarray, " num_neurons"]
    num_passes: int


def fit_poisson_glm(
    features: Float[np.ndarray, "num_bins num_features"],
    spike_counts: Real[np.ndarray, "num_bins num_neurons"],
    alpha: float,
    *,
    tolerance: float = 1e-8,
    max_passes: int = 500,
) -> PoissonGLM:
    r"""Fit every neuron by maximum likelihood with a ridge penalty.

    .. math:: \min_{w, b}\; \frac 1T \sum_t \left(e^{\eta_t} - y_t \eta_t\right) + \frac\alpha2 \lVert w \rVert^2,
              \qquad \eta_t = w^\top x_t + b.

    Parameters
    ----------
    features : ndarray (num_bins, num_features)
        x: one row per bin, the same for all neurons.
    spike_counts : ndarray (num_bins, num_neurons)
        y.
    alpha : float
        The penalty, > 0; the intercept b goes free.
    tolerance : float
        Stop where one more Newton step promises less than this share of the objective.
    max_passes : int
        At most so many gradients.

    Returns
    -------
    PoissonGLM

    Raises
    ------
    InputError
        Where shapes do not agree, a value is not finite, a count is negative, a neuron never fires, or alpha is not positive.
    Stats220Error
        Where `max_passes` do not suffice.

    References
    ----------
    L. Paninski (2004). Maximum likelihood estimation of cascade point-process neural encoding models. Network 15: why it is convex.
    J. Nocedal and S. Wright (2006). Numerical optimization, algorithm 7.4: the two loops of L-BFGS.
    """
    x, y = np.asarray(features, float), np.asarray(spike_counts, float)
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or not len(x):
        raise InputError(
            f"features {x.shape} and spike counts {y.shape} must be (num_bins, ...) of the same length"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (y >= 0).all()):
        raise InputError("features and spike counts must be finite, and no count negative")
    if not (y.any(axis=0).all() and alpha > 0):
        raise InputError(
            f"each neuron needs a spike, and alpha={alpha} must be positive: without, the optimum lies at infinity"
        )
    num_bins, num_features = x.shape
    mean = y.mean(axis=0)
    ridge = np.append(np.full(num_features, alpha), 0.0)[:, None]
    gram = _gram(x)
    metrics = [cho_factor(rate * gram + np.diag(ridge[:, 0])) for rate in mean]

    w = np.zeros((num_features + 1, len(mean)))  # the last row are the intercepts
    w[-1] = np.log(mean)
    drive = np.tile(w[-1], (num_bins, 1))
    rate = np.exp(drive)
    value = (rate - y * drive).mean(axis=0)
    steps: list[_Matrix] = []
    changes: list[_Matrix] = []
    gradient = np.zeros_like(w)
    for passes in range(max_passes):
        before, residual = gradient, (rate - y) / num_bins
        gradient = np.vstack([x.T @ residual, residual.sum(axis=0)]) + ridge * w
        if passes:
            changes = [*changes, gradient - before][-_MEMORY:]
        direction = _direction(gradient, steps, changes, metrics)
        slope = np.sum(gradient * direction, axis=0)
        if (slope / 2 <= tolerance * np.abs(value)).all():
            return PoissonGLM(w[:-1], w[-1], value, passes + 1)
        # The drive is linear in the step: trying a shorter one costs no product with the features.
        toward = x @ direction[:-1] + direction[-1]
        length = np.ones(len(mean))
        while True:
            with np.errstate(over="ignore"):
                tried = drive - length * toward
                rate = np.exp(tried)
            moved = w - length * direction
            new_value = (rate - y * tried).mean(axis=0) + np.sum(ridge * moved**2, axis=0) / 2
            # Rounding may hide the last decreases.
            short = new_value <= value - 1e-4 * length * slope + 1e-14 * np.abs(value)
            if short.all():
                break
            length[~short] /= 2
        steps = [*steps, moved - w][-_MEMORY:]
        w, drive, value = moved, tried, new_value
    raise Stats220Error(
        f"the fit did not settle in {max_passes} passes: standardize the features, or take a larger alpha"
    )


def _gram(x: _Matrix) -> _Matrix:
    """Mean of the products of the features, and of a constant one after them."""
    mean = x.mean(axis=0)[:, None]
    return np.asarray(np.block([[x.T @ x / len(x), mean], [mean.T, np.ones((1, 1))]]))


def _direction(
    gradient: _Matrix, steps: list[_Matrix], changes: list[_Matrix], metrics: list[Any]
) -> _Matrix:
    """The inverse Hessian, as L-BFGS knows it, times the gradient; each column by itself."""
    direction = gradient.copy()
    pairs = []
    for step, change in zip(reversed(steps), reversed(changes), strict=True):
        curvature = np.sum(step * change, axis=0)
        # A neuron that has come to rest makes no step, and then its pair says nothing.
        scale = np.divide(1, curvature, out=np.zeros_like(curvature), where=curvature > 0)
        share = scale * np.sum(step * direction, axis=0)
        direction -= share * change
        pairs.append((step, change, scale, share))
    for neuron, metric in enumerate(metrics):
        direction[:, neuron] = cho_solve(metric, direction[:, neuron])
    for step, change, scale, share in reversed(pairs):
        direction += step * (share - scale * np.sum(change * direction, axis=0))
    return direction
