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
            "its sign is changed": -trace,
            "its minimum is taken off": trace - trace.min(),
            "its lowest tenth or so is taken off, as if that were a baseline": (
                trace - np.percentile(trace, 8)
            ),
            "only the footprint's largest pixel counts": movie[np.argmax(footprint)],
            "only the footprint's largest pixel counts, the sign aside": movie[
                np.argmax(np.abs(footprint))
            ],
            "it is the median of the pixels, whatever their weight": np.median(movie, axis=0),
            "it is the brightest pixel of each frame": movie.max(axis=0),
            "all pixels above zero count alike, whatever their weight": (footprint > 0) @ movie,
            "each frame's mean over pixels is taken off": footprint @ (movie - movie.mean(axis=0)),
            "pixels are divided by their weights, not multiplied": (1 / footprint) @ movie,
            "the root of the footprint's sizes is what weighs": np.sqrt(np.abs(footprint)) @ movie,
            "each pixel is divided by its standard deviation first": footprint
            @ (movie / movie.std(axis=1, keepdims=True)),
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
        "the projection is divided by the root of the number of pixels": len(footprint) ** 0.5,
        "the projection is divided by the number of frames": len(trace),
        "the trace is divided by its largest size": np.abs(trace).max(),
        "the projection is halved": 2,
        "the projection counts twice": 0.5,
    }
    return {slip: trace / divisor for slip, divisor in divisors.items()}


def of_denoised(footprint: Array, trace: Array, answer: Array) -> dict[str, Array]:
    """Of a neuron's trace, where the denoiser's answer is this."""
    return {
        "`denoise` is not called, or its answer not used": trace,
        "what comes back is cut off at zero": np.maximum(answer, 0),
        "the mean of what comes back is taken off": answer - answer.mean(),
        "what comes back is divided by its maximum": answer / answer.max(),
        "what comes back is divided by its norm": direction(answer),
        "the minimum of what comes back is taken off": answer - answer.min(),
        "it is what `denoise` takes away, not what it returns": trace - answer,
        "the projection is added to what comes back": trace + answer,
        "it is the mean of the projection and of what comes back": (trace + answer) / 2,
        "the sign of what comes back is changed": -answer,
        "the mean of the projection is added to what comes back": answer + trace.mean(),
        "the median of the projection is added to what comes back": answer + np.median(trace),
        "the minimum of the projection is added to what comes back": answer + trace.min(),
        "what comes back is multiplied by the projection's standard deviation": (
            answer * trace.std()
        ),
        "what comes back is multiplied by the projection's maximum": answer * trace.max(),
        "each pixel is denoised, before the footprint adds them up": answer * footprint.sum(),
    }


def of_footprint(movie: Array, footprint: Array, trace: Array) -> dict[str, Array]:
    """Of a neuron's footprint over its norm."""
    first = np.linalg.svd(movie)[0][:, 0]
    centered, off = movie - movie.mean(axis=1, keepdims=True), trace - trace.mean()
    return _directions(
        {
            "a mean over time is taken off, the trace's or each pixel's": movie
            @ (trace - trace.mean()),
            "only frames in which the trace is positive count": movie @ np.maximum(trace, 0),
            "the trace loses its sign": movie @ np.abs(trace),
            "the trace does not count: it is the mean over frames": movie.mean(axis=1),
            "pixels below zero are set to zero": np.maximum(footprint, 0),
            "pixels lose their sign": np.abs(footprint),
            "its sign is changed as a whole, so that its sum is positive, say": -footprint,
            "it is the movie's first singular vector, which belongs to another trace": first,
            "it is minus the movie's first singular vector, which belongs to another trace": -first,
            "it is one frame, in which the trace is largest": movie[:, np.argmax(trace)],
            "it is the brightest value of each pixel": movie.max(axis=1),
            "it is the median of each pixel, and the trace does not count": np.median(
                movie, axis=1
            ),
            "it is each pixel's standard deviation, and the trace does not count": movie.std(
                axis=1
            ),
            "the trace is squared": movie @ trace**2,
            "the movie is squared": movie**2 @ trace,
            "it is each pixel's correlation with the trace, whatever its contrast": (
                centered @ off / centered.std(axis=1)
            ),
            "each pixel is divided by its own norm": movie @ trace / np.linalg.norm(movie, axis=1),
            "a mean over pixels is taken off, the footprint's or each frame's": (
                footprint - footprint.mean()
            ),
            "frames are divided by the trace, not multiplied": movie @ (1 / trace),
            "only frames in which the trace is positive count, and they count alike": movie
            @ (trace > 0),
            "its darkest pixel is made zero": footprint - footprint.min(),
            "small pixels are set to zero": np.where(
                np.abs(footprint) > 0.1 * np.abs(footprint).max(), footprint, 0
            ),
            "the roots of its pixels are taken": np.sign(footprint) * np.abs(footprint) ** 0.5,
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
        "the standard deviation over pixels is made one": weights.std(),
        "the mean of squares is made one, not their sum": size / len(weights) ** 0.5,
        "it is a mean over frames, and nothing else divides": len(trace),
        "the trace's norm divides as well as the footprint's": size * np.linalg.norm(trace),
        "the norm of the whole movie divides": np.linalg.norm(movie),
        "the root of the sum divides": abs(weights.sum()) ** 0.5,
        "two roots are taken of the sum of squares": size**0.5,
    }
    return {slip: size / float(divisor) for slip, divisor in divisors.items()}


def of_background_trace(
    movie: Array, footprint: Array, variance: float, noise_std: float
) -> dict[str, Array]:
    """Of the background's trace: what its footprint sees, and what its new footprint would, and the prior."""
    projection, pixels = footprint @ movie, len(footprint)
    seen_anew = direction(movie @ projection) @ movie
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
        "a root is taken of the shrinkage": right**0.5,
        "ς² is divided by σ² alone": variance / noise_std**2,
        "it is shrunk twice": right**2,
        "it is stretched, not shrunk": 1 / right,
        "one stands where ς² should, at both places": 1 / (1 + noise_std**2),
        "one stands where ς² should, above the line": 1 / (variance + noise_std**2),
        "σ² counts twice": variance / (variance + 2 * noise_std**2),
        "σ² is divided by the number of pixels": variance / (variance + noise_std**2 / pixels),
        "σ² is multiplied by the number of pixels": variance / (variance + noise_std**2 * pixels),
        "σ² is divided by the number of frames": variance
        / (variance + noise_std**2 / len(projection)),
        "σ² is squared once more": variance / (variance + noise_std**4),
        "both variances are squared once more": variance**2 / (variance**2 + noise_std**4),
        "a root is taken of ς², and σ is squared": variance**0.5 / (variance**0.5 + noise_std**2),
        "ς² is squared, and σ is not": variance**2 / (variance**2 + noise_std),
        "σ² is taken away from ς² where both add up": variance / (variance - noise_std**2),
        "σ is left out, and ς² stands at the wrong place": 1 / (1 + variance),
        "ς² is left out, and σ is not squared": 1 / (1 + noise_std),
        "its sign is changed": -right,
        "it is divided by the number of pixels": right / pixels,
        "it is divided by the sum of the footprint": right / footprint.sum(),
        "it is divided by the sum of the footprint's sizes": right / np.abs(footprint).sum(),
        "the footprint is scaled to a maximum of one first": right / footprint.max(),
        "all is dark": 0.0,
        "the shrinkage is 0.6, whatever is asked": 0.6,
    }
    return {slip: shrinkage * projection for slip, shrinkage in shrinkages.items()} | {
        "it is the projection onto the new footprint, not onto the one that was handed in": right
        * seen_anew,
        "it is shrunk toward its mean, not toward zero": right * projection
        + (1 - right) * projection.mean(),
        "a background's trace may not be negative": right * np.maximum(projection, 0),
        "its values lose their sign": right * np.abs(projection),
        "its mean is taken off": right * (projection - projection.mean()),
        "it is the projection onto the new footprint, and is not shrunk": seen_anew,
        "it is the mean over pixels, whatever the footprint": right * movie.mean(axis=0),
        "it is the mean over pixels, whatever the footprint, and is not shrunk": movie.mean(axis=0),
        "it is the sum over pixels, whatever the footprint": right * movie.sum(axis=0),
        "it is the median over pixels, whatever the footprint": right * np.median(movie, axis=0),
        "the shrinkage is taken away, and does not multiply": projection - right,
        "it is cut down by the shrinkage, a soft threshold, not multiplied by it": np.sign(
            projection
        )
        * np.maximum(np.abs(projection) - right, 0),
    }


def of_background_footprint(
    expected: Array, old: Array, movie: Array, trace: Array, shrinkage: float
) -> dict[str, Array]:
    """Of the background's footprint, which should be `expected`, for its right trace."""
    first = np.linalg.svd(movie)[0][:, 0]
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
        "it goes along with the mean over pixels, not with the footprint's trace": direction(
            movie @ movie.mean(axis=0)
        ),
        "it goes along with the trace's sizes": direction(movie @ np.abs(trace)),
        "a mean over time is taken off, the trace's or each pixel's": direction(
            movie @ (trace - trace.mean())
        ),
        "it is the mean over frames, whatever the trace": direction(movie.mean(axis=1)),
        "it is the median over frames, whatever the trace": direction(np.median(movie, axis=1)),
        "it is each pixel's standard deviation, whatever the trace": direction(movie.std(axis=1)),
        "it goes along with the trace of a footprint that is new already": direction(
            movie @ (expected @ movie)
        ),
        "it is the movie's first singular vector, not what goes along with this trace": first,
        "it is minus the movie's first singular vector, not what goes along with this trace": -first,
        "the old part is taken off the movie that it is shown": direction(
            (movie - np.outer(old, trace)) @ trace
        ),
        "it is the mean of the old one and of the new one": direction(old + expected),
        "the footprint is shrunk, too": expected * shrinkage,
        "its sign is changed": -expected,
        "its pixels lose their sign": np.abs(expected),
        "its sum of sizes is made one": expected / np.abs(expected).sum(),
        "its sum of squares divides, without a root": direction(movie @ trace)
        / np.linalg.norm(movie @ trace),
        "the trace's norm divides, and nothing else": movie @ trace / np.linalg.norm(trace),
        "it is a mean over frames, whose norm is left as it comes": movie @ trace / len(trace),
        "its mean over pixels is taken off": direction(expected - expected.mean()),
    }
