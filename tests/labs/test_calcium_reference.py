"""Lab 3's answer key beside scipy and closed forms, but for its deconvolutions."""

import math
from typing import Any

import numpy as np
import pytest
from beartype.roar import BeartypeCallHintViolation
from calcium_key import (
    Array,
    ascend,
    deconvolve,
    kernel,
    local_correlation,
    noisy_trace,
    pixel_noise_std,
    update_background,
    update_footprint,
    update_trace,
)
from jaxtyping import TypeCheckError
from scipy.signal import lfilter

from stats220.errors import InputError
from stats220.reference import calcium


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
