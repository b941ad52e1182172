"""Lab 3's deconvolutions beside scipy, cvxpy and the conditions of optimality."""

import math
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from calcium_key import (
    Array,
    decay_matrix,
    deconvolve,
    deconvolve_fast,
    deconvolve_penalized,
    kernel,
    noisy_trace,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression, minimize
from scipy.sparse import issparse

from stats220.errors import InputError
from stats220.models.calcium import Deconvolution
from stats220.reference import calcium
from stats220.reference.calcium import fast


def assert_optimal(
    y: Array, decay_frames: float, fit: Deconvolution, price: float, atol: float
) -> None:
    """The Karush-Kuhn-Tucker conditions of ½‖y - c - b‖² + price ‖Gc‖₁ with Gc >= 0 and b free: they hold at its optimum alone."""
    K = kernel(len(y), decay_frames)
    residual = y - fit.denoised - fit.baseline
    pull = K.T @ residual  # how fast the misfit falls as each amplitude grows
    np.testing.assert_allclose(K @ fit.amplitudes, fit.denoised, atol=atol)
    assert fit.amplitudes.min() >= -atol
    assert abs(residual.sum()) <= atol * len(y)
    assert pull.max() <= price + atol
    np.testing.assert_allclose((price - pull) * fit.amplitudes, 0, atol=10 * atol)


@pytest.mark.parametrize(
    ("num_frames", "decay_frames"), [(1, 9.0), (2, 0.5), (7, 9.0), (40, 300.0)]
)
def test_decay_matrix_inverts_the_decay(num_frames: int, decay_frames: float) -> None:
    G = decay_matrix(num_frames, decay_frames)
    np.testing.assert_allclose(G @ kernel(num_frames, decay_frames), np.eye(num_frames), atol=1e-12)
    assert issparse(G)
    assert G.nnz == 2 * num_frames - 1


@pytest.mark.parametrize(
    ("num_frames", "decay_frames"), [(0, 9.0), (5, 0.0), (5, -9.0), (5, math.nan)]
)
def test_decay_matrix_refuses(num_frames: int, decay_frames: float) -> None:
    with pytest.raises(InputError, match="must be positive"):
        decay_matrix(num_frames, decay_frames)


@pytest.mark.parametrize("slack", [-0.3, 0.0, 1.0])
@pytest.mark.parametrize("decay_frames", [2.0, 9.0])
def test_deconvolve_is_optimal(slack: float, decay_frames: float) -> None:
    y = noisy_trace(300, decay_frames)
    fit = deconvolve(y, decay_frames, 1.0, slack)
    bound = (1 + slack) * math.sqrt(300)
    assert np.linalg.norm(y - fit.denoised - fit.baseline) == pytest.approx(bound, rel=1e-6)
    assert isinstance(fit.multiplier, float)
    # Stationarity of ‖Gc‖₁ + η (‖y - c - b‖² - θ²) is that of the penalised problem with the price 1 / (2η).
    assert_optimal(y, decay_frames, fit, 1 / (2 * fit.multiplier), atol=1e-3)


def test_the_multiplier_makes_the_penalized_problem_equivalent() -> None:
    y = 3 * noisy_trace(200, seed=5)
    fit = deconvolve(y, 9.0, 3.0, 0.5)
    assert fit.multiplier is not None
    same = deconvolve_penalized(y, 9.0, 1 / (2 * 3.0**2 * fit.multiplier), 3.0)
    np.testing.assert_allclose(same.denoised, fit.denoised, atol=1e-3)
    np.testing.assert_allclose(same.amplitudes, fit.amplitudes, atol=1e-3)
    assert same.baseline == pytest.approx(fit.baseline, abs=1e-3)
    assert same.multiplier is None


@pytest.mark.parametrize("solver", ["CLARABEL", "SCS"])
@pytest.mark.parametrize("form", ["norm", "squares", "quad_over_lin", "cone"])
def test_every_form_of_the_bound_has_the_same_multiplier(solver: str, form: str) -> None:
    y, decay = noisy_trace(150, seed=6), math.exp(-1 / 9)
    bound = 1.5 * math.sqrt(150)
    c, b = cp.Variable(150), cp.Variable()
    residual = y - c - b
    first, to_squared = {
        "norm": (cp.norm(residual, 2) <= bound, 1 / (2 * bound)),
        "squares": (cp.sum_squares(residual) <= bound**2, 1.0),
        "quad_over_lin": (cp.quad_over_lin(residual, 1) <= bound**2, 1.0),
        "cone": (cp.SOC(bound, residual), 1 / (2 * bound)),
    }[form]
    jumps = cp.hstack([c[0], c[1:] - decay * c[:-1]])
    options = {"eps": 1e-8, "max_iters": 200_000} if solver == "SCS" else {}
    cp.Problem(cp.Minimize(cp.norm1(jumps)), [first, jumps >= 0]).solve(solver=solver, **options)
    dual = first.dual_value[0] if form == "cone" else first.dual_value
    assert np.size(dual) == 1
    expected = fast.bounded(y, 9.0, 1.0, 0.5)
    assert np.squeeze(dual).item() * to_squared == pytest.approx(expected.multiplier, rel=2e-3)
    np.testing.assert_allclose(c.value, expected.denoised, atol=2e-2)


def test_a_bound_that_does_not_bind_leaves_no_spike() -> None:
    y = np.random.default_rng(7).normal(size=100) + 5
    for function in (deconvolve, fast.bounded):
        fit = function(y, 9.0, 1.0, 1.0)
        np.testing.assert_allclose(fit.amplitudes, 0, atol=1e-5)
        assert fit.multiplier == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("function", [deconvolve, fast.bounded])
def test_deconvolve_scales_with_its_units(function: Any) -> None:
    y = noisy_trace(120, seed=8)
    one, ten = function(y, 9.0, 1.0, 0.2), function(10 * y, 9.0, 10.0, 0.2)
    np.testing.assert_allclose(ten.denoised, 10 * one.denoised, atol=1e-2)
    assert ten.baseline == pytest.approx(10 * one.baseline, abs=1e-2)
    assert ten.multiplier == pytest.approx(one.multiplier / 10, rel=1e-3)


def bounded_minimum(y: Array, decay_frames: float, price: float) -> Array:
    """c of the penalised problem with a free baseline, by a quasi-Newton method over amplitudes and baseline."""
    K = kernel(len(y), decay_frames)

    def value_and_slope(x: Array) -> tuple[float, Array]:
        residual = y - K @ x[:-1] - x[-1]
        slope = np.append(price - K.T @ residual, -residual.sum())
        return float(residual @ residual / 2 + price * x[:-1].sum()), slope

    done = minimize(
        value_and_slope,
        np.append(np.zeros(len(y)), y.mean()),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * len(y) + [(None, None)],
        options={"maxiter": 20_000, "maxfun": 40_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    return K @ done.x[:-1]


@pytest.mark.parametrize("penalty", [0.3, 2.0, 8.0])
@pytest.mark.parametrize("function", [deconvolve_penalized, fast.penalized])
def test_deconvolve_penalized_is_optimal(function: Any, penalty: float) -> None:
    y = 2 * noisy_trace(80, seed=9)
    fit = function(y, 9.0, penalty, 2.0)
    assert_optimal(y, 9.0, fit, penalty * 2.0**2, atol=1e-3)
    np.testing.assert_allclose(fit.denoised, bounded_minimum(y, 9.0, penalty * 4.0), atol=2e-2)


@given(
    num_frames=st.integers(2, 120),
    decay_frames=st.floats(0.2, 50),
    penalty=st.floats(0, 20),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_deconvolve_fast_is_isotonic_regression(
    num_frames: int, decay_frames: float, penalty: float, seed: int
) -> None:
    # c_t = gᵗ z_t turns c_t >= g c_(t-1) >= 0 into z not falling, with weights g²ᵗ; keep these within floating point.
    num_frames = max(2, min(num_frames, int(300 * decay_frames)))
    y = noisy_trace(num_frames, decay_frames, seed) - 2
    weights = np.full(num_frames, penalty * (1 - math.exp(-1 / decay_frames)))
    weights[-1] = penalty
    growth = np.exp(-np.arange(num_frames) / decay_frames)
    z = isotonic_regression((y - weights) / growth, weights=growth**2).x
    expected = np.maximum(z, 0) * growth
    np.testing.assert_allclose(deconvolve_fast(y, decay_frames, penalty), expected, atol=1e-9)
    known = fast.penalized(y, decay_frames, penalty, baseline=0.0)
    np.testing.assert_allclose(known.denoised, expected, atol=1e-9)


@given(
    num_frames=st.integers(2, 200),
    decay_frames=st.floats(0.3, 100),
    slack=st.floats(-0.8, 2),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_the_fast_solver_meets_bound_and_optimality(
    num_frames: int, decay_frames: float, slack: float, seed: int
) -> None:
    y = noisy_trace(num_frames, decay_frames, seed)
    fit = fast.bounded(y, decay_frames, 1.0, slack)
    assert fit.multiplier is not None
    bound = (1 + slack) * math.sqrt(num_frames)
    if fit.multiplier == 0:
        assert np.linalg.norm(y - y.mean()) <= bound
        return
    assert np.linalg.norm(y - fit.denoised - fit.baseline) == pytest.approx(bound, rel=1e-9)
    assert_optimal(y, decay_frames, fit, 1 / (2 * fit.multiplier), atol=1e-6)


def test_the_fast_solver_has_the_objective_of_cvxpy() -> None:
    y = noisy_trace(1000, seed=10)
    for slack in (0.0, 1.0):
        ours, general = fast.bounded(y, 9.0, 1.0, slack), deconvolve(y, 9.0, 1.0, slack)
        assert ours.amplitudes.sum() == pytest.approx(general.amplitudes.sum(), rel=1e-5)
        assert ours.multiplier == pytest.approx(general.multiplier, rel=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trace": [1.0, math.nan, 2.0]}, "finite"),
        ({"trace": [1.0]}, "vector"),
        ({"decay_frames": 0.0}, "decay time must be positive"),
        ({"decay_frames": -0.3}, "decay time must be positive"),
        ({"decay_frames": math.nan}, "decay time must be positive"),
        ({"noise_std": 0.0}, "noise_std"),
        ({"slack": -1.0}, "smallest slack worth trying is 0"),
        ({"slack": -3.0}, "smallest slack worth trying is 0"),
        ({"penalty": -1.0}, "must not be negative"),
        ({"penalty": math.inf}, "must not be negative"),
    ],
)
def test_bad_arguments_of_deconvolutions_are_told(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"trace": np.arange(9.0), "decay_frames": 9.0} | change
    arguments["trace"] = np.asarray(arguments["trace"])
    tried = 0
    for function, own in [
        (calcium.deconvolve, {"noise_std", "slack"}),
        (fast.bounded, {"noise_std", "slack"}),
        (calcium.deconvolve_penalized, {"noise_std", "penalty"}),
        (fast.penalized, {"noise_std", "penalty"}),
        (calcium.deconvolve_fast, {"penalty"}),
    ]:
        if set(change) <= {"trace", "decay_frames"} | own:
            tried += 1
            needed = {"penalty": 1.0} if "penalty" in own else {}
            with pytest.raises(InputError, match=message):
                function(**(needed | arguments))
    assert tried


@pytest.mark.parametrize("slack", [-0.5, -0.9, -0.999])
def test_every_bound_above_zero_can_be_met_and_the_baseline_pays(slack: float) -> None:
    y = noisy_trace(200, seed=20)
    at_zero, below = (fast.bounded(y, 9.0, 1.0, each) for each in (0.0, slack))
    assert np.linalg.norm(y - below.denoised - below.baseline) == pytest.approx(
        (1 + slack) * math.sqrt(200)
    )
    assert below.baseline < at_zero.baseline - 2
    assert below.amplitudes[0] > at_zero.amplitudes[0] + 2
    assert np.sum(below.amplitudes > 0.1) > 3 * np.sum(at_zero.amplitudes > 0.1)
    general = deconvolve(y, 9.0, 1.0, slack)
    assert general.baseline == pytest.approx(below.baseline, abs=0.05 * abs(below.baseline))


def test_the_dual_value_has_the_form_that_the_text_says() -> None:
    y = noisy_trace(60, seed=21)
    c, b = cp.Variable(60), cp.Variable()
    r, jumps = y - c - b, cp.hstack([c[0], c[1:] - math.exp(-1 / 9) * c[:-1]])
    theta = 1.2 * math.sqrt(60)
    arrays = [
        cp.sum_squares(r) <= theta**2,
        cp.quad_over_lin(r, 1) <= theta**2,
        cp.quad_form(r, np.eye(60)) <= theta**2,
    ]
    floats = [
        cp.norm(r, 2) <= theta,
        cp.norm(r, 2) ** 2 <= theta**2,
        cp.sum(cp.square(r)) <= theta**2,
    ]
    for constraint in (*arrays, *floats):
        cp.Problem(cp.Minimize(cp.sum(jumps)), [constraint, jumps >= 0]).solve(solver="CLARABEL")
    assert [np.shape(constraint.dual_value) for constraint in arrays] == [(1,)] * 3
    assert [type(constraint.dual_value) for constraint in floats] == [float] * 3
