"""Lab 3 on simulated movies whose truth is known: what is found, and what each of the course's errata costs when it is left in.

"Ours" is the whole lab with its reference solutions. The peer of the first rows is what they started from: cells as Gaussians, and the
traces these see, deconvolved without demixing. The peer of an erratum's row is the same analysis with the erratum. The library's settings
(smoothing, threshold, pixels of a neuron) were chosen on movies with other seeds.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import cvxpy as cp
import numpy as np
from scipy.ndimage import maximum_filter1d

from benchmarks.table import Row
from stats220.data.calcium import simulate_calcium
from stats220.models.calcium import find_neurons, gaussian_footprints, standardize, unit_norm
from stats220.models.demixing import Demixed, Updates, demix
from stats220.models.scores import match_cells
from stats220.reference import calcium
from stats220.reference.calcium import fast

UPDATES = Updates(
    calcium.update_trace, calcium.update_footprint, calcium.update_background, calcium.ascend
)
PENALTY = 8.0  # about 3.5 standard deviations of what the noise alone would pay for

Array = np.ndarray[Any, np.dtype[Any]]


def run(quick: bool = True) -> list[Row]:
    """One small movie, or (in full) five of the course's size."""
    seeds = [0] if quick else [0, 1, 2, 3, 4]
    studies = [_study(seed, "small" if quick else "course") for seed in seeds]
    dim = [_study(seed, "realistic") for seed in seeds]
    size = "1 movie of 64 x 64 x 1000" if quick else f"{len(seeds)} movies of 170 x 170 x 3000"

    def figure(name: str) -> tuple[float, str]:
        values = [study[name] for study in studies]
        return float(np.mean(values)), f"{np.mean(values):.3f} ± {np.std(values):.3f}"

    rows = []
    for case, ours, peer, note in _ROWS:
        (our_mean, our_text), (peer_mean, peer_text) = figure(ours), figure(peer)
        rows.append(
            Row(
                *("calcium study", case, our_text, peer_text, our_mean / peer_mean),
                note=f"{note}; {size}",
                better="more",
            )
        )
    for case in ("precision", "recall", "correlation"):
        bright, faint = (np.array([study[case] for study in of]) for of in (studies, dim))
        rows.append(
            Row(
                "calcium study",
                f"a movie as dim as most recordings are: {case}",
                f"{faint.mean():.3f} ± {faint.std():.3f}",
                f"{bright.mean():.3f} ± {bright.std():.3f}",
                float(faint.mean() / bright.mean()),
                f"the bright movie of the same seed; {len(seeds)} of 120 x 120 x 3000",
                better="more",
            )
        )
    return rows


_ROWS = [
    # case, our figure, the peer's, note
    ("cells found that are cells (precision)", "precision", "one", "all"),
    ("cells that were found (recall)", "recall", "one", "all"),
    ("footprints: cosine with the truth", "overlap", "overlap first", "the Gaussian first footprints"),
    ("amplitudes: correlation with true spikes", "correlation", "correlation first", "without demixing"),
    ("footprints: cosine with the truth", "overlap", "overlap maximum", "erratum: maximum one in place of unit norm"),
    ("amplitudes: correlation with true spikes", "correlation", "correlation maximum", "erratum: maximum one in place of unit norm"),
    ("amplitudes: correlation with true spikes", "bound", "bound plus", "erratum: +e^(-1/τ) in G"),
    ("amplitudes: correlation with true spikes", "bound", "bound upper", "erratum: upper diagonal of G"),
    ("amplitudes: correlation with true spikes", "bound", "bound positive", "erratum: c >= 0 in place of Gc >= 0"),
    ("amplitudes: share of ‖Gc‖₁ that is positive", "positive", "positive positive", "erratum: c >= 0 in place of Gc >= 0"),
    ("amplitudes: correlation with true spikes", "bound", "bound multiplier", "erratum: ν taken for η in λ = 1/(2σ²η)"),
    ("amplitudes: correlation with true spikes", "bound", "bound band", "erratum: no correction for the band, θ a third too small"),
    ("amplitudes: share within a frame of a true spike", "near", "near band", "erratum: no correction for the band, θ a third too small"),
]  # fmt: skip


def _study(seed: int, preset: Any) -> dict[str, float]:
    simulated = simulate_calcium(preset, seed=seed)
    truth = simulated.truth
    movie = simulated.movie
    noise_std = calcium.pixel_noise_std(movie, simulated.frame_rate_hz)
    del simulated
    movie = standardize(movie, noise_std)
    height, width = movie.shape[:2]
    centers = find_neurons(calcium.local_correlation(movie))
    bumps = gaussian_footprints(centers, height, width)
    background = unit_norm(np.median(movie, axis=2))
    true = unit_norm(truth.footprints / noise_std)
    found, cells = match_cells(centers, truth.centers_rc)
    spikes = truth.spike_counts[cells]
    denoise = partial(fast.penalized, decay_frames=truth.decay_frames, penalty=PENALTY)

    def analyse(normalize: Callable[[Array], Array], updates: Updates) -> Demixed:
        with warnings.catch_warnings(
            record=True
        ):  # `demix` names an erratum: here it is left in on purpose
            warnings.simplefilter("always")
            return demix(
                movie,
                normalize(bumps),
                background,
                updates,
                denoise,
                penalty=PENALTY,
                progress=False,
            )

    def overlap(footprints: Array) -> float:
        return float(np.sum(unit_norm(footprints)[found] * true[cells], axis=(1, 2)).mean())

    def correlation(amplitudes: Array) -> float:
        each = [
            np.corrcoef(a, s)[0, 1] if np.ptp(a) > 0 else 0.0
            for a, s in zip(amplitudes, spikes, strict=True)
        ]
        return float(np.mean(each))

    first = unit_norm(bumps).reshape(len(centers), -1) @ movie.reshape(height * width, -1)
    demixed = analyse(unit_norm, UPDATES)
    maximum = analyse(lambda images: images, UPDATES._replace(footprint=_maximum_one))
    figures = {
        "one": 1.0,
        "precision": len(found) / len(centers),
        "recall": len(cells) / len(true),
        "overlap": overlap(demixed.footprints),
        "overlap first": overlap(bumps),
        "overlap maximum": overlap(maximum.footprints),
        "correlation": correlation(demixed.amplitudes[found]),
        "correlation first": correlation(
            np.array([denoise(trace).amplitudes for trace in first[found]])
        ),
        "correlation maximum": correlation(maximum.amplitudes[found]),
    }
    # The errata of deconvolution, on the traces that demixing ends with, in which σ = 1.
    near = maximum_filter1d(spikes, 3, axis=1) > 0
    errata: dict[str, Callable[[Array], Array]] = {
        "": partial(_bounded, decay_frames=truth.decay_frames),
        " plus": partial(_bounded, decay_frames=truth.decay_frames, sign=+1),
        " upper": partial(_bounded, decay_frames=truth.decay_frames, lower=False),
        " positive": partial(_bounded, decay_frames=truth.decay_frames, positive_jumps=False),
        " multiplier": partial(_wrong_multiplier, decay_frames=truth.decay_frames),
        # What the filter leaves of σ = 1 is √(7/15) at 30 Hz.
        " band": partial(_bounded, decay_frames=truth.decay_frames, noise_std=math.sqrt(7 / 15)),
    }
    for name, deconvolve in errata.items():
        amplitudes = np.array([deconvolve(trace) for trace in demixed.traces[found]])
        figures["bound" + name] = correlation(amplitudes)
        figures["near" + name] = float(amplitudes[near].sum() / amplitudes.sum())
        figures["positive" + name] = float(amplitudes.clip(0).sum() / np.abs(amplitudes).sum())
    return figures


def _maximum_one(residual_with_neuron: Array, trace: Array) -> Array:
    weights = residual_with_neuron @ trace
    return np.asarray(weights / weights.max())


def _bounded(
    trace: Array,
    decay_frames: float,
    noise_std: float = 1.0,
    sign: int = -1,
    lower: bool = True,
    positive_jumps: bool = True,
) -> Array:
    """Amplitudes of the bounded problem, right by default, with one erratum where asked."""
    c, b = cp.Variable(len(trace)), cp.Variable()
    remains = sign * math.exp(-1 / decay_frames)
    if lower:
        amplitudes = cp.hstack([c[0], c[1:] + remains * c[:-1]])
    else:
        amplitudes = cp.hstack([c[:-1] + remains * c[1:], c[-1]])
    bound = noise_std * math.sqrt(len(trace))
    constraints = [cp.norm(trace - c - b, 2) <= bound, (amplitudes if positive_jumps else c) >= 0]
    cp.Problem(cp.Minimize(cp.norm1(amplitudes)), constraints).solve(solver="CLARABEL")
    return np.asarray(amplitudes.value)


def _wrong_multiplier(trace: Array, decay_frames: float) -> Array:
    """The penalised form with λ from the dual value ν = 2 θ η of the norm, taken for η."""
    eta = fast.bounded(trace, decay_frames, 1.0, 0.0).multiplier or math.inf
    nu = 2 * math.sqrt(len(trace)) * eta
    return np.asarray(fast.penalized(trace, decay_frames, 1 / (2 * nu)).amplitudes)
