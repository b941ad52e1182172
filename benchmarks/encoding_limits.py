"""Lab 6: where the ladder breaks. Little data, cells without subunits, naive training, natural scenes.

Each condition is the ladder's own code on another retina, or with another fit of the CNN. What to look for: at two minutes the three are
the same within seeds; on linear cells the GLM is best and the CNN gains nothing; trained naively, the CNN falls to where the LNP is; on
natural scenes it comes out above the GLM on average, and with raw pixels it does not train.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.encoding_ladder import Score, compared, fit_cnn, ladder, score, standardized
from benchmarks.table import Row
from stats220.data.encoding import simulate_retina

# Adam at a constant size of steps, as one would begin: no decay, gradients as they come, few long steps.
NAIVE: dict[str, Any] = {
    "learning_rate": 3e-3,
    "weight_decay": 0.0,
    "max_gradient_norm": 1e9,
    "block_bins": 128,
    "blocks_per_step": 8,
}


def run(quick: bool = True) -> list[Row]:
    """One minute of one retina for each condition, or the full lengths of three."""
    seeds = [0] if quick else [0, 1, 2]
    table = []
    for name, (minutes, _) in CONDITIONS.items():
        minutes = 1.0 if quick else minutes
        ladders = [condition(name, seed, minutes) for seed in seeds]
        table += rows(f"{name}, {minutes:g} min", ladders)
    return table


def condition(name: str, seed: int, minutes: float) -> dict[str, Score]:
    """One retina under one condition, with so many minutes of training."""
    return CONDITIONS[name][1](minutes, seed)


def rows(name: str, ladders: list[dict[str, Score]]) -> list[Row]:
    """What the condition does to the ladder."""
    note = f"{len(ladders)} retinas x {len(ladders[0]['CNN'].bits)} cells"
    if "LNP" in ladders[0]:
        return [
            row
            for what, figure in (("test bits", "bits"), ("correlation", "correlation"))
            for row in compared("encoding limits", f"{name}: {what}", ladders, figure, note)
        ]
    ours, peer = (
        np.mean([scores[which].bits.mean() for scores in ladders]) for which in ("recipe", "CNN")
    )
    return [
        Row(
            "encoding limits",
            f"{name}: test bits of the CNN",
            f"{ours:.3f} by the recipe",
            f"{peer:.3f}",
            float(ours / peer),
            note,
            better="more",
        )
    ]


def _white(minutes: float, seed: int) -> dict[str, Score]:
    return ladder(simulate_retina(minutes, seed=seed), seed=seed)


def _linear(minutes: float, seed: int) -> dict[str, Score]:
    return ladder(simulate_retina(minutes, seed=seed, linear=True), seed=seed)


def _natural(minutes: float, seed: int) -> dict[str, Score]:
    return ladder(simulate_retina(minutes, seed=seed, movie="natural scenes"), seed=seed)


def _naive(minutes: float, seed: int) -> dict[str, Score]:
    retina = simulate_retina(minutes, seed=seed)
    return {
        "recipe": score(retina, *fit_cnn(retina, seed=seed)),
        "CNN": score(retina, *fit_cnn(retina, seed=seed, **NAIVE)),
    }


def _raw_pixels(minutes: float, seed: int) -> dict[str, Score]:
    retina = simulate_retina(minutes, seed=seed, movie="natural scenes")
    raw = replace(retina, stimulus_std=1.0)
    units = standardized(retina)
    return {
        "recipe": score(units, *fit_cnn(units, seed=seed)),
        "CNN": score(raw, *fit_cnn(raw, seed=seed)),
    }


CONDITIONS: dict[str, tuple[float, Callable[[float, int], dict[str, Score]]]] = {
    "little data": (2.0, _white),
    "linear cells": (20.0, _linear),
    "naive training": (10.0, _naive),
    "natural scenes": (10.0, _natural),
    "natural scenes, raw pixels": (10.0, _raw_pixels),
}
