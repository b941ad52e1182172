"""Lab 3's checks that students can run.

What is expected is known without solving anything: sines and white noise for the filter, phases for correlations, and for the
deconvolutions traces that were made from their solution. The updates are compared with least squares.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.signal import lfilter
from scipy.sparse import issparse

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.calcium_inputs import known_trace, neighbor_mean, noise, sines, waves

# Solvers stop within about 1e-3 of the solution. The nearest wrong answer to each check is more than 0.1 away.
SOLVED = 2e-2
# Wider than the share of T or T - 1 frames, which only a hidden check looks at.
ROUGHLY = 3e-2


@checked
def pixel_noise_std(pixel_noise_std: Any) -> Checks:
    """Sines above and below the cutoff, and white noise of known standard deviation."""
    checks = Checks("pixel_noise_std", hidden_points=1)

    with checks(
        1,
        "keeps what is faster than the cutoff, and removes what is slower",
        hint="butter needs btype='highpass' and, to know in which unit the cutoff is, the frame rate as fs. sosfilt takes sections "
        "(output='sos'), and filters along the last axis, which is time.",
    ):
        left = to_numpy(pixel_noise_std(sines([1.0, 5.0, 7.0, 9.5, 13.0], 30.0, 20), 30.0))
        checks.shape(left, (1, 5))
        share = left[0] / left[0, 4]
        checks.that(
            share[:3].max() < 0.25,
            f"a sine at 7 Hz should be gone, but {share[:3].max():.2f} is left of what is below the cutoff of 8 Hz",
        )
        checks.close(
            share[3], 1.0, atol=0.05, name="what is left of a sine at 9.5 Hz, against one at 13 Hz"
        )

    with checks(
        2,
        "measures the standard deviation of white noise: 1 is 1.00, and 3 is 3.00",
        hint="White noise has the same variance at all frequencies, and below the cutoff it is filtered out too: of 15 Hz 7 are left, "
        "so 1 measures √(7/15) = 0.68. Divide by √(1 - cutoff_hz / (frame_rate_hz / 2)). The variance of 3 would be 9.",
    ):
        white = noise(8, 9, 1000, seed=50)
        for std in (1.0, 3.0):
            found = to_numpy(pixel_noise_std(std * white, 30.0))
            checks.shape(found, (8, 9))
            checks.close(
                found.mean(), std, atol=0.025 * std, name=f"mean over pixels of noise of {std:g}"
            )

    with checks(
        1,
        "leaves out the first second, in which the filter settles",
        hint="A movie starts with a jump from 0 to its baseline, and a high-pass filter rings after a jump. Drop the first "
        "frame_rate_hz frames of what the filter gives.",
    ):
        bright = noise(8, 9, 300, seed=51) + 100
        found = to_numpy(pixel_noise_std(bright, 30.0))
        checks.close(
            found.mean(), 1.0, atol=0.04, name="mean over pixels of noise of 1 on a baseline of 100"
        )

    return checks


@checked
def local_correlation(local_correlation: Any) -> Checks:
    """Waves, whose correlation is the cosine of the difference of their phases."""
    checks = Checks("local_correlation", hidden_points=1)
    height, width = 5, 6
    phases = np.random.default_rng(52).uniform(0, 2, (height, width))

    def correlation(row: int, column: int, other_row: int, other_column: int) -> float:
        return float(np.cos(phases[row, column] - phases[other_row, other_column]))

    expected = neighbor_mean(correlation, height, width)

    with checks(
        1,
        "averages the correlations with the pixels above, below, left and right",
        hint="Four neighbours, none across a corner. With z-scores, the correlation of two pixels is the mean over time of their "
        "product.",
    ):
        found = local_correlation(waves(phases))
        checks.shape(found, (height, width))
        checks.close(
            found[1:-1, 1:-1], expected[1:-1, 1:-1], atol=ROUGHLY, name="inside the border"
        )

    with checks(
        1,
        "does not depend on the brightness of a pixel, nor on its contrast",
        hint="That is what tells a correlation from a covariance: subtract each pixel's own mean over time, divide by its own std.",
    ):
        brightness = 1000 * np.random.default_rng(53).random((height, width, 1))
        contrast = np.geomspace(0.1, 100, height * width).reshape(height, width, 1)
        found = local_correlation(brightness + contrast * waves(phases))
        checks.shape(found, (height, width))
        checks.close(
            found[1:-1, 1:-1], expected[1:-1, 1:-1], atol=ROUGHLY, name="inside the border"
        )

    with checks(
        1,
        "takes the mean over the neighbours that a pixel has: three at a border, two in a corner",
        hint="np.roll wraps around, so that the left border would meet the right one. Zeros beyond the border are no neighbours: "
        "divide by 3 or 2 there, not by 4.",
    ):
        checks.close(
            local_correlation(waves(phases)), expected, atol=ROUGHLY, name="the whole image"
        )

    with checks(
        1,
        "leaves the movie as it was",
        hint="`movie -= ...` changes the array that was handed in, and whoever uses the movie next gets z-scores: write "
        "movie - movie.mean(...), which makes a new one.",
    ):
        movie = 5 + waves(phases)
        found, (afterwards,) = checks.call(local_correlation, movie)
        checks.shape(found, (height, width))
        checks.equal(afterwards, movie, name="the movie afterwards")

    return checks


@checked
def unit_norm(unit_norm: Any) -> Checks:
    """Images whose norm can be told in the head, and one that has none."""
    checks = Checks("unit_norm", hidden_points=1)

    with checks(
        1,
        "gives each image of a stack a norm of one, and one image by itself too",
        hint="‖u‖₂ = √(Σ u²), summed over the image's two axes and nothing else (axis=(-2, -1), keepdims=True). The maximum is "
        "another norm, and the norm of the whole stack makes large images of the bright ones.",
    ):
        stack = np.zeros((3, 4, 5))
        stack[0, 1, 1:3] = 3, 4
        stack[1, 2:4, 2:4] = 7
        stack[2, 0, 0], stack[2, 3, 4] = -0.6, 0.8
        expected = stack / np.array([5.0, 14.0, 1.0])[:, None, None]
        checks.close(unit_norm(stack), expected, atol=1e-5, name="a stack of three")
        checks.close(unit_norm(stack[1]), expected[1], atol=1e-5, name="one image")

    return checks


@checked
def decay_matrix(decay_matrix: Any) -> Checks:
    """G of a size at which it can be read, and one that has to be sparse."""
    checks = Checks("decay_matrix", hidden_points=1)

    with checks(
        1,
        "has ones on the diagonal and -e^(-1/τ) on the first diagonal below it",
        hint="a_t = c_t - e^(-1/τ) c_{t-1}: row t, column t - 1, with a minus sign. k=-1 is below the diagonal, k=1 above. τ is in "
        "frames already: 9 frames leave e^(-1/9) = 0.895 of the calcium from one frame to the next.",
    ):
        expected = np.eye(4) - np.diag([np.exp(-1 / 9.0)] * 3, k=-1)
        checks.close(decay_matrix(4, 9.0), expected, atol=1e-6, name="G for T = 4 and τ = 9")

    with checks(
        1,
        "is sparse, and stores only the two diagonals",
        hint="A dense G of 3000 frames is 72 MB, nearly all of it zeros. scipy.sparse.diags_array or eye_array make a sparse one; "
        "np.eye and .toarray() a dense one.",
    ):
        G = decay_matrix(1000, 9.0)
        checks.shape(G, (1000, 1000), name="G")
        checks.that(issparse(G), f"expected a sparse array or matrix, got {type(G).__name__}")
        checks.that(G.nnz <= 2 * 1000, f"expected 1999 stored entries, got {G.nnz}")

    with checks(
        1,
        "turns calcium into the spikes that it came from",
        hint="Of calcium that only decays, G leaves its first value and zeros. What is left over elsewhere is off by a sign, a diagonal "
        "or a power.",
    ):
        amplitudes = np.zeros(50)
        amplitudes[[0, 7, 8, 30]] = 1.0, 2.0, 0.5, 4.0
        calcium = lfilter([1.0], [1.0, -np.exp(-1 / 5.5)], amplitudes)
        checks.close(decay_matrix(50, 5.5) @ calcium, amplitudes, atol=1e-6, name="G c")

    return checks


def residual_norm(trace: Any, result: Any) -> float:
    """‖y - c - b‖₂ of a student's deconvolution."""
    return float(np.linalg.norm(trace - to_numpy(result.denoised) - number(result.baseline)))


def number(value: Any) -> float:
    """A plain number, or the one number in an array."""
    return float(np.squeeze(to_numpy(value)))


@checked
def deconvolve(deconvolve: Any) -> Checks:
    """Traces that were made backwards, from the solution of their deconvolution."""
    checks = Checks("deconvolve", hidden_points=2)
    num_frames, decay_frames, noise_std, slack = 120, 9.0, 1.5, 0.2
    bound = 1.2 * 1.5 * 120**0.5
    known = known_trace(num_frames, decay_frames, bound, seed=60)

    with checks(
        1,
        "lets the residual be as large as the bound: ‖y - c - b‖₂ = (1 + slack) σ √T",
        hint="θ bounds the norm; its square bounds the sum of squares. Noise of σ in each of T frames has the norm σ √T, and the slack "
        "comes on top. Without a float in `multiplier` nothing comes back at all: see the last check's hint.",
    ):
        result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
        checks.shape(result.denoised, (num_frames,), name="denoised")
        checks.close(
            residual_norm(known.trace, result), bound, atol=1e-2 * bound, name="‖y - c - b‖₂"
        )

    with checks(
        1,
        "returns amplitudes Gc of all frames, none below zero",
        hint="Calcium falls by itself, spikes only add to it: it is Gc that must not be negative. c >= 0 lets it fall as it likes. "
        "The first amplitude is c₀.",
    ):
        result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
        c = to_numpy(result.denoised)
        # G written out as a moving-average filter.
        jumps = lfilter([1.0, -np.exp(-1 / decay_frames)], [1.0], c)
        checks.close(result.amplitudes, jumps, atol=SOLVED, name="amplitudes")
        checks.that(
            jumps.min() > -SOLVED, f"calcium falls by up to {-jumps.min():.3g} more than it decays"
        )

    with checks(
        2,
        "finds the fewest, smallest spikes that explain the trace",
        hint="Minimise ‖Gc‖₁, over c and over the baseline b (a variable too), under both constraints. This trace was made from "
        "its solution, so every other answer has larger spikes or a larger residual.",
    ):
        result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
        checks.close(number(result.baseline), known.baseline, atol=SOLVED, name="baseline")
        checks.close(result.amplitudes, known.amplitudes, atol=SOLVED, name="amplitudes")
        checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")

    with checks(
        2,
        "returns the multiplier η of the squared constraint",
        hint="For sum_squares(...) <= θ**2 it is the dual value, an array of shape (1,): float() refuses it, [0] takes the number "
        "out. For norm(...) <= θ the dual value is a float ν, [0] refuses it, and η = ν / (2θ), as θ² changes 2θ times as fast as "
        "θ. float(np.squeeze(...)) takes both.",
    ):
        result = deconvolve(known.trace, decay_frames, noise_std=noise_std, slack=slack)
        eta = 1 / (2 * known.price)
        checks.close(number(result.multiplier), eta, atol=1e-2 * eta, name="multiplier")

    return checks


@checked
def deconvolve_penalized(deconvolve_penalized: Any) -> Checks:
    """Traces that were made backwards; the price of a spike is known."""
    checks = Checks("deconvolve_penalized", hidden_points=1)
    num_frames, decay_frames = 110, 9.0

    with checks(
        1,
        "returns amplitudes Gc of all frames, none below zero",
        hint="The constraint stays the same as in `deconvolve`: Gc >= 0, not c >= 0.",
    ):
        known = known_trace(num_frames, decay_frames, 11.0, seed=61)
        result = deconvolve_penalized(known.trace, decay_frames, known.price)
        jumps = lfilter([1.0, -np.exp(-1 / decay_frames)], [1.0], to_numpy(result.denoised))
        checks.close(result.amplitudes, jumps, atol=SOLVED, name="amplitudes")
        checks.that(
            jumps.min() > -SOLVED, f"calcium falls by up to {-jumps.min():.3g} more than it decays"
        )

    with checks(
        1,
        "finds the minimum of the penalised problem for σ = 1",
        hint="Half the sum of squares, plus λ times the sum of the amplitudes. Without the ½ each spike costs half as much; and b is a "
        "variable, as before.",
    ):
        known = known_trace(num_frames, decay_frames, 12.0, seed=62)
        result = deconvolve_penalized(known.trace, decay_frames, known.price, noise_std=1.0)
        checks.close(number(result.baseline), known.baseline, atol=SOLVED, name="baseline")
        checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")

    with checks(
        1,
        "weighs the misfit by the noise: for σ = 2 it counts a quarter",
        hint="The Gaussian's log density is -(y - c - b)² / (2σ²), with σ squared; λ is not divided by anything.",
    ):
        known = known_trace(num_frames, decay_frames, 20.0, seed=63)
        result = deconvolve_penalized(known.trace, decay_frames, known.price / 4, noise_std=2.0)
        checks.close(number(result.baseline), known.baseline, atol=SOLVED, name="baseline")
        checks.close(result.denoised, known.denoised, atol=SOLVED, name="denoised")

    return checks


def planted(footprint: Any, trace: Any, *, seed: int) -> tuple[Any, Any]:
    """Two movies (num_pixels, num_frames) of one neuron and noise: noise that the footprint does not see, and noise that the trace does not."""
    disturbance = noise(len(footprint), len(trace), seed=seed)
    unseen = disturbance - np.outer(footprint, footprint @ disturbance) / (footprint @ footprint)
    unlike = disturbance - np.outer(disturbance @ trace, trace) / (trace @ trace)
    neuron = np.outer(footprint, trace)
    return neuron + unseen, neuron + unlike


def footprint_like(num_pixels: int, *, seed: int) -> Any:
    """A footprint of unit norm, most of it positive."""
    footprint = 0.5 + noise(num_pixels, seed=seed)
    return footprint / np.linalg.norm(footprint)


@checked
def update_trace(update_trace: Any) -> Checks:
    """A neuron planted in noise that its footprint does not see."""
    checks = Checks("update_trace", hidden_points=1)
    footprint, trace = footprint_like(30, seed=70), 3 * noise(40, seed=71)
    residual, _ = planted(footprint, trace, seed=72)

    with checks(
        1,
        "projects the movie onto the footprint",
        hint="One number a frame: the sum over pixels of footprint times residual, uᵀR. A mean would be 30 times too small, and "
        "with ‖u‖₂ = 1 there is nothing to divide by. No clipping: what is negative in it is noise, and `denoise` knows about noise.",
    ):
        nothing_to_do = checks.make(partial, np.multiply, 1.0)
        found = update_trace(residual, footprint, nothing_to_do)
        checks.close(found, trace, atol=1e-4, name="trace, where denoise changes nothing")

    with checks(
        1,
        "returns what `denoise` makes of the projection",
        hint="Call denoise once, with the projection, and return what comes back: another function may come in place of your "
        "deconvolution, so do not call that one. To denoise the pixels before projecting is not the same.",
    ):
        found = update_trace(residual, footprint, checks.make(partial, np.maximum, 0.0))
        checks.close(found, np.maximum(trace, 0), atol=1e-4, name="trace, where denoise clips")

    with checks(
        1,
        "is right, and leaves the movie and the footprint as they were",
        hint="`*=` and `-=` on an argument change the array of whoever called: all updates after this one would start from the "
        "wrong residual.",
    ):
        found, afterwards = checks.call(
            update_trace, residual, footprint, checks.make(partial, np.add, 1.0)
        )
        checks.close(found, trace + 1, atol=1e-4, name="trace, where denoise adds 1")
        checks.equal(afterwards[0], residual, name="residual_with_neuron afterwards")
        checks.equal(afterwards[1], footprint, name="footprint afterwards")

    return checks


@checked
def update_footprint(update_footprint: Any) -> Checks:
    """A neuron planted in noise that its trace does not see."""
    checks = Checks("update_footprint", hidden_points=1)
    footprint, trace = footprint_like(30, seed=73), 3 * noise(40, seed=74)
    _, residual = planted(footprint, trace, seed=75)

    with checks(
        1,
        "finds the shape of the footprint, dark pixels too",
        hint="Pixel by pixel, the sum over frames of residual times trace: R c. In this model a footprint may be negative, so nothing is "
        "clipped and no sign is lost.",
    ):
        found = to_numpy(update_footprint(residual, trace))
        checks.shape(found, (30,), name="footprint")
        checks.close(
            found / found[0],
            footprint / footprint[0],
            atol=1e-3,
            rtol=1e-3,
            name="footprint over its first pixel",
        )

    with checks(
        1,
        "has unit L2 norm",
        hint="Divide by np.linalg.norm(R c), not by its maximum, its sum, or ‖c‖².",
    ):
        for scale in (0.01, 100.0):
            found = to_numpy(update_footprint(residual, scale * trace))
            checks.close(np.sqrt(np.sum(found**2)), 1.0, atol=1e-4, name="norm")

    with checks(
        1,
        "is right, and leaves the movie and the trace as they were",
        hint="Make new arrays: `*=`, `/=` and `-=` on an argument, or np.clip(..., out=...), write into the caller's.",
    ):
        found, afterwards = checks.call(update_footprint, residual, trace)
        checks.close(found, footprint, atol=1e-4, name="footprint")
        checks.equal(afterwards[0], residual, name="residual_with_neuron afterwards")
        checks.equal(afterwards[1], trace, name="trace afterwards")

    return checks


def ridge_trace(residual: Any, footprint: Any, trace_variance: float, noise_std: float) -> Any:
    """The most probable background trace, by least squares: the prior is one more pixel, which saw 0 with noise of its own."""
    design = np.append(footprint / noise_std, 1 / np.sqrt(trace_variance))[:, None]
    seen = np.vstack([residual / noise_std, np.zeros(residual.shape[1])])
    return np.linalg.lstsq(design, seen, rcond=None)[0][0]


def least_squares_footprint(residual: Any, trace: Any) -> Any:
    """The footprint by least squares, scaled to unit norm."""
    footprint = np.linalg.lstsq(trace[:, None], residual.T, rcond=None)[0][0]
    return footprint / np.linalg.norm(footprint)


@checked
def update_background(update_background: Any) -> Checks:
    """Background and prior, compared with least squares."""
    checks = Checks("update_background", hidden_points=1)
    variance, noise_std = 6.0, 2.0
    footprint, trace = footprint_like(25, seed=76), 4 + noise(35, seed=77)
    residual = np.outer(footprint_like(25, seed=78), trace) + 0.3 * noise(25, 35, seed=79)
    new_trace = ridge_trace(residual, footprint, variance, noise_std)
    new_footprint = least_squares_footprint(residual, new_trace)

    with checks(
        1,
        "shrinks the projection towards zero, by ς² / (ς² + σ²)",
        hint="With ς² = 6 and σ = 2 that is 0.6. trace_variance is a variance already, noise_std is not: square the one, not the "
        "other. The trace comes first, from the footprint that was handed in, and is returned second.",
    ):
        found = update_background(residual, footprint, variance, noise_std)
        checks.close(found[1], new_trace, atol=1e-3, name="trace")

    with checks(
        1,
        "returns first the footprint for the new trace, with unit norm",
        hint="As for a neuron: R c₀ / ‖R c₀‖₂, with the trace just found.",
    ):
        found = update_background(residual, footprint, variance, noise_std)
        checks.close(found[0], new_footprint, atol=1e-4, name="footprint")

    with checks(
        1,
        "is right, and leaves the movie and the footprint as they were",
        hint="`footprint /= ...` and `footprint[:] = ...` write into the caller's array: give the new one a name of its own.",
    ):
        found, afterwards = checks.call(update_background, residual, footprint, variance, noise_std)
        checks.close(found[0], new_footprint, atol=1e-4, name="footprint")
        checks.close(found[1], new_trace, atol=1e-3, name="trace")
        checks.equal(afterwards[0], residual, name="residual_with_background afterwards")
        checks.equal(afterwards[1], footprint, name="footprint afterwards")

    return checks


@checked
def deconvolve_fast(deconvolve_fast: Any) -> Checks:
    """Traces that were made backwards, without baseline; answers are exact to rounding."""
    checks = Checks("deconvolve_fast", hidden_points=2)

    with checks(
        1,
        "copies a trace that needs no deconvolution, and is zero for a penalty that no spike is worth",
        hint="For λ = 0, a trace that already decays and jumps up is its own best fit. A pool whose height is negative is 0.",
    ):
        amplitudes = np.zeros(30)
        amplitudes[[0, 11, 12, 25]] = 2.0, 1.0, 3.0, 0.5
        clean = lfilter([1.0], [1.0, -np.exp(-1 / 4.0)], amplitudes)
        checks.close(deconvolve_fast(clean, 4.0, 0.0), clean, atol=1e-9, name="c for λ = 0")
        checks.close(deconvolve_fast(clean, 4.0, 50.0), 0 * clean, atol=1e-9, name="c for λ = 50")

    with checks(
        2,
        "finds the optimum, exact to rounding",
        hint="Merge backwards for as long as two pools are out of order: h₁ e^(-l₁/τ) > h₂. A pool's best height weighs its frames by "
        "how much is left of it: Σ gⁱ yᵢ / Σ g²ⁱ. Each c_t costs λ (1 - e^(-1/τ)), the last one λ.",
    ):
        for seed, decay_frames in ((64, 9.0), (65, 3.0)):
            known = known_trace(150, decay_frames, 14.0, seed=seed, baseline=None)
            found = deconvolve_fast(known.trace, decay_frames, known.price)
            checks.close(found, known.denoised, atol=1e-8, name="c")

    with checks(
        1,
        "is right, and leaves the trace as it was",
        hint="The penalty is subtracted from a copy: trace - ..., never trace -= ....",
    ):
        known = known_trace(60, 6.0, 8.0, seed=66, baseline=None)
        found, afterwards = checks.call(deconvolve_fast, known.trace, 6.0, known.price)
        checks.close(found, known.denoised, atol=1e-8, name="c")
        checks.equal(afterwards[0], known.trace, name="trace afterwards")

    return checks
