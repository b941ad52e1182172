"""Lab 6's ladder: LNP, coupled GLM and CNN on simulated retinas, with the lab's own reference solutions, in bits per spike on a test movie.

The test movie chooses nothing: penalties are chosen on the validation movie, and so is the CNN's epoch. Correlations are with the truth's
rate; a GLM predicts it by running free. Differences are paired within cells, and their intervals are over the cells of all seeds.
The size of the gaps belongs to the simulator: subunits under white noise, neighbours that are coupled strongly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from time import process_time
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from benchmarks.table import Row
from stats220.data.encoding import Responses, SimulatedRetina, simulate_retina
from stats220.models.encoding import (
    fit_by_blocks,
    fit_lbfgs,
    predict,
    start_at_mean_rate,
    start_from_sta,
)
from stats220.reference.encoding import (
    LNP,
    CoupledGLM,
    RetinaCNN,
    bits_per_spike,
    l2_penalty,
    poisson_loss,
    simulate_spikes,
    spike_triggered_average,
)

NUM_LAGS, NUM_COUPLING_LAGS = 40, 20
ALPHA_MINUTES = (1e-3, 5e-3)  # penalties, times the minutes of data
CNN_SIZES = {"filter_size": 6, "subunit_size": 5}
NUM_FREE_RUNS = 60

Array = np.ndarray[Any, np.dtype[Any]]


class Score(NamedTuple):
    """One model of one retina: figures for each cell, and what it took.

    Attributes
    ----------
    bits : ndarray (num_neurons,)
        A spike, on the test movie.
    correlation : ndarray (num_neurons,)
        Of the predicted rate with the truth's.
    free_rates : ndarray (num_neurons,)
        Mean of the predicted rate over that of the test's counts.
    seconds : float
        Of one core, for the fit that was chosen.
    """

    bits: Array
    correlation: Array
    free_rates: Array
    seconds: float


def run(quick: bool = True) -> list[Row]:
    """Two minutes of one retina (where nothing is to be seen yet), or ten minutes of three."""
    seeds = [0] if quick else [0, 1, 2]
    return rows([ladder(simulate_retina(2 if quick else 10, seed=seed)) for seed in seeds])


def rows(ladders: Sequence[dict[str, Score]]) -> list[Row]:
    """Each model's figures against those of the one below it."""
    note = f"{len(ladders)} retinas x {len(ladders[0]['LNP'].bits)} cells"
    return [
        *compared("encoding ladder", "test bits per spike", ladders, "bits", note),
        *compared("encoding ladder", "correlation with the true rate", ladders, "correlation", note),
    ]  # fmt: skip


def compared(
    benchmark: str, what: str, ladders: Sequence[dict[str, Score]], figure: str, note: str
) -> list[Row]:
    """CNN against GLM, GLM against LNP and CNN against LNP: means, and the interval of their paired differences."""
    rows = []
    for better, worse in (("CNN", "GLM"), ("GLM", "LNP"), ("CNN", "LNP")):
        ours = np.concatenate([getattr(scores[better], figure) for scores in ladders])
        theirs = np.concatenate([getattr(scores[worse], figure) for scores in ladders])
        apart = ours - theirs
        half = 1.96 * apart.std(ddof=1) / math.sqrt(len(apart))
        seconds = [
            np.mean([scores[name].seconds for scores in ladders]) for name in (better, worse)
        ]
        rows.append(
            Row(
                benchmark,
                f"{what}: {better}, {worse}",
                f"{ours.mean():.3f} in {seconds[0]:.1f} s",
                f"{theirs.mean():.3f} in {seconds[1]:.1f} s",
                ours.mean() / theirs.mean(),
                f"ours less the peer's {apart.mean():+.3f} ± {half:.3f} (95 %), above in {(apart > 0).sum()} of {len(apart)} cells; "
                f"{note}",
                better="more",
            )
        )
    return rows


def ladder(
    retina: SimulatedRetina, *, seed: int = 0, cnn: dict[str, Any] | None = None
) -> dict[str, Score]:
    """All three models of one retina; options for the CNN's fit."""
    retina = standardized(retina)
    lnp, lnp_seconds = fit_lnp(retina)
    glm, glm_seconds = fit_glm(retina, lnp)
    network, cnn_seconds = fit_cnn(retina, seed=seed, **(cnn or {}))
    return {
        "LNP": score(retina, lnp, lnp_seconds),
        "GLM": score(retina, glm, lnp_seconds + glm_seconds),
        "CNN": score(retina, network, cnn_seconds),
    }


def standardized(retina: SimulatedRetina) -> SimulatedRetina:
    """Pixels in standard deviations; white noise stays in its small integers."""
    if retina.stimulus_std == 1:
        return retina
    parts = {
        name: Responses(part.stimulus / np.float32(retina.stimulus_std), part.spike_counts)
        for name in ("train", "validation", "test")
        for part in [getattr(retina, name)]
    }
    return replace(retina, **parts, stimulus_std=1.0)


def fit_lnp(retina: SimulatedRetina) -> tuple[LNP, float]:
    """From the best product of two filters for each average; the penalty is the validation movie's choice."""
    start = process_time()
    average = spike_triggered_average(
        torch.as_tensor(retina.train.stimulus), torch.as_tensor(retina.train.spike_counts), NUM_LAGS
    )
    average_seconds = process_time() - start

    def fit(alpha: float) -> LNP:
        model = LNP(*_sizes(retina), NUM_LAGS)
        start_from_sta(model, average, retina.train.stimulus)
        start_at_mean_rate(model.bias, retina.train.spike_counts)
        fit_lbfgs(model, retina.train, poisson_loss, lambda fitted: l2_penalty(fitted, alpha))
        return model

    model, seconds = _chosen(retina, fit)
    return model, average_seconds + seconds


def fit_glm(retina: SimulatedRetina, lnp: LNP) -> tuple[CoupledGLM, float]:
    """From the LNP, without coupling at the start."""

    def fit(alpha: float) -> CoupledGLM:
        model = CoupledGLM(*_sizes(retina), NUM_LAGS, NUM_COUPLING_LAGS)
        model.load_state_dict(lnp.state_dict(), strict=False)
        fit_lbfgs(
            model, retina.train, poisson_loss, lambda fitted: l2_penalty(fitted, alpha),
            uses_counts=True, max_iterations=40,
        )  # fmt: skip
        return model

    return _chosen(retina, fit)


def fit_cnn(retina: SimulatedRetina, *, seed: int = 0, **options: Any) -> tuple[RetinaCNN, float]:
    """The recipe, as it stands in the library."""
    torch.manual_seed(seed)
    start = process_time()
    model = RetinaCNN(*_sizes(retina), NUM_LAGS, **CNN_SIZES)
    start_at_mean_rate(model.readout.bias, retina.train.spike_counts)
    fit_by_blocks(
        model, retina.train, retina.validation, poisson_loss, seed=seed, progress=False, **options
    )
    return model, process_time() - start


def score(retina: SimulatedRetina, model: Any, seconds: float = math.nan) -> Score:
    """Bits a spike over all repeats of the test movie, and the rate against the truth's."""
    stimulus, trials = retina.test.stimulus, retina.test.spike_counts
    if isinstance(model, CoupledGLM):
        expected = np.stack([predict(model, stimulus, counts) for counts in trials])
        with torch.no_grad():
            drive = model.drive(torch.as_tensor(stimulus))
            _, rates = simulate_spikes(
                drive, model.coupling, NUM_FREE_RUNS, torch.Generator().manual_seed(0)
            )
        rate = rates.mean(dim=0).numpy()
    else:
        rate = predict(model, stimulus)
        expected = np.broadcast_to(rate, (len(trials), *rate.shape))
    fallen = trials[:, NUM_LAGS - 1 :]
    true_rate = retina.truth.test_expected_counts[NUM_LAGS - 1 :]
    bits = bits_per_spike(_bins(expected), _bins(fallen), _mean_counts(retina))
    # Little data and much penalty can leave a rate that is constant.
    each = [
        np.corrcoef(a, b)[0, 1] if np.ptp(a) > 0 else 0.0
        for a, b in zip(rate.T, true_rate.T, strict=True)
    ]
    free = rate.mean(axis=0) / fallen.mean(axis=(0, 1))
    return Score(bits.numpy(), np.array(each), free, seconds)


def _chosen(retina: SimulatedRetina, fit: Any) -> tuple[Any, float]:
    """The fit that says most about the validation movie, and how long it took."""
    counts = retina.validation.spike_counts
    fallen = torch.as_tensor(counts[NUM_LAGS - 1 :]).float()
    fits = []
    minutes = len(retina.train.spike_counts) * retina.bin_seconds / 60
    for alpha_minutes in ALPHA_MINUTES:
        start = process_time()
        model = fit(alpha_minutes / minutes)
        seconds = process_time() - start
        past = counts if isinstance(model, CoupledGLM) else None
        expected = torch.as_tensor(predict(model, retina.validation.stimulus, past))
        fits.append((float(poisson_loss(expected, fallen)), model, seconds))
    _, model, seconds = min(fits, key=lambda tried: tried[0])
    return model, seconds


def _sizes(retina: SimulatedRetina) -> tuple[int, int, int]:
    return (retina.train.spike_counts.shape[1], *retina.train.stimulus.shape[1:])


def _mean_counts(retina: SimulatedRetina) -> Tensor:
    return torch.as_tensor(retina.train.spike_counts.mean(axis=0)).float()


def _bins(array: Array) -> Tensor:
    """Repeats one after the other."""
    return torch.as_tensor(array.reshape(-1, array.shape[-1])).float()
