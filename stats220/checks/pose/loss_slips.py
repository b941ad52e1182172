"""What comes of the known mistakes in the Bernoulli loss; see ``slips``."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F


def of_loss(logits: torch.Tensor, targets: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of the mean negative log likelihood of moderate logits."""
    bce, m = F.binary_cross_entropy_with_logits, logits.clamp(min=0)
    right, normalizer = bce(logits, targets), F.softplus(logits)
    each = bce(logits, targets, reduction="none")
    return {
        "it is the sum, not the mean": right * logits.numel(),
        "the mean is over key points alone": right * logits[0].numel(),
        "the mean is over pixels alone, and summed over key points": right * len(logits),
        "the logarithm is that to base 2": right / math.log(2),
        "the logarithm in the normalizer is that to base 2": _in_base(2, logits, targets),
        "the logarithm is that to base 10": right / math.log(10),
        "the logarithm in the normalizer is that to base 10": _in_base(10, logits, targets),
        "it is half of the mean": right / 2,
        "it is twice the mean": right * 2,
        "the sum is divided by the number of ones, not of all pixels": right
        * logits.numel()
        / targets.sum(),
        "the mean is over pixels with a target of 1 alone": F.softplus(
            -logits[targets == 1]
        ).mean(),
        "it is the mean squared difference of probabilities and targets": F.mse_loss(
            torch.sigmoid(logits), targets
        ),
        "it is the mean absolute difference of probabilities and targets": F.l1_loss(
            torch.sigmoid(logits), targets
        ),
        "it is the mean squared difference of logits and targets": F.mse_loss(logits, targets),
        "logits are held against 0, and wrong pixels counted": F.l1_loss(
            (logits > 0).float(), targets
        ),
        "pixels compete: it is a softmax over each map, not a coin flip for each pixel": (
            -(targets * F.log_softmax(logits.flatten(1), dim=1).view_as(logits)).sum()
            / targets.sum()
        ),
        "key points compete: it is a softmax over key points, not a coin flip for each": (
            -(targets * F.log_softmax(logits, dim=0)).sum() / targets.sum()
        ),
        "targets are taken for signs, of 1 and -1": F.softplus(-targets * logits).mean(),
        "well classified pixels weigh less: a focal loss": (
            (1 - torch.exp(-each)) ** 2 * each
        ).mean(),
        "it is the log likelihood: without the minus": -right,
        "a and -a, or 1 and 0, are exchanged": bce(-logits, targets),
        "logits and targets are exchanged": bce(targets, logits),
        "y·a is added": (normalizer + targets * logits).mean(),
        "y·a is missing": normalizer.mean(),
        "m is not put back": (normalizer - m - targets * logits).mean(),
        "m is taken off, not put back": (right - 2 * m.mean()),
        "m is added in the exponents, where it should be taken off": (
            m + torch.log(torch.exp(m) + torch.exp(logits + m)) - targets * logits
        ).mean(),
        "only a is made smaller by m in the sum: the 1 is left out": (
            m + (logits - m) - targets * logits
        ).mean(),
        "m is taken off in the exponent of the 1, and not in that of a": (
            m + torch.log(torch.exp(-m) + torch.exp(logits)) - targets * logits
        ).mean(),
        "a itself stands in an exponent where -|a| belongs": (
            m + F.softplus(-logits) - targets * logits
        ).mean(),
        "|a| stands in an exponent where -|a| belongs": (
            m + F.softplus(logits.abs()) - targets * logits
        ).mean(),
        "y is multiplied by m, not by a": (normalizer - targets * m).mean(),
        "y is multiplied by all of it, so that pixels with a target of 0 cost nothing": (
            targets * (normalizer - logits)
        ).mean(),
        "a is taken off everywhere, whatever y is": (normalizer - logits).mean(),
        "the 1 stays 1 when m is taken out of the sum": (
            m + torch.log1p(torch.exp(logits - m)) - targets * logits
        ).mean(),
        "ones and zeros have the same weight in all, however many there are of each": (
            F.softplus(-logits[targets == 1]).mean() + F.softplus(logits[targets == 0]).mean()
        )
        / 2,
        "a logit is squashed by the sigmoid, and then taken for a logit again": bce(
            torch.sigmoid(logits), targets
        ),
    }


def _in_base(base: int, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """With the base of the logarithm in log(1 + e^a) - y·a, after m = max(0, a) is taken out of it."""
    m = logits.clamp(min=0)
    return (m + F.softplus(-logits.abs()) / math.log(base) - targets * logits).mean()


def of_extremes(a: torch.Tensor, y: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of logits in float32, each by itself, where e^a or e^-a overflows: infinite or NaN where a formula is."""

    def taken_out(m: torch.Tensor) -> torch.Tensor:
        return m + torch.log(torch.exp(-m) + torch.exp(a - m)) - y * a

    zero, p = torch.zeros_like(a), torch.sigmoid(a)
    ratio = torch.exp(a) / (1 + torch.exp(a))

    def likelihood(p: torch.Tensor) -> torch.Tensor:
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))

    return {
        "log(1 + e^a) is computed as it stands, where e^a is too large for float32": taken_out(
            zero
        ),
        "log(1 + e^a) is computed as it stands, in double precision, where e^a is too large, too": (
            torch.log1p(torch.exp(a.double())) - y * a
        ),
        "m is |a|: of a large negative a both e^-m and e^(a - m) are 0, and so is their sum": (
            taken_out(a.abs())
        ),
        "m is a, or the largest of a map, where that is below 0, too: e^-m is too large there": (
            taken_out(a)
        ),
        "m is the smaller one of 0 and a, not the larger": taken_out(torch.minimum(zero, a)),
        "m is max(0, -a), not max(0, a)": taken_out(torch.maximum(zero, -a)),
        "the logarithm is taken of a probability, which float32 has rounded to 0 or 1": (
            likelihood(p)
        ),
        "e^a is divided by 1 + e^a, and both are infinite": likelihood(ratio),
        "targets are taken to be -1 and 1: a pixel with target 0 costs log 2, whatever its logit": (
            F.softplus(-y * a)
        ),
    }


def of_losses(a: torch.Tensor, y: torch.Tensor, losses: list[float]) -> str:
    """The mistake that these losses of logits, each by itself, are the outcome of; empty where it is not known."""
    found = torch.tensor(losses, dtype=torch.float64)
    for slip, values in of_extremes(a, y).items():
        if torch.allclose(found, values.double(), rtol=1e-3, atol=1e-3, equal_nan=True):
            return slip
    for wrong in (found[(a > 80) & (y == 0)], found[(a < -80) & (y == 1)]):
        most = float(wrong.max())
        if 0 < most < 100.1 and int((wrong > 0.99 * most).sum()) > 1:
            return f"no pixel can cost more than about {most:.3g}: something is clipped, or a small number added"
    return ""


def of_one_m(logits: torch.Tensor, targets: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of logits of which some are far larger than others of their map."""
    m = logits.max().clamp(min=0)
    exponents = torch.stack([torch.zeros_like(logits), logits]) - m
    each = m + exponents.exp().sum(dim=0).log() - targets * logits
    slip = "one m serves all pixels of a map: of those far below it nothing is left but log(0)"
    return {slip: each.mean()}
