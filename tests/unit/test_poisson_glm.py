"""Poisson regression for many neurons against SciPy's minimizer, and against the equations of the optimum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from stats220.errors import InputError, Stats220Error
from stats220.models.poisson_glm import fit_poisson_glm

Array = np.ndarray[Any, np.dtype[Any]]


def regression(
    num_bins: int, num_features: int, num_neurons: int, seed: int
) -> tuple[Array, Array]:
    """Correlated features of unequal sizes, and counts with rare bursts."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(num_features, num_features)) / np.sqrt(num_features)
    x = rng.normal(size=(num_bins, num_features)) @ mixing * rng.uniform(0.3, 2, num_features) + 0.5
    weights = rng.normal(0, 0.6, (num_features, num_neurons)) / np.sqrt(num_features)
    rates = np.exp(x @ weights + rng.uniform(-3, -0.5, num_neurons))
    return x, rng.poisson(rates).astype(float)


def objective(parameters: Array, x: Array, y: Array, alpha: float) -> tuple[float, Array]:
    drive = x @ parameters[:-1] + parameters[-1]
    rates = np.exp(drive)
    value = np.mean(rates - y * drive) + alpha / 2 * np.sum(parameters[:-1] ** 2)
    residual = (rates - y) / len(y)
    gradient = np.append(x.T @ residual + alpha * parameters[:-1], residual.sum())
    return float(value), gradient


@pytest.mark.parametrize("alpha", [1e-4, 1e-2, 1.0])
@pytest.mark.parametrize("sizes", [(500, 3, 1), (2000, 20, 5)])
def test_the_optimum_is_scipys(sizes: tuple[int, int, int], alpha: float) -> None:
    x, y = regression(*sizes, seed=0)
    fit = fit_poisson_glm(x, y, alpha, tolerance=1e-12)
    assert fit.weights.shape == (sizes[1], sizes[2])
    for neuron in range(sizes[2]):
        start = np.zeros(sizes[1] + 1)
        peer: Any = minimize(
            objective,
            start,
            (x, y[:, neuron], alpha),
            method="BFGS",
            jac=True,
            options={"gtol": 1e-9},
        )
        assert fit.objectives[neuron] == pytest.approx(peer.fun, rel=1e-9)
        ours = np.append(fit.weights[:, neuron], fit.intercepts[neuron])
        np.testing.assert_allclose(ours, peer.x, atol=1e-4)


def test_at_the_optimum_the_gradient_is_zero_and_the_value_is_the_value() -> None:
    x, y = regression(5000, 40, 9, seed=1)
    fit = fit_poisson_glm(x, y, 1e-3, tolerance=1e-13)
    for neuron in range(9):
        parameters = np.append(fit.weights[:, neuron], fit.intercepts[neuron])
        value, gradient = objective(parameters, x, y[:, neuron], 1e-3)
        assert fit.objectives[neuron] == pytest.approx(value, rel=1e-10)
        assert np.abs(gradient).max() < 1e-6


def test_neurons_do_not_depend_on_each_other() -> None:
    x, y = regression(1000, 10, 4, seed=2)
    together, alone = fit_poisson_glm(x, y, 1e-2), fit_poisson_glm(x, y[:, 2:3], 1e-2)
    np.testing.assert_allclose(together.weights[:, 2], alone.weights[:, 0], atol=1e-3)


def test_large_features_and_a_rare_neuron_converge() -> None:
    """The first step from a constant rate is far too long here: the line search must hold it back."""
    x, y = regression(3000, 10, 3, seed=3)
    y[:, 0] = 0
    y[17, 0] = 40  # one burst, and nothing else
    fit = fit_poisson_glm(20 * x, y, 1e-3)
    assert np.isfinite(fit.weights).all()
    for neuron in range(3):
        parameters = np.append(fit.weights[:, neuron], fit.intercepts[neuron])
        peer: Any = minimize(
            objective, parameters, (20 * x, y[:, neuron], 1e-3), method="BFGS", jac=True
        )
        assert fit.objectives[neuron] <= peer.fun + 1e-6 * abs(peer.fun)


def test_integer_counts_and_single_precision_features() -> None:
    x, y = regression(500, 5, 2, seed=4)
    fit = fit_poisson_glm(x.astype(np.float32), y.astype(np.uint8), 1e-2)
    np.testing.assert_allclose(fit.weights, fit_poisson_glm(x, y, 1e-2).weights, atol=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: (x[:5], y, 1.0), r"features \(5, 3\) and spike counts \(50, 2\)"),
        (lambda x, y: (x, y[:, 0], 1.0), r"spike counts \(50,\)"),
        (lambda x, y: (x, -y, 1.0), "no count negative"),
        (lambda x, y: (np.where(x > 1, np.nan, x), y, 1.0), "must be finite"),
        (lambda x, y: (x, y * [1, 0], 1.0), "each neuron needs a spike"),
        (lambda x, y: (x, y, 0.0), "alpha=0.0 must be positive"),
    ],
)
def test_bad_input_is_named(change: Any, message: str) -> None:
    x, y = regression(50, 3, 2, seed=5)
    with pytest.raises(InputError, match=message):
        fit_poisson_glm(*change(x, y + 1))


def test_too_few_passes_are_an_error() -> None:
    x, y = regression(500, 10, 2, seed=6)
    with pytest.raises(Stats220Error, match="did not settle in 2 passes"):
        fit_poisson_glm(x, y, 1e-3, max_passes=2)
