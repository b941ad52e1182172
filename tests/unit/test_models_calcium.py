"""The given half of lab 3: the solver that does not give up, first guesses, and the loop that demixes."""

from __future__ import annotations

import re
import tracemalloc
import warnings
from functools import partial
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats220.data.calcium import SimulatedCalcium, simulate_calcium
from stats220.errors import InputError, Stats220Error
from stats220.models import calcium as models
from stats220.models.demixing import Demixed, Updates, demix
from stats220.reference import calcium
from stats220.reference.calcium import fast

UPDATES = Updates(
    calcium.update_trace, calcium.update_footprint, calcium.update_background, calcium.ascend
)
DENOISE = partial(fast.penalized, decay_frames=9.0, penalty=8.0)


# The solver


def small_problem() -> tuple[Any, cp.Problem]:
    x = cp.Variable(3)
    return x, cp.Problem(cp.Minimize(cp.sum_squares(x - np.arange(3.0))), [x >= 1])


def test_solve_finds_the_optimum() -> None:
    x, problem = small_problem()
    models.solve(problem)
    np.testing.assert_allclose(x.value, [1, 1, 2], atol=1e-3)


def test_solve_goes_on_to_the_next_solver_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    x, problem = small_problem()
    real, asked = cp.Problem.solve, []

    def moody(self: cp.Problem, solver: str) -> Any:
        asked.append(solver)
        if solver == "CLARABEL":
            raise cp.error.SolverError("insufficient progress")
        return real(self, solver=solver)

    monkeypatch.setattr(cp.Problem, "solve", moody)
    with pytest.warns(UserWarning, match="CLARABEL failed.*solved with SCS"):
        models.solve(problem)
    assert asked[0] == "CLARABEL"
    np.testing.assert_allclose(x.value, [1, 1, 2], atol=1e-2)


def test_solve_does_without_a_solver_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cp, "installed_solvers", lambda: ["SCS"])
    x, problem = small_problem()
    models.solve(problem)
    np.testing.assert_allclose(x.value, [1, 1, 2], atol=1e-2)


def test_solve_says_when_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cp, "installed_solvers", lambda: ["OSQP"])
    _, problem = small_problem()
    with pytest.raises(Stats220Error, match=r"CLARABEL is not installed.*pip install clarabel"):
        models.solve(problem)


def test_solve_refuses_what_has_no_solution() -> None:
    x = cp.Variable()
    with pytest.raises(InputError, match="infeasible"):
        models.solve(cp.Problem(cp.Minimize(x), [x >= 1, x <= 0]))
    with pytest.raises(InputError, match="unbounded"):
        models.solve(cp.Problem(cp.Minimize(x)))
    with pytest.raises(InputError, match="not convex"):
        models.solve(cp.Problem(cp.Minimize(cp.sqrt(x))))
    with pytest.raises(InputError, match=r"takes a cvxpy\.Problem, got ellipsis"):
        models.solve(...)


# First guesses


def test_standardize_divides_each_pixel_and_keeps_the_type() -> None:
    movie = np.random.default_rng(0).normal(size=(3, 4, 50)).astype(np.float32)
    noise = np.linspace(1, 5, 12).reshape(3, 4)
    found = models.standardize(movie, noise)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[2, 1], movie[2, 1] / noise[2, 1], rtol=1e-6)
    with pytest.raises(InputError, match="one value per pixel"):
        models.standardize(movie, noise[:2])
    counts = np.random.default_rng(0).integers(0, 200, (3, 4, 50))
    for kind in (np.uint8, np.int16, np.uint16):
        found = models.standardize(counts.astype(kind), noise)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found[2, 1], counts[2, 1] / noise[2, 1], rtol=1e-6)
    noise[1, 1] = 0
    with pytest.raises(InputError, match="1 pixels have no positive"):
        models.standardize(movie, noise)


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6)),
    scale=st.sampled_from([1e-6, 1, 1e6]),
)
@settings(max_examples=30, deadline=None)
def test_unit_norm_scales_each_image_by_itself(shape: tuple[int, int, int], scale: float) -> None:
    images = scale * np.random.default_rng(4).normal(size=shape) + scale
    found = models.unit_norm(images)
    np.testing.assert_allclose([np.sqrt(np.sum(image**2)) for image in found], 1)
    for image, unit in zip(images, found, strict=True):
        np.testing.assert_allclose(unit * np.sqrt(np.sum(image**2)), image)
        np.testing.assert_allclose(models.unit_norm(image), unit)


def test_unit_norm_takes_masks_and_leaves_zero_zero() -> None:
    images = np.stack([np.zeros((2, 3), np.uint8), np.full((2, 3), 200, np.uint8)])
    found = models.unit_norm(images)  # 200² does not fit into a byte
    assert (found[0] == 0).all()
    np.testing.assert_allclose(found[1], 1 / np.sqrt(6))
    assert (images[1] == 200).all()
    assert models.unit_norm(images.astype(np.float32)).dtype == np.float32
    assert models.unit_norm(images > 0)[1].max() < 1


@pytest.mark.parametrize("one", [2.5, np.float64(2.5), np.array(2.5), np.array([2.5])])
def test_numbers_of_a_deconvolution_become_floats(one: Any) -> None:
    trace = np.zeros(3)
    found = models.Deconvolution(trace, trace, one, one)
    assert (type(found.baseline), found.baseline, found.multiplier) == (float, 2.5, 2.5)
    assert f"{found.multiplier:.1f}" == "2.5"
    assert models.Deconvolution(trace, trace, one).multiplier is None
    assert models.Deconvolution(trace, trace, np.zeros(2)).baseline.shape == (2,)
    assert found._replace(multiplier=np.array([1.0])).multiplier is not None


def test_find_neurons_finds_planted_cells_the_clearest_first() -> None:
    rows, columns = np.mgrid[:60, :80]
    planted = [(15, 20, 0.3), (40, 30, 0.2), (30, 60, 0.1)]
    image = 0.02 + 0.002 * np.random.default_rng(1).normal(size=(60, 80))
    for row, column, height in planted:
        image += height * ((rows - row) ** 2 + (columns - column) ** 2 < 25)
    found = models.find_neurons(image)
    assert len(found) == 3
    for peak, (row, column, _) in zip(found, planted, strict=True):
        assert np.hypot(*(peak - [row, column])) <= 2
    assert models.find_neurons(np.zeros((30, 30))).shape == (0, 2)


def test_gaussian_footprints_are_round_and_end() -> None:
    footprints = models.gaussian_footprints(np.array([[10, 12], [0, 29]]), 20, 30)
    assert footprints.shape == (2, 20, 30)
    assert footprints[0, 10, 12] == footprints[1, 0, 29] == 1
    # A standard deviation of a quarter of 10 pixels: e^(-1/2 (4/2.5)²) four pixels away, in each direction.
    for row, column in [(6, 12), (14, 12), (10, 8), (10, 16)]:
        assert footprints[0, row, column] == pytest.approx(np.exp(-1.28))
    assert footprints[0, 10, 19] > 0 == footprints[0, 10, 20]
    assert models.gaussian_footprints(np.zeros((0, 2), int), 20, 30).shape == (0, 20, 30)


# Demixing


class Scene:
    """A small simulated movie, standardized, with first guesses at its true cells."""

    def __init__(self, simulated: SimulatedCalcium) -> None:
        self.truth = simulated.truth
        self.movie = models.standardize(simulated.movie, simulated.truth.noise_std)
        height, width = self.movie.shape[:2]
        centers = np.rint(self.truth.centers_rc).astype(int)
        self.footprints = models.unit_norm(models.gaussian_footprints(centers, height, width))
        self.background = models.unit_norm(np.median(self.movie, axis=2))

    def demix(self, updates: Updates = UPDATES, denoise: Any = DENOISE, **options: Any) -> Demixed:
        options = {"penalty": 8.0, "progress": False} | options
        return demix(self.movie, self.footprints, self.background, updates, denoise, **options)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene(
        simulate_calcium("small", num_neurons=5, height=48, width=48, num_frames=600, seed=7)
    )


@pytest.fixture(scope="module")
def demixed(scene: Scene) -> Demixed:
    return scene.demix()


def test_the_objective_never_falls(demixed: Demixed) -> None:
    assert len(demixed.objective) > 3
    assert (np.diff(demixed.objective) > 0).all()


def test_the_progress_bar_ends_full_where_it_converges_early(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    done = scene.demix(progress=True, max_sweeps=50)
    assert len(done.objective) < 50
    assert "demixing: 100%" in capsys.readouterr().err.split("\r")[-1]


def test_the_objective_is_the_log_posterior(scene: Scene, demixed: Demixed) -> None:
    parts = demixed.denoised + demixed.baselines[:, None]
    model = np.tensordot(demixed.footprints.T.swapaxes(0, 1), parts, axes=1)
    model += np.multiply.outer(demixed.background_footprint, demixed.background_trace)
    expected = -np.sum((scene.movie - model) ** 2) / 2
    expected -= 8.0 * demixed.amplitudes.sum() + np.sum(demixed.background_trace**2) / 2e6
    assert demixed.objective[-1] == pytest.approx(expected, rel=1e-5)


def test_it_finds_what_the_movie_was_made_of(scene: Scene, demixed: Demixed) -> None:
    true = models.unit_norm(scene.truth.footprints / scene.truth.noise_std)
    for k in range(5):
        assert np.sum(demixed.footprints[k] * true[k]) > 0.9
        assert np.corrcoef(demixed.amplitudes[k], scene.truth.spike_counts[k])[0, 1] > 0.8
    np.testing.assert_allclose(np.linalg.norm(demixed.footprints, axis=(1, 2)), 1, rtol=1e-5)
    assert np.linalg.norm(demixed.background_footprint) == pytest.approx(1, rel=1e-5)
    residual_noise = np.std(np.diff(demixed.traces - demixed.denoised, axis=1)) / np.sqrt(2)
    assert residual_noise == pytest.approx(1, abs=0.1)  # in noise standard deviations


def test_a_neuron_stays_within_its_pixels(scene: Scene, demixed: Demixed) -> None:
    assert (demixed.footprints[scene.footprints == 0] == 0).all()


def test_its_input_stays_as_it_was_and_memory_below_three_movies(scene: Scene) -> None:
    before = scene.movie.copy()
    tracemalloc.start()
    scene.demix(max_sweeps=2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(scene.movie, before)
    assert peak + scene.movie.nbytes < 3 * scene.movie.nbytes


def test_with_cvxpy_it_comes_to_the_same(scene: Scene, demixed: Demixed) -> None:
    denoise = partial(calcium.deconvolve_penalized, decay_frames=9.0, penalty=8.0)
    found = scene.demix(denoise=denoise, max_sweeps=3)
    np.testing.assert_allclose(found.objective, demixed.objective[:4], rtol=1e-5)


def test_a_wrong_update_is_named(scene: Scene) -> None:
    def maximum_one(residual: Any, trace: Any) -> Any:
        weights = residual @ trace
        return weights / weights.max()

    def thrice(residual: Any, footprint: Any, denoise: Any) -> Any:
        return 3 * denoise(footprint @ residual)

    def background_max(residual: Any, footprint: Any, variance: float, noise: float) -> Any:
        shape, trace = calcium.update_background(residual, footprint, variance, noise)
        return shape / shape.max(), trace

    def idle(movie: Any, *arguments: Any, **options: Any) -> Any:
        """Never puts the residual back."""
        found = calcium.ascend(movie, *arguments, **options)
        return found._replace(objective=found.objective[::-1])

    for updates, message in [
        (UPDATES._replace(footprint=maximum_one), r"footprint update returned a norm of \d"),
        (UPDATES._replace(trace=thrice), "something else than denoise"),
        (UPDATES._replace(background=background_max), "background update returned a norm"),
        (UPDATES._replace(ascend=idle), "sweep 1 lowered the objective by"),
    ]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scene.demix(updates, max_sweeps=1)
        assert re.search(message, str(caught[0].message))


def test_a_trace_that_no_update_returned_is_told(scene: Scene) -> None:
    def forgetful(*arguments: Any, **options: Any) -> Any:
        found = calcium.ascend(*arguments, **options)
        return found._replace(traces=0 * found.traces)

    with pytest.raises(InputError, match="trace of neuron 0 is none that"):
        scene.demix(UPDATES._replace(ascend=forgetful), max_sweeps=1)


def test_updates_that_return_nonsense_are_named(scene: Scene) -> None:
    def nan(residual: Any, trace: Any) -> Any:
        return np.full(len(residual), np.nan)

    def short(residual: Any, footprint: Any, denoise: Any) -> Any:
        return denoise(footprint @ residual)[1:]

    def idle(residual: Any, footprint: Any, denoise: Any) -> Any:
        return footprint @ residual

    def writes(residual: Any, *others: Any) -> Any:
        residual -= residual.mean()
        return calcium.update_background(residual, *others)

    for updates, error, message in [
        (UPDATES._replace(footprint=nan), InputError, "footprint update must be.*NaN"),
        (UPDATES._replace(trace=short), InputError, r"trace update must be \(600,\)"),
        (UPDATES._replace(trace=idle), InputError, "never called denoise"),
        (UPDATES._replace(background=writes), ValueError, "read-only"),
    ]:
        with pytest.raises(error, match=message):
            scene.demix(updates, max_sweeps=1)


def test_a_neuron_without_spikes_keeps_its_footprint(scene: Scene) -> None:
    silent = partial(fast.penalized, decay_frames=9.0, penalty=1e9)
    found = scene.demix(denoise=silent, penalty=1e9, max_sweeps=1)
    assert not found.amplitudes.any()
    np.testing.assert_allclose(found.footprints, scene.footprints, atol=1e-7)


def test_shapes_that_do_not_fit_are_told(scene: Scene) -> None:
    with pytest.raises(InputError, match="48 x 48 pixels"):
        demix(scene.movie, scene.footprints[:, :9], scene.background, UPDATES, DENOISE, penalty=1.0)
    with pytest.raises(InputError, match="zero everywhere"):
        demix(scene.movie, 0 * scene.footprints, scene.background, UPDATES, DENOISE, penalty=1.0)
    with pytest.raises(InputError, match="looks like time"):
        demix(
            np.moveaxis(scene.movie, 2, 0),
            scene.footprints,
            scene.background,
            UPDATES,
            DENOISE,
            penalty=1.0,
        )


def test_no_neuron_leaves_the_background(scene: Scene) -> None:
    found = demix(
        scene.movie,
        scene.footprints[:0],
        scene.background,
        UPDATES,
        DENOISE,
        penalty=1.0,
        progress=False,
    )
    # Without neurons it is the best rank-one fit, the first singular value's, up to the prior.
    largest = np.linalg.svd(scene.movie.reshape(-1, 600), compute_uv=False)[0]
    rest = np.sum(scene.movie.astype(float) ** 2) - float(largest) ** 2
    assert -2 * found.objective[-1] == pytest.approx(rest, rel=1e-3)
    assert found.traces.shape == (0, 600)
