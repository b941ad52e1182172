"""Training an encoding model on blocks of bins by AdamW."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from stats220.checkpoints import checkpoint, module_state, put_module_state
from stats220.data.encoding import check_recording
from stats220.data.training import TrainingHistory, check_finite
from stats220.errors import InputError
from stats220.models.resident import CHUNK, Loss, Resident, Shown


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
    anew: bool = False,
) -> TrainingHistory:
    """Train a model on blocks of bins by AdamW, and keep its best epoch; in place.

    In a notebook each epoch is kept beside it (`stats220.checkpoints`): after a restart of the kernel the same training goes on from there.

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
    anew : bool
        Start over where the same training was kept.

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
    course = _Course(model, optimizer, schedule, np.random.default_rng(seed))
    settings = (uses_counts, num_epochs, learning_rate, weight_decay, max_gradient_norm)
    parts = (train, validation, loss, *settings, block_bins, blocks_per_step, seed)
    with checkpoint("training", *parts, model=model, anew=anew) as saved:
        if saved.state is not None:
            course.take_up(saved.state)
            saved.take_up()
        epochs = range(course.epoch, num_epochs)
        options: dict[str, Any] = {"total": num_epochs, "initial": course.epoch}
        for epoch in tqdm(epochs, desc="epochs", disable=not progress, **options):
            firsts = course.rng.integers(block_bins) + block_bins * course.rng.permutation(
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
            with torch.no_grad():
                parts_of_loss = [
                    (stop - start)
                    * loss(held_out.expected(start, stop), held_out.counts(start, stop))
                    for start, stop in held_out.chunks(CHUNK)
                ]
            held_out_loss = check_finite(torch.stack(parts_of_loss).sum(), epoch)
            course.end_epoch(float(np.mean(losses)), held_out_loss / held_out.num_bins)
            where = f"epoch {course.epoch} of {num_epochs}"
            saved.keep(course.state, where, last=course.epoch == num_epochs)
    model.load_state_dict(course.best)
    return TrainingHistory(*map(tuple, course.losses))


class _Course:
    """What changes while a model is trained, the best epoch so far included."""

    def __init__(self, model: Any, optimizer: Any, schedule: Any, rng: np.random.Generator) -> None:
        self.model, self.optimizer, self.schedule, self.rng = model, optimizer, schedule, rng
        self.losses: tuple[list[float], ...] = ([], [], [])  # train, validation, learning rates
        self.best = copy.deepcopy(model.state_dict())

    @property
    def epoch(self) -> int:
        """How many are done."""
        return len(self.losses[0])

    def end_epoch(self, train_loss: float, validation_loss: float) -> None:
        """Note an epoch's losses, and its weights where they are the best so far."""
        values = (train_loss, validation_loss, float(self.schedule.get_last_lr()[0]))
        for losses, value in zip(self.losses, values, strict=True):
            losses.append(value)
        if validation_loss == min(self.losses[1]):
            self.best = copy.deepcopy(self.model.state_dict())

    def state(self) -> dict[str, Any]:
        """All of it, as plain data."""
        return {
            "model": module_state(self.model),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "rng": self.rng.bit_generator.state,
            "losses": self.losses,
            "best": self.best,
        }

    def take_up(self, state: dict[str, Any]) -> None:
        """Be as an earlier run was."""
        put_module_state(self.model, state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.rng.bit_generator.state = state["rng"]
        self.losses, self.best = state["losses"], state["best"]
