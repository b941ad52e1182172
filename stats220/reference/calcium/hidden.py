"""Lab 3's hidden checks: the requirements of ``stats220.checks.calcium`` on other inputs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular
from scipy.signal import lfilter

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.calcium import (
    SOLVED,
    footprint_like,
    least_squares_footprint,
    number,
    ridge_trace,
)
from stats220.checks.calcium_inputs import known_trace, neighbor_mean, noise, sines


@checked
def pixel_noise_std(pixel_noise_std: Any) -> Checks:
    """Another frame rate and cutoff, and noise that differs from pixel to pixel under a slow signal."""
    checks = Checks("pixel_noise_std", hidden=True)

    with checks(
        1,
        "measures each pixel's own noise, at another frame rate and cutoff, under slow calcium",
        hint="The cutoff, the frame rate and the frames to leave out are arguments, not 8, 30 and 30; the share of noise that is left is "
        "1 - cutoff_hz / (frame_rate_hz / 2).",
    ):
        tones = sines([5.0, 8.5, 12.0, 20.0], 60.0, 15)
        left = to_numpy(pixel_noise_std(tones, 60.0, cutoff_hz=10.0))
        checks.shape(left, (1, 4))
        checks.close(
            left[0] / left[0, 3], np.array([0, 0, 1, 1]), atol=0.15, name="what is left of sines"
        )
        for frame_rate_hz, cutoff_hz, seed in ((20.0, 5.0, 80), (50.0, 8.0, 81)):
            levels = np.linspace(1, 8, 42).reshape(6, 7)
            spikes = np.random.default_rng(seed).random(1500) < 0.01
            calcium = lfilter([1.0], [1.0, -np.exp(-1 / 15)], 1.0 * spikes)
            movie = levels[:, :, None] * (noise(6, 7, 1500, seed=seed) + calcium + 4)
            found = to_numpy(pixel_noise_std(movie, frame_rate_hz, cutoff_hz=cutoff_hz))
            checks.shape(found, (6, 7))
            checks.close(found / levels, np.ones((6, 7)), atol=0.15, name="σ over the truth")
            checks.close((found / levels).mean(), 1.0, atol=0.03, name="its mean over pixels")

    return checks


@checked
def local_correlation(local_correlation: Any) -> Checks:
    """Random movies of several sizes, beside np.corrcoef."""
    checks = Checks("local_correlation", hidden=True)

    with checks(
        1,
        "equals np.corrcoef, averaged over neighbours, for images of any size",
        hint="An image may be one row, or one column: then a pixel has two neighbours, or one at an end. And the std of a z-score whose "
        "products are averaged over T frames divides by T (ddof=0, as np.std does; torch.std does not).",
    ):
        for seed, (height, width) in enumerate([(4, 7), (1, 5), (6, 1), (2, 2)]):
            rng = np.random.default_rng(seed)
            movie = rng.normal(size=(height, width, 40)) + rng.normal(size=40) + 30
            each = np.asarray(np.corrcoef(movie.reshape(height * width, 40)))
            each = each.reshape(2 * (height, width))
            expected = neighbor_mean(lambda *pair: each[pair], height, width)  # noqa: B023
            checks.close(local_correlation(movie), expected, atol=1e-4, name=f"{height} × {width}")

    return checks


@checked
def unit_norm(unit_norm: Any) -> Checks:
    """Images of all zeros, and footprints that are stacked twice."""
    checks = Checks("unit_norm", hidden=True)

    with checks(
        1,
        "leaves an image of zeros at zero, in a stack of any shape",
        hint="0 / 0 is NaN, and a NaN spreads to all that it is multiplied with: divide by 1 where the norm is 0.",
    ):
        stacks = noise(2, 3, 4, 6, seed=82)
        stacks[0, 1] = stacks[1, 2] = 0
        expected = stacks.copy()
        for where in np.ndindex(2, 3):
            if stacks[where].any():
                expected[where] /= np.linalg.norm(stacks[where], "fro")
        checks.close(unit_norm(stacks), expected, atol=1e-5, name="2 × 3 images")
        checks.close(
            unit_norm(np.zeros((3, 5))), np.zeros((3, 5)), atol=1e-9, name="an image of zeros"
        )

    return checks


@checked
def decay_matrix(decay_matrix: Any) -> Checks:
    """Other sizes and decay times, beside the inverse of G."""
    checks = Checks("decay_matrix", hidden=True)

    with checks(
        1,
        "is the inverse of decaying from each spike, for other numbers of frames and decay times",
        hint="Column s of the inverse is a spike at frame s and what is left of it later, e^(-(t - s)/τ).",
    ):
        for num_frames, decay_frames in [(2, 0.5), (3, 3.0), (7, 2.5), (60, 40.0)]:
            age = np.subtract.outer(np.arange(num_frames), np.arange(num_frames))
            decays = np.tril(np.exp(-np.abs(age) / decay_frames))
            expected = solve_triangular(decays, np.eye(num_frames), lower=True)
            checks.close(
                decay_matrix(num_frames, decay_frames),
                expected,
                atol=1e-6,
                name=f"T = {num_frames}",
            )

    return checks


@checked
def deconvolve(deconvolve: Any) -> Checks:
    """Other decay times, noise and slack."""
    checks = Checks("deconvolve", hidden=True)
    cases = [(100, 4.0, 0.5, 0.3, -1.0, 83), (140, 15.0, 1.0, 1.0, 30.0, 84)]

    with checks(
        1,
        "finds the optimum for other decay times, noise, slack and baselines",
        hint="Nothing of an earlier trace may be left in the function: T is len(trace), and τ, σ and the slack are its arguments.",
    ):
        for num_frames, decay_frames, noise_std, slack, baseline, seed in cases:
            bound = (1 + slack) * noise_std * np.sqrt(num_frames)
            known = known_trace(num_frames, decay_frames, bound, seed=seed, baseline=baseline)
            result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
            checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")
            checks.close(number(result.baseline), baseline, atol=SOLVED, name="baseline")

    with checks(
        1,
        "returns the multiplier of the squared constraint there too, with noise and slack as by default",
        hint="η = ν / (2θ), where θ = (1 + slack) σ √T is this trace's own bound. By default σ = 1 and the slack is 1.",
    ):
        num_frames, decay_frames, *_, seed = cases[1]
        known = known_trace(num_frames, decay_frames, 2 * np.sqrt(num_frames), seed=seed)
        eta = 1 / (2 * known.price)
        found = deconvolve(known.trace, decay_frames).multiplier
        checks.close(number(found), eta, atol=1e-2 * eta, name="multiplier")

    return checks


@checked
def deconvolve_penalized(deconvolve_penalized: Any) -> Checks:
    """Other decay times and penalties; a penalty that no spike is worth."""
    checks = Checks("deconvolve_penalized", hidden=True)

    with checks(
        1,
        "finds the optimum for other decay times, noise and baselines, and no spike where spikes are too dear",
        hint="With a penalty above what any spike explains, c is zero and b is the mean of the trace.",
    ):
        for num_frames, decay_frames, noise_std, baseline, seed in [
            (90, 4.0, 0.5, -3.0, 85),
            (130, 20.0, 3.0, 10.0, 86),
        ]:
            known = known_trace(num_frames, decay_frames, 14.0, seed=seed, baseline=baseline)
            penalty = known.price / noise_std**2
            result = deconvolve_penalized(known.trace, decay_frames, penalty, noise_std)
            checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")
            checks.close(number(result.baseline), baseline, atol=SOLVED, name="baseline")
        result = deconvolve_penalized(known.trace, decay_frames, 1e3, 1.0)
        checks.close(result.denoised, np.zeros(num_frames), atol=SOLVED, name="denoised, λ = 1000")
        checks.close(number(result.baseline), known.trace.mean(), atol=SOLVED, name="baseline")

    return checks


@checked
def update_trace(update_trace: Any) -> Checks:
    """Least squares on a random movie in float32, smoothed."""
    checks = Checks("update_trace", hidden=True)

    with checks(
        1,
        "is right for a movie in float32, with another denoiser",
        hint="For a footprint of unit norm, the least-squares trace is the projection uᵀR; then comes denoise.",
    ):
        footprint = footprint_like(20, seed=87).astype(np.float32)
        residual = noise(20, 33, seed=88).astype(np.float32)
        trace = np.linalg.lstsq(footprint[:, None], residual, rcond=None)[0][0]
        smooth = checks.make(partial, lfilter, [0.5, 0.5], [1.0, -0.2])
        expected = lfilter([0.5, 0.5], [1.0, -0.2], trace)
        checks.close(update_trace(residual, footprint, smooth), expected, atol=1e-4, name="trace")

    return checks


@checked
def update_footprint(update_footprint: Any) -> Checks:
    """Least squares on a random movie in float32."""
    checks = Checks("update_footprint", hidden=True)

    with checks(
        1,
        "is the least-squares footprint, scaled to unit norm, for a random movie in float32",
        hint="Minimise ‖R - u cᵀ‖ over each pixel of u: it is proportional to R c, for this trace c and no other.",
    ):
        for seed in (89, 90):
            residual = noise(24, 17, seed=seed).astype(np.float32)
            trace = (1 + noise(17, seed=seed + 10)).astype(np.float32)
            expected = least_squares_footprint(residual, trace)
            checks.close(update_footprint(residual, trace), expected, atol=1e-3, name="footprint")

    return checks


@checked
def update_background(update_background: Any) -> Checks:
    """Priors from strong to none, beside ridge regression."""
    checks = Checks("update_background", hidden=True)

    with checks(
        1,
        "agrees with ridge regression, whether the prior is strong or next to none",
        hint="ς² / (ς² + σ²) is near 0 for a prior much narrower than the noise, and near 1 for a wide one.",
    ):
        for variance, noise_std in ((0.3, 1.0), (4.0, 0.5), (1e6, 1.0)):
            footprint = footprint_like(18, seed=91)
            residual = 2 + noise(18, 27, seed=92)
            expected = ridge_trace(residual, footprint, variance, noise_std)
            found = update_background(residual, footprint, variance, noise_std)
            checks.close(found[1], expected, atol=1e-3, name="trace")
            new = least_squares_footprint(residual, expected)
            checks.close(found[0], new, atol=1e-3, name="footprint")

    return checks


@checked
def deconvolve_fast(deconvolve_fast: Any) -> Checks:
    """Other decay times and lengths, among them the shortest and a long one."""
    checks = Checks("deconvolve_fast", hidden=True)

    with checks(
        1,
        "finds the optimum for slow and fast decays, and for a long trace",
        hint="In a long trace a merged pool can be out of order with the one before it, and so on back: keep merging until it is not.",
    ):
        for num_frames, decay_frames, seed in ((80, 1.5, 93), (400, 30.0, 94), (5000, 9.0, 95)):
            norm = 1.3 * np.sqrt(num_frames)
            known = known_trace(num_frames, decay_frames, norm, seed=seed, baseline=None)
            found = deconvolve_fast(known.trace, decay_frames, known.price)
            checks.close(found, known.denoised, atol=1e-8, name=f"c of {num_frames} frames")

    with checks(
        1,
        "has the right price for the last frame: a spike there decays for no frame at all",
        hint="‖Gc‖₁ = (1 - e^(-1/τ)) Σ c_t for all frames but the last, whose weight is 1: what it costs is not shared with later ones.",
    ):
        trace = np.array([0.0, 0.0, 0.0, 5.0])
        expected = np.array([0.0, 0.0, 0.0, 4.0])  # max(0, 5 - λ)
        checks.close(deconvolve_fast(trace, 9.0, 1.0), expected, atol=1e-8, name="c")

    return checks
