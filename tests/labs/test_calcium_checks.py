"""Lab 3's checks, visible and hidden together: what they give full points, what they do not, and how far they are from both."""

import math
from collections.abc import Callable
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from bank import ROOT, BankTests, LabChecks
from scipy.optimize import minimize
from scipy.signal import butter, lfilter, sosfilt, welch
from scipy.sparse import eye_array, sparray

from stats220.checks.calcium.inputs import (
    KnownTrace,
    known_trace,
    neighbor_mean,
    sines,
    spikes,
    waves,
)
from stats220.data.calcium import check_movie
from stats220.errors import InputError
from stats220.models.ascent import Ascent, add_outer
from stats220.models.calcium import Deconvolution, check_trace, solve
from stats220.staff.build.reference import read_reference

LAB = LabChecks(
    "lab3_calcium",
    given={
        "np": np,
        "cp": cp,
        "butter": butter,
        "sosfilt": sosfilt,
        "welch": welch,
        "lfilter": lfilter,
        "eye_array": eye_array,
        "sparray": sparray,
        "Callable": Callable,
        "check_movie": check_movie,
        "check_trace": check_trace,
        "InputError": InputError,
        "Deconvolution": Deconvolution,
        "Ascent": Ascent,
        "add_outer": add_outer,
        "solve": solve,
    },
)
visible, key = LAB.visible, LAB.key
points, full_points = LAB.points, LAB.full_points


class TestBank(BankTests):
    lab = LAB


# The inputs whose answers are known: known by something else than the making of them.

KNOWN = [
    (120, 9.0, 20.0, 2.0),
    (60, 2.5, 5.0, -3.0),
    (90, 30.0, 15.0, None),
]


@pytest.mark.parametrize(("num_frames", "decay_frames", "norm", "baseline"), KNOWN)
def test_known_trace_is_optimal(
    num_frames: int, decay_frames: float, norm: float, baseline: float | None
) -> None:
    """A quasi-Newton method on ½‖y - Ka - b‖² + p Σa, a >= 0, with K written out, finds the same."""
    known = known_trace(num_frames, decay_frames, norm, np.random.default_rng(3), baseline=baseline)
    age = np.subtract.outer(np.arange(num_frames), np.arange(num_frames))
    decays = np.where(age >= 0, np.exp(-np.maximum(age, 0) / decay_frames), 0.0)
    np.testing.assert_allclose(decays @ known.amplitudes, known.denoised, atol=1e-12)

    def objective(x: Any) -> tuple[float, Any]:
        residual = known.trace - decays @ x[:-1] - x[-1]
        slope = np.append(known.price - decays.T @ residual, -residual.sum())
        return residual @ residual / 2 + known.price * x[:-1].sum(), slope

    bounds = [(0, None)] * num_frames + [(None, None) if baseline is not None else (0, 0)]
    options = {"maxiter": 50_000, "maxfun": 100_000, "ftol": 1e-16, "gtol": 1e-10, "maxcor": 60}
    start = np.zeros(num_frames + 1)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    best, _ = objective(np.append(known.amplitudes, known.baseline))
    assert best <= found.fun + 1e-9 * abs(found.fun)
    np.testing.assert_allclose(found.x[:-1], known.amplitudes, atol=1e-3)
    assert found.x[-1] == pytest.approx(known.baseline, abs=1e-3)
    residual = known.trace - known.denoised - known.baseline
    assert np.linalg.norm(residual) == pytest.approx(norm)


def test_known_trace_tells_the_sign_of_c_from_that_of_its_jumps() -> None:
    """Somewhere the residual pulls amplitudes down by more than their price: there c >= 0 gives another answer."""
    known = known_trace(120, 9.0, 20.0, np.random.default_rng(60))
    residual = known.trace - known.denoised - known.baseline
    pull = lfilter([1.0], [1.0, -math.exp(-1 / 9)], residual[::-1])[::-1]
    assert pull.min() < -2 * known.price
    gentle = known_trace(120, 9.0, 20.0, np.random.default_rng(60), gentle=True)
    residual = gentle.trace - gentle.denoised - gentle.baseline
    pull = lfilter([1.0], [1.0, -math.exp(-1 / 9)], residual[::-1])[::-1]
    assert pull.min() > -gentle.price


def test_spikes_have_all_sizes_and_one_is_in_the_first_frame() -> None:
    for seed in range(20):
        amplitudes = spikes(120, np.random.default_rng(seed))
        assert amplitudes[0] > 0
        assert np.sum((amplitudes >= 0.05) & (amplitudes <= 1)) >= 3
        assert np.sum(amplitudes >= 4) >= 3


def test_waves_and_sines_are_what_they_say() -> None:
    phases = np.array([[0.0, 0.3], [1.1, 2.0]])
    flat = waves(phases).reshape(4, -1)
    expected = np.cos(np.subtract.outer(phases.ravel(), phases.ravel()))
    np.testing.assert_allclose(np.corrcoef(flat), expected, atol=1e-12)
    movie = sines([5.0, 12.0], 30.0, 10)
    np.testing.assert_allclose(movie.std(axis=-1), 1, atol=1e-12)
    frequencies, power = welch(movie[0], fs=30.0, nperseg=300)
    np.testing.assert_allclose(frequencies[power.argmax(axis=1)], [5.0, 12.0])
    means = neighbor_mean(lambda row, column, r, c: r + 10 * c, 2, 3)
    np.testing.assert_allclose(means[0], [(1 + 10) / 2, (0 + 20 + 11) / 3, (10 + 21) / 2])


# Right answers that differ as solvers and precisions do: tolerances must leave room for them.


def by_solver(form: str, solver: str, y: Any, tau: float, noise_std: float, slack: float) -> Any:
    """The bounded problem in one of its forms, by one of CVXPY's default solvers."""
    c, b = cp.Variable(len(y)), cp.Variable()
    a = cp.hstack([c[0], c[1:] - math.exp(-1 / tau) * c[:-1]])
    theta = (1 + slack) * noise_std * math.sqrt(len(y))
    residual = y - c - b
    constraint, factor = {
        "norm": (cp.norm(residual, 2) <= theta, 1 / (2 * theta)),
        "squares": (cp.sum_squares(residual) <= theta**2, 1.0),
        "quad_over_lin": (cp.quad_over_lin(residual, theta) <= theta, 1 / theta),
    }[form]
    cp.Problem(cp.Minimize(cp.norm1(a)), [constraint, a >= 0]).solve(solver=solver)
    eta = constraint.dual_value * factor  # a float or an array of shape (1,), as it comes
    return Deconvolution(c.value, a.value, b.value, eta)


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize("form", ["norm", "squares", "quad_over_lin"])
@pytest.mark.parametrize("solver", ["CLARABEL", "SCS"])
def test_deconvolve_may_use_any_form_and_any_default_solver(form: str, solver: str) -> None:
    def deconvolve(
        trace: Any, decay_frames: float, noise_std: float = 1.0, slack: float = 1.0
    ) -> Any:
        return by_solver(form, solver, trace, decay_frames, noise_std, slack)

    assert points("deconvolve", deconvolve) == full_points("deconvolve")


@pytest.mark.parametrize("solver", ["CLARABEL", "SCS", "OSQP"])
def test_deconvolve_penalized_may_use_any_default_solver(solver: str) -> None:
    def deconvolve_penalized(
        trace: Any, decay_frames: float, penalty: float, noise_std: float = 1.0
    ) -> Any:
        c, b = cp.Variable(len(trace)), cp.Variable(1)
        a = cp.hstack([c[0], c[1:] - math.exp(-1 / decay_frames) * c[:-1]])
        misfit = cp.sum_squares(trace - c - b) / (2 * noise_std**2)
        cp.Problem(cp.Minimize(misfit + penalty * cp.sum(a)), [a >= 0]).solve(solver=solver)
        return Deconvolution(c.value, a.value, b.value)

    assert points("deconvolve_penalized", deconvolve_penalized) == full_points(
        "deconvolve_penalized"
    )


@pytest.mark.parametrize(
    "exercise",
    [
        *("pixel_noise_std", "local_correlation"),
        *("update_trace", "update_footprint", "update_background"),
    ],
)
def test_may_compute_in_single_precision(exercise: str) -> None:
    function = getattr(key, exercise)

    def in_single(*args: Any, **kwargs: Any) -> Any:
        single = [a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in args]
        result = function(*single, **kwargs)
        parts = result if isinstance(result, tuple) else (result,)
        rounded = tuple(np.asarray(part, np.float32) for part in parts)
        return rounded if isinstance(result, tuple) else rounded[0]

    assert points(exercise, in_single) == full_points(exercise)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "dia", "lil", "dok", "bsr"])
def test_decay_matrix_may_have_any_sparse_format(kind: str) -> None:
    def decay_matrix(num_frames: int, decay_frames: float) -> Any:
        return key.decay_matrix(num_frames, decay_frames).asformat(kind)

    assert points("decay_matrix", decay_matrix) == full_points("decay_matrix")


def test_a_longer_first_second_is_as_good() -> None:
    def with_two_seconds(movie: Any, frame_rate_hz: float, cutoff_hz: float = 8.0) -> Any:
        sections = butter(10, cutoff_hz, "highpass", fs=frame_rate_hz, output="sos")
        settled = sosfilt(sections, movie)[..., 2 * int(frame_rate_hz) :]
        return np.sqrt(settled.var(axis=-1, ddof=1) / (1 - 2 * cutoff_hz / frame_rate_hz))

    assert points("pixel_noise_std", with_two_seconds) == full_points("pixel_noise_std")


# What a student reads.


@pytest.mark.parametrize(
    ("name", "start", "says", "hint"),
    [
        ("pixel_noise_std_no_correction", "measures the standard", "expected 3", "below the cutoff"),
        ("pixel_noise_std_variance", "measures the standard", "expected 3", "a variance is returned"),
        ("pixel_noise_std_whole_movie", "leaves out the first", "baseline of 1000", "nothing is dropped"),
        ("local_correlation_wraps", "takes the mean over", "max |difference|", "border meets the opposite one"),
        ("local_correlation_covariance", "does not depend", "", "not divided by its standard deviation"),
        ("decay_matrix_plus", "takes away", "got 0.9", "of the frame before is added"),
        ("decay_matrix_upper", "has ones", "(0, 1)", "above the diagonal"),
        ("decay_matrix_dense", "is sparse", "got ndarray", "need no memory"),
        ("deconvolve_positive_calcium", "lets calcium fall", "more than it decays", "the calcium that may not be negative"),
        ("deconvolve_squared_norm_below_theta", "lets the residual", "‖y - c - b‖₂ of", "sum of squares"),
        ("deconvolve_bound_without_root_t", "lets the residual", "", "T frames of noise"),
        ("deconvolve_amplitudes_for_calcium", "returns the calcium", "against G c", "denoised trace comes back in both places"),
        ("deconvolve_first_amplitude_is_free", "makes the sum", "frame", "frame 0 costs nothing"),
        ("deconvolve_no_baseline", "does so for", "another baseline", "there is no baseline"),
        ("deconvolve_multiplier_of_the_norm", "returns the multiplier", "expected", "the constraint on the norm itself"),
        ("deconvolve_fast_clips_before_merging", "finds the optimum", "", "set to zero before pools are merged"),
        ("deconvolve_fast_one_frame_short", "copies a trace", "", "which comes one frame later"),
        ("update_footprint_clipped", "keeps the sign", "", "below zero are set to zero"),
        ("update_trace_centered", "weighs each pixel", "", "its mean is taken off"),
        ("update_footprint_in_place", "leaves the movie", "afterwards is", "is it as it was"),
        ("ascend_without_own_part", "shows a neuron", "", "not added back before its update"),
        ("ascend_footprint_first", "finds first the trace", "", "footprint is updated before the trace"),
        ("ascend_background_first", "updates the background", "", "updated before the neurons"),
        ("ascend_stops_at_a_small_share_of_the_objective", "stops as soon", "is 2, expected 4", "the objective"),
    ],
)  # fmt: skip
def test_hint_names_the_misconception(name: str, start: str, says: str, hint: str) -> None:
    result = LAB.result(name, start)
    assert says in result.message
    assert hint in result.hint


@pytest.mark.parametrize(
    "name", ["deconvolve_float_of_an_array", "deconvolve_first_item_of_a_float"]
)
def test_an_exception_is_told_without_a_hint_about_something_else(name: str) -> None:
    result = LAB.result(name, "returns the calcium")
    assert "TypeError" in result.message
    assert result.hint == ""


def test_nothing_about_the_callers_array_is_said_of_a_wrong_answer() -> None:
    """A merely wrong answer does not write into its arguments: where it cannot be judged, that is said."""
    for stem, what in [
        ("update_trace_brightest_pixel", "leaves the movie"),
        ("update_footprint_mean_image", "leaves the movie"),
        ("deconvolve_fast_flat", "leaves the trace"),
    ]:
        result = LAB.result(stem, what)
        assert result.status != "passed"
        assert result.message.startswith("first mend")
        assert result.hint == ""


def test_the_bonus_does_not_print_what_its_text_says_to_work_out_on_paper() -> None:
    reference = read_reference(ROOT, "calcium").exercise("deconvolve_fast")
    assert reference is not None
    _, _, prompts = reference.stub.rpartition('"""')
    assert "its best height" in prompts
    for formula in ("gⁱ", "Σ", "1 - decay", "weight 1", "* penalty"):
        assert formula not in prompts


def test_checks_leave_the_callers_random_state_alone() -> None:
    np.random.seed(7)
    expected = np.random.rand(3)
    np.random.seed(7)
    visible.local_correlation(key.local_correlation)
    np.testing.assert_array_equal(np.random.rand(3), expected)


def test_known_traces_are_the_same_every_time() -> None:
    first, again, other = (
        known_trace(50, 9.0, 10.0, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert isinstance(first, KnownTrace)
    np.testing.assert_array_equal(first.trace, again.trace)
    assert not np.array_equal(first.trace, other.trace)
