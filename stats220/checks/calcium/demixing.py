"""Lab 3's checks of demixing."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from stats220.arrays import to_numpy
from stats220.checks import Checks, checked
from stats220.checks.calcium.inputs import noise


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
