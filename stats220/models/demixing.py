"""The loop of lab 3's part 3: coordinate ascent over neurons and background, with the student's updates."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from tqdm.auto import tqdm

from stats220.data.calcium import check_movie
from stats220.errors import InputError
from stats220.models.calcium import Deconvolution

BLOCK = 256  # pixels at a time in passes over the whole movie: their copies stay in the processor's cache


class Updates(NamedTuple):
    """The three functions that `demix` joins.

    Attributes
    ----------
    trace : (residual_with_neuron, footprint, denoise) -> trace
    footprint : (residual_with_neuron, trace) -> footprint
    background : (residual_with_background, footprint, trace_variance, noise_std) -> (footprint, trace)
    """

    trace: Callable[..., Any]
    footprint: Callable[..., Any]
    background: Callable[..., Any]


@dataclass(frozen=True)
class Demixed:
    """A movie taken apart into neurons and background.

    Attributes
    ----------
    footprints : ndarray (num_neurons, height, width)
        Unit L2 norm each.
    traces, denoised, amplitudes : ndarray (num_neurons, num_frames)
        What each footprint sees once all else is subtracted, and its deconvolution; in noise standard deviations.
    baselines : ndarray (num_neurons,)
        The deconvolutions' baselines. A neuron's part of the movie is its footprint times (denoised + baseline).
    background_footprint : ndarray (height, width)
        Unit L2 norm.
    background_trace : ndarray (num_frames,)
        The light that belongs to no neuron.
    objective : ndarray (num_sweeps + 1,)
        The log posterior, up to a constant: before the first sweep, and after each.
    """

    footprints: Float[np.ndarray, "num_neurons height width"]
    traces: Float[np.ndarray, "num_neurons num_frames"]
    denoised: Float[np.ndarray, "num_neurons num_frames"]
    amplitudes: Float[np.ndarray, "num_neurons num_frames"]
    baselines: Float[np.ndarray, " num_neurons"]
    background_footprint: Float[np.ndarray, "height width"]
    background_trace: Float[np.ndarray, " num_frames"]
    objective: Float[np.ndarray, " num_sweeps_and_one"]


def demix(
    movie: Float[np.ndarray, "height width num_frames"],
    footprints: Float[np.ndarray, "num_neurons height width"],
    background_footprint: Float[np.ndarray, "height width"],
    updates: Updates,
    denoise: Callable[[Float[np.ndarray, " num_frames"]], Deconvolution],
    *,
    penalty: float,
    noise_std: float = 1.0,
    background_variance: float = 1e6,
    max_sweeps: int = 10,
    tolerance: float = 1e-4,
    progress: bool = True,
) -> Demixed:
    """Take a movie apart: update the trace and footprint of each neuron in turn, then the background, and again.

    The model is movie = Σ footprint · (denoised + baseline) + background + noise. Each update maximizes the log posterior

        -‖residual‖² / (2σ²) - λ Σ‖amplitudes‖₁ - ‖background trace‖² / (2ς²)

    over its own part with the others held, so that it never falls. One residual is kept, and a neuron's update reads and writes
    only the pixels in which its first footprint is not zero: memory stays at two movies, this one and the residual.

    Parameters
    ----------
    movie : ndarray (height, width, num_frames)
        Divided by each pixel's noise.
    footprints : ndarray (num_neurons, height, width)
        First footprints, unit norm, zero where the neuron cannot be.
    background_footprint : ndarray (height, width)
        First background, unit norm.
    updates : Updates
        The functions that do the work.
    denoise : callable, trace (num_frames,) -> Deconvolution
        The deconvolution, with λ = `penalty`. The trace that it finds, denoised + baseline, is what `updates.trace` gets from the
        `denoise` it is handed.
    penalty, noise_std, background_variance : float
        λ, σ and ς² of the objective.
    max_sweeps, tolerance : int, float
        Stop after so many sweeps, or when one gains less than this fraction of what all have gained.
    progress : bool
        Show a bar.

    Returns
    -------
    Demixed

    Raises
    ------
    InputError
        Where shapes do not fit, a footprint is all zero, or an update returns something of the wrong shape, a NaN, or never calls
        `denoise`.

    Warns
    -----
    UserWarning
        At the first update that lowers the objective: no correct one does.

    References
    ----------
    E. A. Pnevmatikakis et al. (2016). Simultaneous denoising, deconvolution, and demixing of calcium imaging data. Neuron 89(2).
    """
    check_movie(movie)
    height, width, num_frames = movie.shape
    num_neurons = len(footprints)
    if footprints.shape != (num_neurons, height, width) or background_footprint.shape != (
        height,
        width,
    ):
        raise InputError(
            f"footprints {footprints.shape} and background_footprint {background_footprint.shape} "
            f"must be images of the movie's {height} x {width} pixels"
        )
    kind = movie.dtype
    residual = movie.reshape(-1, num_frames).copy()
    pixels = [np.flatnonzero(footprint) for footprint in footprints]
    if not all(len(where) for where in pixels):
        raise InputError("a first footprint is zero everywhere: its neuron has no pixels to be in")
    shapes = [
        image.reshape(-1)[where].astype(kind)
        for image, where in zip(footprints, pixels, strict=True)
    ]
    parts = np.zeros((num_neurons, num_frames), kind)  # denoised + baseline
    traces = np.zeros((num_neurons, num_frames))
    nothing = Deconvolution(np.zeros(num_frames), np.zeros(num_frames), 0.0)
    fits = [nothing] * num_neurons
    shape0, trace0 = background_footprint.reshape(-1).astype(kind), np.zeros(num_frames, kind)

    def log_likelihood(values: Any) -> float:
        # Each pixel in the movie's precision, the pixels together in double: fast, exact enough, and no copy of the movie.
        squares = np.einsum("pt,pt->p", values, values)
        return -float(squares.sum(dtype=np.float64)) / (2 * noise_std**2)

    def update_neuron(k: int) -> float:
        """Update neuron k, and return what the objective gains."""
        before = residual[pixels[k]]
        with_neuron = before + np.outer(shapes[k], parts[k])
        found: list[Deconvolution] = []

        def handed_in(trace: Any) -> Any:
            traces[k] = trace
            found.append(denoise(np.asarray(trace, dtype=np.float64)))
            return (found[-1].denoised + found[-1].baseline).astype(kind)

        parts[k] = _sound(
            updates.trace(with_neuron, shapes[k], handed_in), (num_frames,), "the trace update", k
        )
        if not found:
            raise InputError("the trace update never called denoise: a trace is denoise(target)")
        old_cost, fits[k] = penalty * float(fits[k].amplitudes.sum()), found[-1]
        if fits[k].amplitudes.any():  # a neuron that never spiked shows no shape either
            shapes[k] = _sound(
                updates.footprint(with_neuron, parts[k]), shapes[k].shape, "the footprint update", k
            ).astype(kind)
        after = with_neuron - np.outer(shapes[k], parts[k])
        residual[pixels[k]] = after
        new_cost = penalty * float(fits[k].amplitudes.sum())
        return log_likelihood(after) - log_likelihood(before) - new_cost + old_cost

    def update_background() -> float:
        """Update the background, and return the objective."""
        nonlocal shape0, trace0
        _add_outer(residual, shape0, trace0)
        residual.flags.writeable = (
            False  # an update that writes into its input would spoil all that follow
        )
        try:
            shape, trace = updates.background(residual, shape0, background_variance, noise_std)
        finally:
            residual.flags.writeable = True
        shape0 = _sound(shape, shape0.shape, "the background update's footprint").astype(kind)
        trace0 = _sound(trace, trace0.shape, "the background update's trace").astype(kind)
        _add_outer(residual, -shape0, trace0)
        cost = penalty * sum(float(fit.amplitudes.sum()) for fit in fits)
        cost += float(np.sum(np.square(trace0, dtype=np.float64))) / (2 * background_variance)
        return log_likelihood(residual) - cost

    objective = [update_background()]
    allowed = 1e-6 * abs(objective[0])  # what rounding and an inexact solver may lose
    warned = False
    num_updates = max_sweeps * (num_neurons + 1)
    with tqdm(total=num_updates, desc="demixing", disable=not progress) as bar:
        for _ in range(max_sweeps):
            now = objective[-1]
            for k in range(num_neurons + 1):
                gain = update_neuron(k) if k < num_neurons else update_background() - now
                now += gain
                if gain < -allowed and not warned:
                    warned = True
                    who = f"neuron {k}" if k < num_neurons else "the background"
                    warnings.warn(
                        f"the update of {who} lowered the objective by {-gain:.3g}, which a correct one never does: "
                        "check the footprint's unit norm, the projection, and that penalty is the one denoise uses",
                        stacklevel=2,
                    )
                bar.update()
            objective.append(now)
            bar.set_postfix(objective=f"{now:.6g}")
            if objective[-1] - objective[-2] <= tolerance * (objective[-1] - objective[0]):
                bar.update(num_updates - bar.n)  # a bar that ends half way is drawn as failed
                break

    images = np.zeros((num_neurons, height * width), kind)
    for image, where, shape in zip(images, pixels, shapes, strict=True):
        image[where] = shape
    return Demixed(
        footprints=images.reshape(footprints.shape),
        traces=traces,
        denoised=np.array([fit.denoised for fit in fits]).reshape(traces.shape),
        amplitudes=np.array([fit.amplitudes for fit in fits]).reshape(traces.shape),
        baselines=np.array([fit.baseline for fit in fits]),
        background_footprint=shape0.reshape(height, width),
        background_trace=trace0,
        objective=np.array(objective),
    )


def _add_outer(residual: Any, footprint: Any, trace: Any) -> None:
    """Add footprint times trace in place, without a copy of the movie."""
    for first in range(0, len(residual), BLOCK):
        residual[first : first + BLOCK] += np.outer(footprint[first : first + BLOCK], trace)


def _sound(values: Any, shape: tuple[int, ...], what: str, neuron: int | None = None) -> Any:
    """What an update returned, if it has the right shape and is finite."""
    array = np.asarray(values)
    if array.shape != shape or not np.isfinite(array).all():
        whose = "" if neuron is None else f" of neuron {neuron}"
        finite = "finite" if array.shape != shape else "with NaN or infinity"
        raise InputError(f"{what}{whose} must be {shape}, finite: got {array.shape}, {finite}")
    return array
