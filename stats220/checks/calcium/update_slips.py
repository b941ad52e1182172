"""What comes of the known mistakes in lab 3's updates of traces, footprints and the background; see ``slips``."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats220.checks.calcium.inputs import Array


def direction(vector: Any) -> Array:
    """Scaled to unit norm, unless it is zero."""
    return np.asarray(vector / max(np.linalg.norm(vector), 1e-9))


def _directions(known: dict[str, Array]) -> dict[str, Array]:
    return {slip: direction(value) for slip, value in known.items()}


def of_trace(movie: Array, footprint: Array, trace: Array) -> dict[str, Array]:
    """Of a neuron's trace over its norm, where the denoiser changes nothing."""
    return _directions(
        {
            "its negative values are set to zero": np.maximum(trace, 0),
            "its values lose their sign": np.abs(trace),
            "its mean is taken off": trace - trace.mean(),
            "its median is taken off": trace - np.median(trace),
            "the footprint's negative pixels are left out": np.maximum(footprint, 0) @ movie,
            "the footprint's weights lose their sign": np.abs(footprint) @ movie,
            "the footprint's weights are squared": footprint**2 @ movie,
            "all pixels count alike, whatever their weight": movie.mean(axis=0),
        }
    )


def of_scale(footprint: Array, trace: Array) -> dict[str, Array]:
    """Of a neuron's trace, where the denoiser changes nothing."""
    divisors = {
        "the projection is divided by the sum of the footprint": footprint.sum(),
        "the projection is divided by the sum of the footprint's sizes": np.abs(footprint).sum(),
        "the projection is divided by the number of pixels": len(footprint),
        "the footprint is scaled to a maximum of one": footprint.max(),
        "the trace is divided by its maximum": trace.max(),
        "the trace is divided by its norm": np.linalg.norm(trace),
        "the trace is divided by its standard deviation": trace.std(),
    }
    return {slip: trace / divisor for slip, divisor in divisors.items()}


def of_denoised(trace: Array, answer: Array) -> dict[str, Array]:
    """Of a neuron's trace, where the denoiser's answer is this."""
    return {
        "`denoise` is not called, or its answer not used": trace,
        "what comes back is cut off at zero": np.maximum(answer, 0),
        "the mean of what comes back is taken off": answer - answer.mean(),
        "what comes back is divided by its maximum": answer / answer.max(),
        "what comes back is divided by its norm": direction(answer),
    }


def of_footprint(movie: Array, footprint: Array, trace: Array) -> dict[str, Array]:
    """Of a neuron's footprint over its norm."""
    first = np.linalg.svd(movie)[0][:, 0]
    return _directions(
        {
            "the mean of the trace is taken off": movie @ (trace - trace.mean()),
            "only frames in which the trace is positive count": movie @ np.maximum(trace, 0),
            "the trace loses its sign": movie @ np.abs(trace),
            "the trace does not count: it is the mean over frames": movie.mean(axis=1),
            "pixels below zero are set to zero": np.maximum(footprint, 0),
            "pixels lose their sign": np.abs(footprint),
            "its sign is changed as a whole, so that its sum is positive, say": -footprint,
            "it is the movie's first singular vector, which belongs to another trace": first,
            "it is minus the movie's first singular vector, which belongs to another trace": -first,
        }
    )


def of_norm(movie: Array, trace: Array) -> dict[str, float]:
    """Of the norm of a neuron's footprint."""
    weights = movie @ trace
    size = float(np.linalg.norm(weights))
    divisors = {
        "the largest pixel is made one": np.abs(weights).max(),
        "the sum is made one": abs(weights.sum()),
        "the sum of the pixels' sizes is made one": np.abs(weights).sum(),
        "the sum of squares divides, without a root": size**2,
        "the trace's sum of squares divides, and nothing else": np.sum(trace**2),
        "the trace's norm divides, and nothing else": np.linalg.norm(trace),
        "nothing divides": 1.0,
    }
    return {slip: size / float(divisor) for slip, divisor in divisors.items()}


def of_background_trace(
    projection: Array, seen_anew: Array, variance: float, noise_std: float
) -> dict[str, Array]:
    """Of the background's trace: what its footprint sees, and what its new footprint would, and the prior."""
    right = variance / (variance + noise_std**2)
    shrinkages = {
        "σ is left out, as if it were 1": variance / (variance + 1),
        "σ is not squared": variance / (variance + noise_std),
        "ς² is squared once more, though it is a variance": variance**2
        / (variance**2 + noise_std**2),
        "variances are taken for standard deviations, or these for variances": variance**0.5
        / (variance**0.5 + noise_std),
        "nothing is shrunk": 1.0,
        "ς² and σ² are exchanged": 1 - right,
    }
    return {slip: shrinkage * projection for slip, shrinkage in shrinkages.items()} | {
        "it is the projection onto the new footprint, not onto the one that was handed in": right
        * seen_anew,
        "it is shrunk toward its mean, not toward zero": right * projection
        + (1 - right) * projection.mean(),
        "a background's trace may not be negative": right * np.maximum(projection, 0),
    }


def of_background_footprint(
    expected: Array, old: Array, movie: Array, trace: Array
) -> dict[str, Array]:
    """Of the background's footprint, which should be `expected`, for its right trace."""
    return {
        "its norm is left as it comes": movie @ trace,
        "it is the one of least squares, whose norm is left as it comes": movie
        @ trace
        / (trace @ trace),
        "its largest pixel is made one": expected / np.abs(expected).max(),
        "its sum is made one": expected / expected.sum(),
        "its pixels below zero are set to zero": direction(np.maximum(expected, 0)),
        "it is the old one": old,
        "its sign is changed as a whole, so that its sum is positive, say": -expected,
        "it goes along with a trace that is cut off at zero": direction(
            movie @ np.maximum(trace, 0)
        ),
    }
