"""Fitting encoding models: any model and loss, all data at once by L-BFGS or a few blocks at a time by AdamW.

A model here is a torch module that maps a stimulus (num_frames, height, width), and the spike counts of the same frames where it
`uses_counts`, to the counts expected in each bin from the first with a full past: (num_frames - num_lags + 1, num_neurons). It has
`num_lags`. A loss maps (expected_counts, spike_counts) to a mean over bins and neurons.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from stats220.checkpoints import resume
from stats220.data.encoding import check_recording
from stats220.data.training import TrainingError
from stats220.models.blocks import fit_by_blocks as fit_by_blocks
from stats220.models.resident import CHUNK, Loss, Resident, Shown
from stats220.models.starting import start_at_mean_rate as start_at_mean_rate
from stats220.models.starting import start_from_sta as start_from_sta


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
        parts = [shown.expected(start, stop).cpu() for start, stop in shown.chunks(CHUNK)]
    return torch.cat(parts).numpy()


def fit_lbfgs(
    model: Any,
    train: Shown,
    loss: Loss,
    penalty: Callable[[Any], Tensor] | None = None,
    *,
    uses_counts: bool = False,
    max_iterations: int = 60,
    progress: bool = True,
    anew: bool = False,
) -> list[float]:
    """Fit a model to all data at once by L-BFGS with a strong Wolfe line search; in place.

    In a notebook a finished fit is kept beside it (`stats220.checkpoints`), for a kernel that was started again.

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
    progress : bool
        Show a progress bar.
    anew : bool
        Fit again where the same fit was kept.

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
    settings = (loss, penalty, uses_counts, max_iterations, progress)
    passes: list[float] = resume(_fit_lbfgs, model, train, *settings, named="L-BFGS fit", anew=anew)
    return passes


def _fit_lbfgs(
    model: Any,
    train: Shown,
    loss: Loss,
    penalty: Callable[[Any], Tensor] | None,
    uses_counts: bool,
    max_iterations: int,
    progress: bool,
) -> list[float]:
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
        for start, stop in shown.chunks(4 * CHUNK):
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
        bar.update()
        return total

    most = max_iterations * 5 // 4  # a search along a line may take a second pass
    with tqdm(total=most, desc="L-BFGS", disable=not progress) as bar:
        optimizer.step(closure)
        bar.update(max(0, most - bar.n))  # a bar that ends half way is drawn as failed
    return passes
