"""Lab 6's training recipe against the loop of the course's own lab, on the same CNN and retina, from the same weights.

The course's loop: blocks of 1,000 frames one after the other, each for itself (the frames before it are not seen, 39 bins of it not
trained), SGD with momentum 0.9, the rate cut to nine tenths every 25 epochs, 100 epochs, the best one on the validation movie kept. Its
rate is tuned first, on a tenth of the epochs. Then the LNP: L-BFGS from the best product of two filters against the same loop from small
random ones. Seconds are of one core.
"""

from __future__ import annotations

import copy
from time import process_time
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.encoding_ladder import CNN_SIZES, NUM_LAGS, fit_lnp, score
from benchmarks.table import Row
from stats220.data.encoding import SimulatedRetina, simulate_retina
from stats220.models.encoding import fit_by_blocks, predict, start_at_mean_rate
from stats220.reference.encoding import LNP, RetinaCNN, poisson_loss

LEARNING_RATES = (0.1, 0.3, 1.0, 3.0)
BLOCK_FRAMES = 1000

Curve = list[tuple[float, float]]  # seconds, and the validation loss that they reached


def run(quick: bool = True) -> list[Row]:
    """Two minutes of data and 4 epochs of the course's loop, or ten minutes and 100 epochs."""
    retina = simulate_retina(2 if quick else 10, seed=0)
    num_epochs = 4 if quick else 100
    return [row for kind in ("CNN", "LNP") for row in against_the_course(retina, kind, num_epochs)]


def against_the_course(retina: SimulatedRetina, kind: str, num_epochs: int) -> list[Row]:
    """Scores of both, and the time that ours takes to the course's best."""
    start = _start(retina, kind)
    ours, our_seconds, our_curve = _ours(retina, kind, start)
    peer, peer_seconds, peer_curve, rate = course_loop(retina, start, num_epochs)
    our_bits, peer_bits = (score(retina, model).bits.mean() for model in (ours, peer))
    goal = min(loss for _, loss in peer_curve)
    until = next((seconds for seconds, loss in our_curve if loss <= goal), float("nan"))
    needed = next(seconds for seconds, loss in peer_curve if loss <= goal)
    note = f"SGD at its best rate, {rate:g}, of {LEARNING_RATES}"
    return [
        Row(
            "encoding recipe",
            f"{kind}: test bits per spike",
            f"{our_bits:.3f} in {our_seconds:.1f} s",
            f"{peer_bits:.3f} in {peer_seconds:.0f} s, {num_epochs} epochs",
            our_bits / peer_bits if peer_bits > 0 else float("inf"),
            note,
            better="more",
        ),
        Row(
            "encoding recipe",
            f"{kind}: seconds to the validation loss {goal:.5f}",
            f"{until:.1f} s",
            f"{needed:.1f} s",
            needed / until,
            f"the best that the course's loop reaches; {note}",
        ),
    ]


def course_loop(
    retina: SimulatedRetina, start: nn.Module, num_epochs: int
) -> tuple[nn.Module, float, Curve, float]:
    """The course's loop at the rate that does best in a tenth of the epochs."""
    trials = {
        rate: min(
            loss
            for _, loss in _course(retina, copy.deepcopy(start), max(num_epochs // 10, 1), rate)
        )
        for rate in LEARNING_RATES
    }
    best = min(trials, key=lambda rate: trials[rate])
    model = copy.deepcopy(start)
    began = process_time()
    curve = _course(retina, model, num_epochs, best)
    return model, process_time() - began, curve, best


def _course(retina: SimulatedRetina, model: Any, num_epochs: int, rate: float) -> Curve:
    stimulus = torch.as_tensor(retina.train.stimulus)
    counts = torch.as_tensor(retina.train.spike_counts).float()
    blocks = range(0, len(stimulus) - BLOCK_FRAMES + 1, BLOCK_FRAMES)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 25, 0.9)
    curve: Curve = []
    best, kept = np.inf, copy.deepcopy(model.state_dict())
    spent = 0.0
    for _ in range(num_epochs):
        start = process_time()
        for first in blocks:
            optimizer.zero_grad()
            expected = model(stimulus[first : first + BLOCK_FRAMES])
            block_loss = poisson_loss(expected, counts[first + NUM_LAGS - 1 : first + BLOCK_FRAMES])
            if not torch.isfinite(block_loss):
                return [*curve, (spent, np.inf)]
            block_loss.backward()
            optimizer.step()
        scheduler.step()
        loss = _validation_loss(retina, model)
        spent += process_time() - start
        curve.append((spent, loss))
        if loss < best:
            best, kept = loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    return curve


def _start(retina: SimulatedRetina, kind: str) -> nn.Module:
    torch.manual_seed(0)
    sizes = (retina.train.spike_counts.shape[1], *retina.train.stimulus.shape[1:], NUM_LAGS)
    if kind == "CNN":
        network = RetinaCNN(*sizes, **CNN_SIZES)
        start_at_mean_rate(network.readout.bias, retina.train.spike_counts)
        return network
    model = LNP(*sizes)
    start_at_mean_rate(model.bias, retina.train.spike_counts)
    return model


def _ours(retina: SimulatedRetina, kind: str, start: nn.Module) -> tuple[nn.Module, float, Curve]:
    """Our fit, its seconds, and its curve: of the CNN by epochs, of the LNP its end alone."""
    began = process_time()
    if kind == "LNP":
        lnp, seconds = fit_lnp(retina)
        return lnp, seconds, [(seconds, _validation_loss(retina, lnp))]
    model = copy.deepcopy(start)
    history = fit_by_blocks(model, retina.train, retina.validation, poisson_loss, progress=False)
    seconds = process_time() - began
    losses = history.validation_losses
    return model, seconds, [(seconds * (i + 1) / len(losses), x) for i, x in enumerate(losses)]


def _validation_loss(retina: SimulatedRetina, model: nn.Module) -> float:
    expected = torch.as_tensor(predict(model, retina.validation.stimulus))
    fallen = torch.as_tensor(retina.validation.spike_counts[NUM_LAGS - 1 :]).float()
    return float(poisson_loss(expected, fallen))
