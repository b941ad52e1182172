"""Fitting encoding models: any model and loss, all data at once by L-BFGS or a few blocks at a time by AdamW.

A model here is a torch module that maps a stimulus (num_frames, height, width), and the spike counts of the same frames where it
`uses_counts`, to the counts expected in each bin from the first with a full past: (num_frames - num_lags + 1, num_neurons). It has
`num_lags`. A loss maps (expected_counts, spike_counts) to a mean over bins and neurons.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm.auto import tqdm

from stats220.data.encoding import check_recording
from stats220.data.training import TrainingError, TrainingHistory, check_finite
from stats220.errors import InputError
from stats220.models.resident import Resident
from stats220.models.starting import start_at_mean_rate as start_at_mean_rate
from stats220.models.starting import start_from_sta as start_from_sta

Loss = Callable[[Tensor, Tensor], Tensor]
_CHUNK = 4096  # bins that are predicted at a time


class Shown(Protocol):
    """A movie and its responses: `stats220.data.encoding.Responses`, or anything with these two."""

    @property
    def stimulus(self) -> Any:
        """(num_frames, height, width)."""

    @property
    def spike_counts(self) -> Any:
        """(num_frames, num_neurons)."""


def predict(
    model: Any, stimulus: Any, spike_counts: Any = None
) -> Float[np.ndarray, "num_bins num_neurons"]:
    """Expected counts of a whole movie, a chunk at a time.

    Parameters
    ----------
    model : nn.Module
        As this module's docstring says.
    stimulus : array or Tensor (num_frames, height, width)
    spike_counts : array or Tensor (num_frames, num_neurons), optional
        For a model that uses them.

    Returns
    -------
    ndarray (num_frames - num_lags + 1, num_neurons)
    """
    shown = Resident(model, stimulus, spike_counts)
    with torch.no_grad():
        parts = [shown.expected(start, stop).cpu() for start, stop in shown.chunks(_CHUNK)]
    return torch.cat(parts).numpy()


def fit_lbfgs(
    model: Any,
    train: Shown,
    loss: Loss,
    penalty: Callable[[Any], Tensor] | None = None,
    *,
    uses_counts: bool = False,
    max_iterations: int = 60,
) -> list[float]:
    """Fit a model to all data at once by L-BFGS with a strong Wolfe line search; in place.

    Parameters
    ----------
    model : nn.Module
        As this module's docstring says.
    train : Responses
        A stimulus (num_frames, height, width) and spike counts (num_frames, num_neurons).
    loss : function of (expected_counts, spike_counts)
    penalty : function of the model, optional
        Added to the loss.
    uses_counts : bool
        Whether the model takes the spike counts too.
    max_iterations : int
        Each costs one or two passes over the data.

    Returns
    -------
    list of float
        Loss and penalty at each pass.

    Raises
    ------
    InputError
        If the stimulus or the counts are not what `check_recording` asks for.
    TrainingError
        If the loss is infinite or not a number.
    """
    check_recording(train.stimulus, train.spike_counts, num_lags=model.num_lags)
    shown = Resident(model, train.stimulus, train.spike_counts, uses_counts)
    optimizer = torch.optim.LBFGS(
        model.parameters(),
        max_iter=max_iterations,
        history_size=15,
        tolerance_change=1e-8,
        line_search_fn="strong_wolfe",
    )
    passes: list[float] = []

    def closure() -> float:
        optimizer.zero_grad()
        total = 0.0
        for start, stop in shown.chunks(4 * _CHUNK):
            share = (stop - start) / shown.num_bins
            part = share * loss(shown.expected(start, stop), shown.counts(start, stop))
            part.backward()
            total += part.item()
        if penalty is not None:
            extra = penalty(model)
            extra.backward()
            total += extra.item()
        if not math.isfinite(total):
            raise TrainingError(
                f"the loss is {total} after {len(passes)} passes over the data: start from smaller filters "
                "(start_from_sta scales them where it is given the stimulus), or take a larger penalty"
            )
        passes.append(total)
        return total

    optimizer.step(closure)
    return passes


def fit_by_blocks(
    model: Any,
    train: Shown,
    validation: Shown,
    loss: Loss,
    *,
    uses_counts: bool = False,
    num_epochs: int = 8,
    learning_rate: float = 8e-3,
    weight_decay: float = 0.3,
    max_gradient_norm: float = 0.2,
    block_bins: int = 256,
    blocks_per_step: int = 1,
    seed: int = 0,
    progress: bool = True,
) -> TrainingHistory:
    """Train a model on blocks of bins by AdamW, and keep its best epoch; in place.

    The learning rate rises and falls once (Smith and Topin 2018); weights decay, biases do not; a long gradient is cut to
    `max_gradient_norm`, so that a burst of spikes does not undo the steps before it.

    Parameters
    ----------
    model : nn.Module
        As this module's docstring says.
    train, validation : Responses
        A stimulus (num_frames, height, width) and spike counts (num_frames, num_neurons). The stimulus stays as it is (int8, say);
        each block becomes what the model makes of it.
    loss : function of (expected_counts, spike_counts)
    uses_counts : bool
        Whether the model takes the spike counts too.
    num_epochs : int
    learning_rate : float
        At its highest.
    weight_decay, max_gradient_norm : float
    block_bins, blocks_per_step : int
        Bins of a block, besides the frames before them that their filters see, and blocks of a step.
    seed : int
        Of the blocks' order and borders, new ones in each epoch.
    progress : bool
        Show a progress bar.

    Returns
    -------
    TrainingHistory
        Mean losses of each epoch, and the learning rate at its end.

    Raises
    ------
    InputError
        If stimulus or counts are not what `check_recording` asks for, or the movie is shorter than a step.
    TrainingError
        If the loss is infinite or not a number.

    References
    ----------
    I. Loshchilov and F. Hutter (2019). Decoupled weight decay regularization. ICLR. L. Smith and N. Topin (2018). Super-convergence.
    """
    for part in (train, validation):
        check_recording(part.stimulus, part.spike_counts, num_lags=model.num_lags)
    shown = Resident(model, train.stimulus, train.spike_counts, uses_counts)
    held_out = Resident(model, validation.stimulus, validation.spike_counts, uses_counts)
    steps_per_epoch = (shown.num_bins // block_bins - 1) // blocks_per_step
    if steps_per_epoch < 1:
        raise InputError(
            f"{shown.num_bins} bins are too few for {blocks_per_step} blocks of {block_bins} a step: take smaller blocks"
        )
    weights = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    biases = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [
        {"params": weights, "weight_decay": weight_decay},
        {"params": biases, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learning_rate, total_steps=num_epochs * steps_per_epoch, pct_start=0.15
    )
    rng = np.random.default_rng(seed)
    train_losses: list[float] = []
    validation_losses: list[float] = []
    rates: list[float] = []
    best = copy.deepcopy(model.state_dict())
    for epoch in tqdm(range(num_epochs), desc="epochs", disable=not progress):
        firsts = rng.integers(block_bins) + block_bins * rng.permutation(
            shown.num_bins // block_bins - 1
        )
        losses = []
        for step in range(steps_per_epoch):
            chosen = firsts[step * blocks_per_step : (step + 1) * blocks_per_step]
            blocks = [(first, first + block_bins) for first in chosen.tolist()]
            expected = torch.cat([shown.expected(*block) for block in blocks])
            value = loss(expected, torch.cat([shown.counts(*block) for block in blocks]))
            losses.append(check_finite(value, epoch))
            optimizer.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(weights + biases, max_gradient_norm)
            optimizer.step()
            schedule.step()
        train_losses.append(float(np.mean(losses)))
        rates.append(float(schedule.get_last_lr()[0]))
        with torch.no_grad():
            parts = [
                (stop - start) * loss(held_out.expected(start, stop), held_out.counts(start, stop))
                for start, stop in held_out.chunks(_CHUNK)
            ]
        validation_losses.append(check_finite(torch.stack(parts).sum(), epoch) / held_out.num_bins)
        if validation_losses[-1] == min(validation_losses):
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return TrainingHistory(tuple(train_losses), tuple(validation_losses), tuple(rates))
