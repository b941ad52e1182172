"""What joins the updates of lab 3's part 3 to a movie: which pixels, which price, which deconvolution; and what comes of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from tqdm.auto import tqdm

from stats220.checkpoints import checkpoint
from stats220.data.calcium import check_movie
from stats220.errors import InputError
from stats220.models.ascent import Ascent
from stats220.models.calcium import Deconvolution
from stats220.models.known import KnownDeconvolutions

SPIKED = 0.01  # noise standard deviations: what a solver leaves of an amplitude of zero is below


class Updates(NamedTuple):
    """The functions that `demix` joins.

    Attributes
    ----------
    trace : (residual_with_neuron, footprint, denoise) -> trace
    footprint : (residual_with_neuron, trace) -> footprint
    background : (residual_with_background, footprint, trace_variance, noise_std) -> (footprint, trace)
    ascend : (movie, footprints, background_footprint, update_trace, update_footprint, update_background, objective, max_sweeps, tolerance) -> Ascent
    """

    trace: Callable[..., Any]
    footprint: Callable[..., Any]
    background: Callable[..., Any]
    ascend: Callable[..., Ascent]


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
    anew: bool = False,
) -> Demixed:
    """Take a movie apart with the student's updates, in the order of the student's `ascend`.

    The model is movie = Σ footprint · (denoised + baseline) + background + noise. Each update maximizes the log posterior

        -‖residual‖² / (2σ²) - λ Σ‖amplitudes‖₁ - ‖background trace‖² / (2ς²)

    over its own part with the others held, so that it never falls. A neuron's update reads and writes only the pixels in which its
    first footprint is not zero: memory stays at two movies, this one and the residual.

    In a notebook the deconvolutions, which take nearly all of the time, are kept beside it (`stats220.checkpoints`): after a restart
    of the kernel the same run takes those that it had done from there.

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
    anew : bool
        Start over where the same run was kept.

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
        Where a footprint has no unit norm, a trace is not what `denoise` returned, or a sweep lowers the objective: with correct
        updates none does.

    References
    ----------
    E. A. Pnevmatikakis et al. (2016). Simultaneous denoising, deconvolution, and demixing of calcium imaging data. Neuron 89(2).
    """
    check_movie(movie)
    height, width, num_frames = movie.shape
    num_neurons, kind = len(footprints), movie.dtype
    if footprints.shape != (num_neurons, height, width) or background_footprint.shape != (
        height,
        width,
    ):
        raise InputError(
            f"footprints {footprints.shape} and background_footprint {background_footprint.shape} "
            f"must be images of the movie's {height} x {width} pixels"
        )
    if not footprints.any(axis=(1, 2)).all():
        raise InputError("a first footprint is zero everywhere: its neuron has no pixels to be in")
    # What each trace was found from: the footprint, what it sees, and the deconvolution of that.
    origins: dict[bytes, tuple[Any, Any, Deconvolution]] = {}

    doubts: set[str] = set()

    def key(trace: Any) -> bytes:
        return np.asarray(trace, kind).tobytes()

    def doubt(what: str) -> None:
        if what not in doubts:
            doubts.add(what)
            warnings.warn(what, stacklevel=4)

    def unit(footprint: Any, what: str) -> Any:
        if abs(np.linalg.norm(footprint) - 1) > 1e-3:
            doubt(
                f"{what} returned a norm of {np.linalg.norm(footprint):.3g}: footprints have unit norm"
            )
        return footprint.astype(kind)

    def update_trace(with_neuron: Any, footprint: Any) -> Any:
        seen: list[tuple[Any, Deconvolution]] = []

        def handed_in(trace: Any) -> Any:
            seen.append((np.array(trace), known(np.asarray(trace, dtype=np.float64))))
            return (seen[-1][1].denoised + seen[-1][1].baseline).astype(kind)

        found = updates.trace(_locked(with_neuron), _locked(footprint), handed_in)
        found = _sound(found, (num_frames,), "the trace update").astype(kind)
        if not seen:
            raise InputError("the trace update never called denoise: a trace is denoise(target)")
        if not np.allclose(
            found, seen[-1][1].denoised + seen[-1][1].baseline, rtol=1e-3, atol=1e-3
        ):
            doubt("the trace update returned something else than denoise did")
        origins[key(found)] = (np.array(footprint), *seen[-1])
        bar.update()
        return found

    def update_footprint(with_neuron: Any, trace: Any) -> Any:
        old, _, fit = origins.get(key(trace), (None, None, None))
        if fit is not None and fit.amplitudes.max() < SPIKED:
            return old  # a neuron that never spiked shows no shape either
        found = updates.footprint(_locked(with_neuron), _locked(trace))
        what = "the footprint update"
        return unit(_sound(found, (len(with_neuron),), what), what)

    def update_background(residual: Any, footprint: Any) -> tuple[Any, Any]:
        found = updates.background(
            _locked(residual), _locked(footprint), background_variance, noise_std
        )
        shape = _sound(found[0], (height * width,), "the background update's footprint")
        trace = _sound(found[1], (num_frames,), "the background update's trace")
        return unit(shape, "the background update"), trace.astype(kind)

    def objective(residual: Any, traces: Any, background_trace: Any) -> float:
        # Each pixel in the movie's precision, the pixels together in double: fast, exact enough, and no copy of the movie.
        squares = np.einsum("pt,pt->p", residual, residual)
        fits = [origins[key(trace)][2] for trace in traces if key(trace) in origins]
        cost = penalty * sum(float(fit.amplitudes.sum()) for fit in fits)
        cost += float(np.sum(np.square(background_trace, dtype=np.float64))) / (
            2 * background_variance
        )
        return -float(squares.sum(dtype=np.float64)) / (2 * noise_std**2) - cost

    most = max_sweeps * num_neurons
    settings = (penalty, noise_std, background_variance, max_sweeps, tolerance)
    parts = (denoise, updates, footprints, background_footprint, settings)
    with (
        checkpoint("demixing", *parts, locked=movie, anew=anew) as saved,
        tqdm(total=most, desc="demixing", disable=not progress) as bar,
    ):
        known = KnownDeconvolutions(denoise, saved, most)
        found = updates.ascend(
            movie.reshape(-1, num_frames),
            footprints.reshape(num_neurons, height * width).astype(kind),
            background_footprint.reshape(-1).astype(kind),
            update_trace,
            update_footprint,
            update_background,
            objective,
            max_sweeps=max_sweeps,
            tolerance=tolerance,
        )
        known.keep(last=True)
        bar.update(most - bar.n)  # a bar that ends half way is drawn as failed
    return _demixed(found, origins, key, (num_neurons, height, width))


def _demixed(
    found: Ascent, origins: Any, key: Callable[[Any], bytes], shape: tuple[int, ...]
) -> Demixed:
    """What the ascent ended with, with the deconvolutions that its traces came from."""
    history = np.asarray(found.objective, dtype=np.float64)
    # What rounding and an inexact solver may lose.
    falls = np.flatnonzero(np.diff(history) < -1e-6 * abs(history[0]))
    if len(falls):
        warnings.warn(
            f"sweep {falls[0] + 1} lowered the objective by {history[falls[0]] - history[falls[0] + 1]:.3g}, which correct updates "
            "never do: check the footprints' unit norm, the projection, what is added back and subtracted in `ascend`, and that "
            "penalty is the one that denoise uses",
            stacklevel=3,
        )
    missing = [k for k, trace in enumerate(found.traces) if key(trace) not in origins]
    if missing:
        raise InputError(
            f"the trace of neuron {missing[0]} is none that the trace update returned: ascend must keep what it gets"
        )
    parts = [origins[key(trace)] for trace in found.traces]
    num_frames = len(found.background_trace)
    return Demixed(
        footprints=np.asarray(found.footprints).reshape(shape),
        traces=np.array([seen for _, seen, _ in parts]).reshape(-1, num_frames),
        denoised=np.array([fit.denoised for *_, fit in parts]).reshape(-1, num_frames),
        amplitudes=np.array([fit.amplitudes for *_, fit in parts]).reshape(-1, num_frames),
        baselines=np.array([fit.baseline for *_, fit in parts]),
        background_footprint=np.asarray(found.background_footprint).reshape(shape[1:]),
        background_trace=np.asarray(found.background_trace),
        objective=history,
    )


def _locked(values: Any) -> Any:
    """A view that cannot be written to: an update that changes its input would spoil all that follow."""
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view


def _sound(values: Any, shape: tuple[int, ...], what: str) -> Any:
    """What an update returned, if it has the right shape and is finite."""
    array = np.asarray(values)
    if array.shape != shape or not np.isfinite(array).all():
        finite = "finite" if array.shape != shape else "with NaN or infinity"
        raise InputError(f"{what} must be {shape}, finite: got {array.shape}, {finite}")
    return array
