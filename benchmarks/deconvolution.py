"""Processor milliseconds a trace: our fast solvers against CVXPY (CLARABEL and SCS) and against OASIS, on the same simulated traces.

CVXPY's problem is written once a length, with the trace as a parameter, so that it is not compiled again for each. Both are run by turns.

Two problems: a bound on the residual with a free baseline (``fast.bounded``), and a price on spikes without baseline
(``fast.penalized``). Our objective is checked against CLARABEL's to 1e-5; how far the peer's is from ours is in the note.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import cvxpy as cp
import numpy as np
from scipy.signal import lfilter

from benchmarks.table import Row, paired
from stats220.models.calcium import Deconvolution
from stats220.reference.calcium import fast

DECAY_FRAMES, SLACK, PENALTY = 9.0, 0.0, 3.0
DECAY = math.exp(-1 / DECAY_FRAMES)

Array = np.ndarray[Any, np.dtype[Any]]
Solver = Callable[[Array], Deconvolution]


def run(quick: bool = True) -> list[Row]:
    """T of 1000, 3000 and (in full) 30000 frames; one trace and 100."""
    compiled = fast._pass is not getattr(fast._pass, "py_func", fast._pass)
    rows = []
    for num_frames in (1000, 3000) if quick else (1000, 3000, 30000):
        traces = _traces(100, num_frames)
        for problem, ours, peers in (
            ("bound", _ours_bound, _bound_peers()),
            ("price", _ours_price, _price_peers()),
        ):
            ours(traces[0])  # compiles
            for peer_name, (peer, most) in peers.items():
                for num_traces in (1, 100):
                    # CVXPY's time for a trace is the same in a crowd: a few of the hundred will do.
                    few, many = traces[: min(num_traces, most)], traces[:num_traces]
                    our_fits, peer_fits = [ours(y) for y in many], [peer(y) for y in few]
                    our_time, peer_time, ratio = paired(
                        partial(_all, ours, many), partial(_all, peer, few), 3 if most > 5 else 2
                    )
                    our_time, peer_time = our_time / len(many), peer_time / len(few)
                    apart = [
                        _objective(trace, theirs, problem) / _objective(trace, mine, problem) - 1
                        for trace, mine, theirs in zip(traces, our_fits, peer_fits, strict=False)
                    ]
                    if peer_name.endswith("CLARABEL") and max(map(abs, apart)) > 1e-5:
                        raise RuntimeError(
                            f"{problem}, T = {num_frames}: objectives differ by {apart}"
                        )
                    rows.append(
                        Row(
                            "deconvolution",
                            f"{problem}, T = {num_frames}, {num_traces} trace{'s' * (num_traces > 1)}",
                            f"{our_time * 1e3:.3f} ms each",
                            f"{peer_time * 1e3:.3f} ms each",
                            ratio * len(many) / len(few),
                            peer_name
                            + (f" (on {most} of them)" if most < num_traces else "")
                            + f"; its objective is off by {max(apart, key=abs):+.0e} of ours"
                            + ("" if compiled else "; ours without numba"),
                        )
                    )
    return rows


def _traces(count: int, num_frames: int) -> Array:
    """Spikes at 0.4 Hz (30 frames a second), 12 noise standard deviations high, on a baseline of 1."""
    rng = np.random.default_rng(0)
    spikes = 12.0 * rng.poisson(0.4 / 30, (count, num_frames))
    return 1 + lfilter([1], [1, -DECAY], spikes) + rng.normal(size=(count, num_frames))


def _all(solve: Solver, traces: Array) -> None:
    for trace in traces:
        solve(trace)


def _objective(trace: Array, fit: Deconvolution, problem: str) -> float:
    amplitudes = np.abs(np.append(fit.denoised[0], fit.denoised[1:] - DECAY * fit.denoised[:-1]))
    if problem == "bound":
        return float(amplitudes.sum())
    return float(np.sum((trace - fit.denoised) ** 2) / 2 + PENALTY * amplitudes.sum())


def _ours_bound(trace: Array) -> Deconvolution:
    return fast.bounded(trace, DECAY_FRAMES, 1.0, SLACK)


def _ours_price(trace: Array) -> Deconvolution:
    return fast.penalized(trace, DECAY_FRAMES, PENALTY, baseline=0.0)


def _cvxpy(problem: str, solver: str) -> Solver:
    """A solver by CVXPY, with one problem for each length of trace."""
    problems: dict[int, tuple[Any, ...]] = {}

    def solve(trace: Array) -> Deconvolution:
        if len(trace) not in problems:
            problems[len(trace)] = _stated(problem, len(trace))
        y, c, amplitudes, b, stated = problems[len(trace)]
        y.value = trace
        stated.solve(solver=solver)
        return Deconvolution(c.value, amplitudes.value, getattr(b, "value", b))

    return solve


def _stated(problem: str, num_frames: int) -> tuple[Any, ...]:
    """Trace (a parameter), calcium, amplitudes, baseline, and the problem in CVXPY."""
    y, c = cp.Parameter(num_frames), cp.Variable(num_frames)
    b = cp.Variable() if problem == "bound" else 0.0
    amplitudes = cp.hstack([c[0], c[1:] - DECAY * c[:-1]])
    if problem == "bound":
        bound = (1 + SLACK) * math.sqrt(num_frames)
        objective = cp.sum(amplitudes)
        constraints = [cp.norm(y - c - b, 2) <= bound, amplitudes >= 0]
    else:
        objective = cp.sum_squares(y - c) / 2 + PENALTY * cp.sum(amplitudes)
        constraints = [amplitudes >= 0]
    return y, c, amplitudes, b, cp.Problem(cp.Minimize(objective), constraints)


def _bound_peers() -> dict[str, tuple[Solver, int]]:
    peers: dict[str, tuple[Solver, int]] = {
        "CVXPY with CLARABEL": (_cvxpy("bound", "CLARABEL"), 5),
        "CVXPY with SCS": (_cvxpy("bound", "SCS"), 3),
    }
    try:
        from oasis.oasis_methods import constrained_oasisAR1
    except ImportError:
        return peers

    def oasis(trace: Array) -> Deconvolution:
        c, s, b, _, _ = constrained_oasisAR1(
            trace, DECAY, 1.0 + SLACK, optimize_b=True, b_nonneg=False
        )
        return Deconvolution(c, s, b)

    return peers | {"oasis-deconv": (oasis, 100)}


def _price_peers() -> dict[str, tuple[Solver, int]]:
    peers: dict[str, tuple[Solver, int]] = {
        "CVXPY with CLARABEL": (_cvxpy("price", "CLARABEL"), 5),
        "CVXPY with SCS": (_cvxpy("price", "SCS"), 3),
    }
    try:
        from oasis.oasis_methods import oasisAR1
    except ImportError:
        return peers

    def oasis(trace: Array) -> Deconvolution:
        c, s = oasisAR1(trace, DECAY, PENALTY)
        return Deconvolution(c, s, 0.0)

    return peers | {"oasis-deconv": (oasis, 100)}
