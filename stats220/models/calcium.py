"""Lab 3's given half: the type of a deconvolution, a solver that does not give up, and first guesses of where cells are."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter, maximum_filter

from stats220.errors import InputError, Stats220Error

SOLVERS = (
    "CLARABEL",
    "ECOS",
    "SCS",
)  # in the order in which `solve` tries them: fast and exact first


class _Parts(NamedTuple):
    denoised: Float[np.ndarray, " num_frames"]
    amplitudes: Float[np.ndarray, " num_frames"]
    baseline: float
    multiplier: float | None = None


class Deconvolution(_Parts):
    """A trace taken apart: y = c + b + noise, with spikes a = Gc.

    A number may be handed in as CVXPY gives it, a float or an array that holds one: it becomes a float.

    Attributes
    ----------
    denoised : ndarray (num_frames,)
        c: the calcium, which jumps at spikes and decays between them.
    amplitudes : ndarray (num_frames,)
        a = Gc >= 0: the jumps.
    baseline : float
        b.
    multiplier : float or None
        η, the Lagrange multiplier of ‖y - c - b‖₂² <= θ²; None where the problem has no such constraint.
    """

    __slots__ = ()

    def __new__(
        cls, denoised: Any, amplitudes: Any, baseline: Any, multiplier: Any = None
    ) -> Deconvolution:
        """Take the numbers out of arrays that hold one."""
        return super().__new__(cls, denoised, amplitudes, _number(baseline), _number(multiplier))


def _number(value: Any) -> Any:
    """The one number in an array; what is anything else stays as it is."""
    is_one = isinstance(value, np.ndarray | np.generic) and value.size == 1
    return value.item() if is_one else value


def check_trace(
    trace: Any,
    decay_frames: float,
    *,
    noise_std: float = 1.0,
    slack: float = 0.0,
    penalty: float = 0.0,
) -> Float[np.ndarray, " num_frames"]:
    """Refuse what no deconvolution can answer.

    Parameters
    ----------
    trace : array_like (num_frames,)
        y: noisy fluorescence.
    decay_frames, noise_std, slack, penalty : float
        τ in frames, σ, ε and λ.

    Returns
    -------
    ndarray (num_frames,), float64
        The trace.

    Raises
    ------
    InputError
        Where the trace is not a vector of finite numbers, τ or σ is not positive, λ is negative, or the bound θ is.
    """
    y = np.asarray(trace, dtype=np.float64)
    if y.ndim != 1 or len(y) < 2 or not np.isfinite(y).all():
        raise InputError(
            f"a trace is a vector of finite numbers, got shape {y.shape}, {np.isfinite(y).sum()} finite"
        )
    if not 0 < decay_frames < np.inf:
        raise InputError(
            f"decay_frames={decay_frames}: the decay time must be positive (it is in frames, seconds times frame rate)"
        )
    if not 0 < noise_std < np.inf:
        raise InputError(f"noise_std={noise_std} must be positive")
    if not slack > -1:
        raise InputError(
            f"slack={slack}: θ = (1 + slack) σ √T would not be positive, and no residual is that small. "
            "The smallest slack worth trying is 0: less would ask for a residual smaller than the noise"
        )
    if not 0 <= penalty < np.inf:
        raise InputError(
            f"penalty={penalty} must not be negative: it would reward spikes without end"
        )
    return y


def solve(problem: Any) -> None:
    """Solve a CVXPY problem in place, with the first solver that succeeds.

    Interior-point solvers now and then give up on a bound written with squares; then the next one is tried, with a warning.

    Parameters
    ----------
    problem : cvxpy.Problem
        A convex problem.

    Raises
    ------
    InputError
        Where this is no convex problem, or it has no solution.
    Stats220Error
        Where every solver failed or is not installed.
    """
    import cvxpy as cp

    if not isinstance(problem, cp.Problem):
        raise InputError(f"solve() takes a cvxpy.Problem, got {type(problem).__name__}")
    if not problem.is_dcp():
        raise InputError(
            "the problem is not convex as CVXPY reads it: problem.objective.is_dcp() and constraint.is_dcp() say where"
        )
    installed = cp.installed_solvers()
    tried = []
    for solver in SOLVERS:
        if solver not in installed:
            tried.append(f"{solver} is not installed")
            continue
        try:
            problem.solve(solver=solver)
        except cp.error.SolverError:
            tried.append(f"{solver} failed")
            continue
        if problem.status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
            raise InputError(
                f"the problem is {problem.status}: a constraint cannot be met, or nothing bounds the objective"
            )
        if failed := [said for said in tried if said.endswith("failed")]:
            warnings.warn(f"{', '.join(failed)}: solved with {solver}, less exactly", stacklevel=2)
        return
    raise Stats220Error(
        f"no solver found the optimum: {', '.join(tried)}. pip install clarabel ecos scs, and write the bound as a norm, not its square"
    )


def standardize(
    movie: Float[np.ndarray, "height width num_frames"],
    noise_std: Float[np.ndarray, "height width"],
    *,
    overwrite: bool = False,
) -> Float[np.ndarray, "height width num_frames"]:
    """Divide each pixel by its noise, so that σ = 1 everywhere; a movie of floats keeps its dtype, one of integers becomes float32.

    Parameters
    ----------
    movie : ndarray (height, width, num_frames)
    noise_std : ndarray (height, width)
        In the movie's units.
    overwrite : bool
        Write into `movie` itself where it holds floats: no second movie in memory.

    Returns
    -------
    ndarray (height, width, num_frames)

    Raises
    ------
    InputError
        Where the shapes differ or a noise is not positive.
    """
    noise_std = np.asarray(noise_std)
    if noise_std.shape != movie.shape[:2]:
        raise InputError(
            f"noise_std {noise_std.shape} must have one value per pixel of the movie {movie.shape}"
        )
    if not (noise_std > 0).all():
        raise InputError(f"{np.sum(~(noise_std > 0))} pixels have no positive noise_std: crop them")
    kind = movie.dtype if np.issubdtype(movie.dtype, np.floating) else np.dtype(np.float32)
    standardized: Float[np.ndarray, "height width num_frames"] = np.divide(
        movie,
        noise_std[:, :, None].astype(kind),
        dtype=kind,
        out=movie if overwrite and kind == movie.dtype else None,
    )
    return standardized


def unit_norm(
    footprints: Float[np.ndarray, "*batch height width"],
) -> Float[np.ndarray, "*batch height width"]:
    """Scale each footprint to an L2 norm of one: its squares sum to one over the image. One that is all zero stays zero.

    Parameters
    ----------
    footprints : ndarray (..., height, width)
        One image, or a stack of them.

    Returns
    -------
    ndarray (..., height, width)
        Floats, whatever the images are.
    """
    images = np.asarray(footprints)
    images = images if np.issubdtype(images.dtype, np.floating) else images.astype(np.float64)
    norms = np.linalg.norm(images, axis=(-2, -1), keepdims=True)
    normalized: Float[np.ndarray, "*batch height width"] = images / np.where(norms > 0, norms, 1)
    return normalized


def find_neurons(
    correlation: Float[np.ndarray, "height width"],
    neuron_width_px: float = 10.0,
    threshold: float = 0.015,
) -> Int[np.ndarray, "num_neurons 2"]:
    """Find cells: peaks of the smoothed correlation image that stand out from their surroundings.

    Parameters
    ----------
    correlation : ndarray (height, width)
        Mean correlation of each pixel with its neighbors.
    neuron_width_px : float
        Diameter of a typical cell: the image is smoothed by a Gaussian of a quarter of it, and its surroundings are a Gaussian
        of the whole.
    threshold : float
        By how much a peak's correlation must exceed its surroundings'.

    Returns
    -------
    ndarray (num_neurons, 2), int
        Row and column of each cell, the clearest first.
    """
    # Correlation goes with the footprint squared: on the root's scale a faint cell beside a bright one still makes a peak.
    cells, surroundings = (
        np.sqrt(np.maximum(gaussian_filter(correlation, scale * neuron_width_px), 0))
        for scale in (0.25, 0.4)
    )
    height = cells - surroundings
    size = 2 * int(0.45 * neuron_width_px) + 1
    peaks = np.argwhere((height == maximum_filter(height, size)) & (height > threshold))
    return peaks[np.argsort(-height[tuple(peaks.T)])]


def gaussian_footprints(
    centers_rc: Int[np.ndarray, "num_neurons 2"],
    height: int,
    width: int,
    neuron_width_px: float = 10.0,
) -> Float[np.ndarray, "num_neurons height width"]:
    """First footprints: a Gaussian bump of height 1 around each center, zero beyond three quarters of a cell's width.

    Parameters
    ----------
    centers_rc : ndarray (num_neurons, 2)
        Rows and columns, from `find_neurons`.
    height, width : int
        The movie's size.
    neuron_width_px : float
        Diameter of a typical cell; the Gaussian's standard deviation is a quarter of it.

    Returns
    -------
    ndarray (num_neurons, height, width)
        Not normalized. A cell's pixels stay those in which its first footprint is not zero.
    """
    rows, columns = np.mgrid[:height, :width]
    centers = np.asarray(centers_rc)[:, :, None, None]
    squared = (rows - centers[:, 0]) ** 2 + (columns - centers[:, 1]) ** 2
    bumps = np.exp(-squared / (2 * (neuron_width_px / 4) ** 2))
    return np.where(squared <= (0.75 * neuron_width_px) ** 2, bumps, 0)
