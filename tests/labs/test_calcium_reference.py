"""Lab 3's answer key beside scipy, closed forms and the conditions of optimality, with the shapes in its signatures executed."""

import math
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from beartype import beartype
from beartype.roar import BeartypeCallHintViolation
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError, jaxtyped
from scipy.optimize import isotonic_regression, minimize
from scipy.signal import lfilter
from scipy.sparse import issparse

from stats220.errors import InputError
from stats220.models.calcium import Deconvolution
from stats220.reference import calcium
from stats220.reference.calcium import fast

typed = jaxtyped(typechecker=beartype)
pixel_noise_std, local_correlation = (
    typed(calcium.pixel_noise_std),
    typed(calcium.local_correlation),
)
decay_matrix, ascend = typed(calcium.decay_matrix), typed(calcium.ascend)
deconvolve, deconvolve_penalized = typed(calcium.deconvolve), typed(calcium.deconvolve_penalized)
deconvolve_fast, update_trace = typed(calcium.deconvolve_fast), typed(calcium.update_trace)
update_footprint, update_background = (
    typed(calcium.update_footprint),
    typed(calcium.update_background),
)

Array = np.ndarray[Any, np.dtype[Any]]


def noisy_trace(num_frames: int, decay_frames: float = 9.0, seed: int = 0) -> Array:
    """Spikes of 4 to 12 noise standard deviations on a baseline of 2."""
    rng = np.random.default_rng(seed)
    spikes = (rng.random(num_frames) < 0.03) * rng.uniform(4, 12, num_frames)
    return 2 + lfilter([1], [1, -math.exp(-1 / decay_frames)], spikes) + rng.normal(size=num_frames)


def kernel(num_frames: int, decay_frames: float) -> Array:
    """K = G⁻¹, written out: column s is a jump at frame s that decays from there."""
    age = np.subtract.outer(np.arange(num_frames), np.arange(num_frames))
    return np.where(age >= 0, np.exp(-np.maximum(age, 0) / decay_frames), 0.0)


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


def test_shapes_in_signatures_are_executed() -> None:
    for call in [
        lambda: pixel_noise_std(np.zeros((4, 60)), 30.0),
        lambda: local_correlation(np.zeros((4, 60))),
        lambda: ascend(np.zeros((3, 5)), np.zeros((2, 4)), np.zeros(3), None, None, None, None),
        lambda: deconvolve(np.zeros((2, 9)), 9.0),
        lambda: update_trace(np.zeros((3, 5)), np.zeros(4), lambda trace: trace),
        lambda: update_trace(np.ones((3, 5)), np.ones(3), lambda trace: trace[1:]),
        lambda: update_footprint(np.zeros((3, 5)), np.zeros(3)),
        lambda: update_background(np.zeros((3, 5)), np.zeros(5), 1.0, 1.0),
    ]:
        with pytest.raises((TypeCheckError, BeartypeCallHintViolation)):
            call()


# Part 1


@pytest.mark.parametrize(
    ("rate_hz", "cutoff_hz"), [(30.0, 8.0), (20.0, 8.0), (60.0, 8.0), (30.0, 5.0)]
)
def test_noise_of_white_noise_is_one(rate_hz: float, cutoff_hz: float) -> None:
    white = np.random.default_rng(0).normal(size=(12, 10, 4000))
    found = pixel_noise_std(white, rate_hz, cutoff_hz)
    assert found.mean() == pytest.approx(1, abs=0.01)
    # Without the correction it would be √(1 - cutoff / Nyquist): 0.683 at 30 Hz.
    assert 0.9 < found.min() < found.max() < 1.1


def test_noise_is_each_pixels_and_blind_to_light_and_calcium() -> None:
    rng = np.random.default_rng(1)
    levels = np.linspace(1, 30, 48).reshape(6, 8)
    calcium_signal = lfilter([1], [1, -math.exp(-1 / 9)], 1.5 * (rng.random(6000) < 0.01))
    movie = levels[:, :, None] * (rng.normal(size=(6, 8, 6000)) + calcium_signal) + 1000
    found = pixel_noise_std(movie.astype(np.float32), 30.0)
    np.testing.assert_allclose(found / levels, 1, atol=0.06)
    assert (found / levels).mean() == pytest.approx(1, abs=0.015)


@pytest.mark.parametrize("size", [(1, 2), (2, 1), (2, 2), (3, 4), (5, 3)])
def test_local_correlation_is_that_of_brute_force(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    movie = rng.normal(size=(*size, 50)) + rng.normal(size=50) + 100
    before = movie.copy()
    expected = np.zeros(size)
    for row in range(size[0]):
        for column in range(size[1]):
            found = [
                np.corrcoef(movie[row, column], movie[r, c])[0, 1]
                for r, c in (
                    (row - 1, column),
                    (row + 1, column),
                    (row, column - 1),
                    (row, column + 1),
                )
                if 0 <= r < size[0] and 0 <= c < size[1]
            ]
            expected[row, column] = np.mean(found)
    np.testing.assert_allclose(local_correlation(movie), expected, atol=1e-12)
    np.testing.assert_array_equal(movie, before)


def bad_movies() -> dict[str, tuple[Array, str]]:
    good = np.random.default_rng(3).normal(size=(3, 4, 90))
    with_nan, constant = good.copy(), good.copy()
    with_nan[1, 2, 5] = np.nan
    constant[2, 0] = 7
    return {
        "NaN": (with_nan, "1 of 12 pixels hold a NaN.*row 1, column 2"),
        "infinity": (np.where(np.isnan(with_nan), np.inf, with_nan), "infinity.*row 1, column 2"),
        "constant": (constant, "1 of 12 pixels are the same in all frames.*row 2, column 0"),
        "time first": (np.moveaxis(good, -1, 0), "axis 0 looks like time.*np.moveaxis"),
        "time second": (np.moveaxis(good, -1, 1), "axis 1 looks like time"),
    }


@pytest.mark.parametrize("name", bad_movies())
def test_bad_movies_are_told(name: str) -> None:
    movie, message = bad_movies()[name]
    for function in (calcium.local_correlation, lambda movie: calcium.pixel_noise_std(movie, 30.0)):
        with pytest.raises(InputError, match=message):
            function(movie)


@pytest.mark.parametrize("rate_hz", [15.0, 16.0, 0.0, -30.0, math.nan])
def test_a_frame_rate_too_low_for_the_cutoff_is_told(rate_hz: float) -> None:
    with pytest.raises(InputError, match="choose a lower cutoff"):
        pixel_noise_std(np.random.default_rng(0).normal(size=(2, 2, 90)), rate_hz)


def test_a_movie_too_short_to_filter_is_told() -> None:
    with pytest.raises(InputError, match="less than two seconds"):
        pixel_noise_std(np.random.default_rng(0).normal(size=(2, 2, 59)), 30.0)


# Part 2


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


# Part 3


def residual(num_pixels: int = 7, num_frames: int = 40, seed: int = 11) -> Array:
    return np.random.default_rng(seed).normal(size=(num_pixels, num_frames))


def unit_vector(size: int, seed: int) -> Array:
    vector = np.random.default_rng(seed).normal(size=size)
    return vector / np.linalg.norm(vector)


def test_update_trace_denoises_the_least_squares_trace() -> None:
    R, u = residual(), unit_vector(7, 12)
    least_squares = np.linalg.lstsq(u[:, None], R, rcond=None)[0][0]
    np.testing.assert_allclose(
        update_trace(R, u, lambda trace: np.sinh(trace)), np.sinh(least_squares)
    )


def test_update_trace_is_the_conditional_optimum() -> None:
    """With the penalised deconvolution no other trace has a better posterior on the whole residual."""
    R, u = residual(num_frames=60), unit_vector(7, 13)
    R += np.outer(u, noisy_trace(60, seed=13) - 2)
    found = update_trace(R, u, lambda trace: calcium.deconvolve_fast(trace, 9.0, 2.0))
    G = np.linalg.inv(kernel(60, 9.0))

    def cost(c: Array) -> float:
        return float(np.sum((R - np.outer(u, c)) ** 2) / 2 + 2.0 * np.abs(G @ c).sum())

    rng = np.random.default_rng(14)
    for _ in range(50):
        other = kernel(60, 9.0) @ np.maximum(
            G @ found + rng.normal(size=60) * 10.0 ** rng.uniform(-4, 0), 0
        )
        assert cost(other) >= cost(found) - 1e-9


def test_update_footprint_is_the_conditional_optimum() -> None:
    R, c = residual(), np.random.default_rng(15).normal(size=40)
    found = update_footprint(R, c)
    assert np.linalg.norm(found) == pytest.approx(1)
    best = np.sum((R - np.outer(found, c)) ** 2)
    # Over unit vectors the misfit is ‖R‖² + ‖c‖² - 2 u·Rc: the least has u·Rc = ‖Rc‖.
    assert best == pytest.approx(np.sum(R**2) + c @ c - 2 * np.linalg.norm(R @ c))
    for seed in range(50):
        assert np.sum((R - np.outer(unit_vector(7, seed), c)) ** 2) >= best


def test_update_background_is_ridge_regression_then_a_footprint() -> None:
    R, u, variance, noise = residual(), unit_vector(7, 16), 2.5, 1.7
    footprint, trace = update_background(R, u, variance, noise)
    # Ridge regression as least squares with one more row a frame.
    tall = np.append(u / noise, 1 / math.sqrt(variance))
    expected = np.linalg.lstsq(tall[:, None], np.vstack([R / noise, np.zeros(40)]), rcond=None)[0][
        0
    ]
    np.testing.assert_allclose(trace, expected)
    assert np.linalg.norm(footprint) == pytest.approx(1)
    assert footprint @ (R @ trace) == pytest.approx(np.linalg.norm(R @ trace))


def test_updates_leave_their_inputs_alone_and_keep_single_precision() -> None:
    R, u, c = (
        residual().astype(np.float32),
        unit_vector(7, 17).astype(np.float32),
        residual()[0].astype(np.float32),
    )
    for values in (R, u, c):
        values.setflags(write=False)
    assert update_trace(R, u, lambda trace: trace).dtype == np.float32
    assert update_footprint(R, c).dtype == np.float32
    assert [part.dtype for part in update_background(R, u, 1e6, 1.0)] == [np.float32, np.float32]


# The ascent that joins the updates


def rank_of(num_neurons: int, everywhere: bool) -> tuple[Array, Array, Array]:
    """A noisy movie, and first footprints: on all pixels, or each on pixels of its own."""
    rng = np.random.default_rng(18)
    movie = rng.normal(size=(12, 30)) + np.outer(rng.normal(size=12), 5 * rng.normal(size=30))
    footprints = np.zeros((num_neurons, 12))
    for k in range(num_neurons):
        pixels = slice(None) if everywhere else slice(4 * k, 4 * k + 4)
        footprints[k, pixels] = rng.normal(size=footprints[k, pixels].shape)
    footprints /= np.linalg.norm(footprints, axis=1, keepdims=True)
    return movie, footprints, unit_vector(12, 19)


def least_squares_ascent(movie: Array, footprints: Array, behind: Array, **options: Any) -> Any:
    """The ascent with updates that have no price and no prior: alternating least squares."""

    def background(residual: Array, footprint: Array) -> tuple[Array, Array]:
        return calcium.update_background(residual, footprint, 1e12, 1.0)

    return ascend(
        movie,
        footprints,
        behind,
        lambda residual, footprint: calcium.update_trace(residual, footprint, lambda trace: trace),
        calcium.update_footprint,
        background,
        lambda residual, traces, background_trace: -float(np.sum(residual**2)),
        **options,
    )


@pytest.mark.parametrize("num_neurons", [0, 1, 2])
def test_the_ascent_finds_the_best_fit_of_its_rank(num_neurons: int) -> None:
    """Eckart and Young: what the best fit of rank r leaves is the sum of the smaller singular values squared."""
    movie, footprints, behind = rank_of(num_neurons, everywhere=True)
    found = least_squares_ascent(movie, footprints, behind, max_sweeps=2000, tolerance=1e-13)
    best = np.sum(np.linalg.svd(movie, compute_uv=False)[num_neurons + 1 :] ** 2)
    assert -found.objective[-1] == pytest.approx(best, rel=1e-4)
    assert (np.diff(found.objective) > -1e-9).all()


def test_the_ascent_keeps_neurons_in_their_pixels_and_its_books_right() -> None:
    movie, footprints, behind = rank_of(3, everywhere=False)
    before = [array.copy() for array in (movie, footprints, behind)]
    found = least_squares_ascent(movie, footprints, behind, max_sweeps=7, tolerance=0.0)
    assert ((found.footprints != 0) == (footprints != 0)).all()
    model = found.footprints.T @ found.traces
    model += np.outer(found.background_footprint, found.background_trace)
    assert found.objective[-1] == pytest.approx(-np.sum((movie - model) ** 2))
    for array, was in zip((movie, footprints, behind), before, strict=True):
        np.testing.assert_array_equal(array, was)


@pytest.mark.parametrize(("tolerance", "sweeps"), [(1.0, 1), (0.0, 9), (-1.0, 9)])
def test_the_ascent_stops_when_it_is_told(tolerance: float, sweeps: int) -> None:
    movie, footprints, behind = rank_of(2, everywhere=True)
    found = least_squares_ascent(movie, footprints, behind, max_sweeps=9, tolerance=tolerance)
    assert len(found.objective) == sweeps + 1


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
