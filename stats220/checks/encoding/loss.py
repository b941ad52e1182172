"""Lab 6's checks of the loss and of its penalty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy.special import gammaln
from scipy.stats import poisson
from torch import nn

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    Lazily,
    between,
    first_passed,
    load,
    normal,
)
from stats220.checks.encoding.lnp_slips import (
    mistaken_losses,
    mistaken_penalties,
    mistaken_single,
)


def has_floor(rates: Sequence[float], losses: Sequence[float]) -> bool:
    """Whether losses of one spike are those of rates to which one small number was added, or that cannot fall below one."""
    floor = math.exp(min(700.0, rates[-1] - losses[-1]))  # what the lowest rate became
    added = [rate - math.log(rate + abs(floor - rates[-1])) for rate in rates]
    clamped = [rate - math.log(max(rate, floor)) for rate in rates]
    same = (np.allclose(losses, found, rtol=0, atol=2e-2) for found in (added, clamped))
    return 1.1 * rates[-1] < floor < 0.1 and any(same)


@checked
def poisson_loss(poisson_loss: Any) -> Checks:
    """The loss is scipy's log probability, term by term."""
    checks = Checks("poisson_loss", hidden_points=1)

    with checks(
        1,
        "is the mean of λ - y log λ over bins and neurons where no count is above one",
        hint="A bin without a spike costs λ, and one with a spike λ - log λ: what does yours say of one bin of each kind?",
        remedy="torch.mean of expected_counts - reward + log_factorials, where reward is y times the logarithm of λ.",
    ):
        rng = checks.rng
        rates, counts = between(rng, 0.05, 0.6, 8, 3), (normal(rng, 8, 3) > 0).float()
        counts[0], counts[1] = 1, 0
        expected = -np.mean(poisson.logpmf(counts.numpy(), rates.double().numpy()))
        slips = Lazily(checks, mistaken_losses, rates, counts)
        loss = poisson_loss(expected_counts=rates, spike_counts=counts)
        checks.close(loss, expected, atol=1e-4, rtol=1e-4, name="loss", looks_like=slips)

    # From here on one bin at a time, for which a mean is a sum.
    with checks(
        1,
        "adds log y! exactly",
        hint="At a rate of 1, y log λ is 0, and what a count costs beside the rate is log y!: 0 for y = 1, and log 2 = 0.693 for y = "
        "2. What is yours for y = 2?",
        remedy="torch.lgamma of y + 1: Γ(y + 1) = y!.",
    ):
        for count in (3, 2, 5, 12, 1, 0):
            inputs = torch.ones(1, 1), torch.full((1, 1), float(count))
            loss, expected = poisson_loss(*inputs), 1 + gammaln(count + 1)
            name = f"loss of {count} spikes at a rate of 1"
            if count == 0:  # all others have passed
                message = f"{name} is NaN, expected 1"
                slip = "the logarithm of a count of 0 is taken" if first_passed(checks) else ""
                checks.that(not math.isnan(checks.number(loss, name=name)), message, slip=slip)
            slips = Lazily(checks, mistaken_single, count)
            checks.close(loss, expected, atol=2e-3, name=name, looks_like=slips)

    with checks(
        1,
        "costs nothing where no spike falls at a rate of 0, and leaves rates and counts as they are",
        hint="log 0 is -inf, and 0 · (-inf) is not a number: what is to be paid where nothing fell and nothing was expected?",
        remedy="Take the logarithm where there are spikes, of 1 elsewhere: torch.where(spike_counts > 0, ..., 1.0), before the logarithm.",
    ):
        loss = poisson_loss(torch.zeros(1, 1), torch.zeros(1, 1))
        name = "loss of silence at a rate of 0"
        checks.that(
            not math.isnan(checks.number(loss, name=name)),
            f"{name} is NaN, expected 0",
            slip="0 · log 0 is computed as it stands" if first_passed(checks) else "",
        )
        checks.close(loss, 0.0, atol=1e-6, name=name)
        # A spike at rates that are tiny, as a cell at rest may have them.
        tiny = (1e-4, 1e-7, 1e-10)
        losses = [poisson_loss(torch.full((1, 1), rate), torch.ones(1, 1)) for rate in tiny]
        losses = [checks.number(loss, name="loss of a spike") for loss in losses]
        for rate, loss in zip(tiny, losses, strict=True):
            exact, name = -poisson.logpmf(1, rate), f"loss of a spike at a rate of {rate}"
            slip = "a small number is added to the rate, or no rate may fall below one"
            floor = {slip: loss} if has_floor(tiny, losses) else {}
            checks.close(loss, exact, atol=1e-2, name=name, looks_like=floor)
        checks.unchanged(poisson_loss, torch.tensor([[0.0, 1.0]]), torch.tensor([[0.0, 2.0]]))

    with checks(
        1,
        "has the gradient 1 - y / λ in a bin, and 1 at a rate of 0 without a spike",
        hint="Is every step from λ to the loss one that torch differentiates, with λ as it is?",
        remedy="torch.where goes inside of the logarithm, and puts the harmless 1 there where no spike fell.",
    ):
        low, high = between(checks.rng, 0.1, 0.9, 1), between(checks.rng, 1.5, 3, 1)
        for λ, y in ((low, 2.0), (high, 1.0), (high, 0.0), (torch.zeros(1), 0.0)):
            gradient = checks.gradients(poisson_loss, λ[None], torch.tensor([[y]]))[0]
            slope = 1 - (y / λ if y else torch.zeros(1))
            name = f"gradient at a rate of {float(λ):.2f}, with {y:g} spikes,"
            if not λ:
                found = checks.number(checks.tensor(gradient, (1, 1), None, name=name)[0, 0])
                message = f"{name} is {'NaN' if math.isnan(found) else f'{found:g}'}, expected 1"
                slip = (
                    "log 0 is taken at a rate of 0, and replaced afterwards: its gradient is 0 / 0"
                )
                checks.that(not math.isnan(found), message, slip="" if checks.slips else slip)
                slip = "λ itself is cut, or replaced, where it is 0: nothing flows back through it"
                checks.that(found != 0, message, slip="" if checks.slips else slip)
            known = {
                "log λ is not multiplied by the count": 1 - 1 / λ[None],
                "log λ is cut off from the gradient": torch.ones(1, 1),
            }
            slips = Lazily(checks, dict, known)
            checks.close(gradient, slope[None], atol=1e-3, rtol=1e-3, name=name, looks_like=slips)

    return checks


def positive(checks: Checks, value: Any) -> float:
    """A penalty that is more than nothing."""
    found = checks.number(value, name="penalty")
    checks.that(found > 0, f"the penalty of weights that are not zero is {found:g}")
    return found


class Squares:
    """The penalties of two models, and their parameters' sums of squares by name."""

    def __init__(self) -> None:
        self.penalties: list[float] = []
        self.sums: list[dict[str, float]] = []

    def add(self, penalty: float, parameters: dict[str, torch.Tensor]) -> None:
        """The one, then the other model."""
        self.penalties.append(penalty)
        self.sums.append({name: float(p.double().square().sum()) for name, p in parameters.items()})

    def found(self) -> float:
        """The second penalty over the first."""
        return self.penalties[1] / self.penalties[0]

    def ratio(self, *names: str) -> float:
        """The same of these parameters' squares."""
        first, second = (sum(sums[name] for name in names) for sums in self.sums)
        return second / first


@checked
def l2_penalty(l2_penalty: Any) -> Checks:
    """Models of torch's own layers, whose squares are added up by NumPy."""
    checks = Checks("l2_penalty")

    with checks(
        1,
        "is alpha / 2 times the sum of all squared weights",
        hint="What is the penalty of a single weight of 2 with an alpha of 1? Here all squares of all layers are added up.",
        remedy="alpha / 2 times the sum of weight.square().sum() over the weights.",
    ):
        rng = checks.rng
        named = {"spatial": normal(rng, 4, 3), "temporal": normal(rng, 2, 5, 6) + 1}
        weights = {name: w.double().numpy() for name, w in named.items()}
        model = checks.make(nn.ParameterDict, named)
        for alpha in (3.0, 0.3):
            expected = alpha / 2 * sum(np.square(w).sum() for w in weights.values())
            slips = Lazily(checks, mistaken_penalties, weights, alpha)
            checks.close(
                l2_penalty(model=model, alpha=alpha),
                expected,
                atol=1e-3,
                rtol=1e-3,
                name=f"penalty for α={alpha}",
                looks_like=slips,
            )

    with checks(
        1,
        "leaves biases out, in whichever layer they are",
        hint='A bias sets a mean rate, which nobody expects to be near zero. In a model of several layers their names end in it, as "readout.bias" or '
        '"filter_bias" do; a weight may have it elsewhere in its name.',
        remedy='Skip a parameter whose name.endswith("bias").',
    ):
        rng = checks.rng
        # Two models each: the ratio of their penalties is that of their squares, without half or alpha.
        name, squares = "ratio of two models' penalties", Squares()
        for size in (1.0, 2.0):
            filters, bias = size * normal(rng, 4, 3), 3 + normal(rng, 4)
            # "bias_map" does not end in "bias", nor has a gain to have two axes: both are weights.
            parameters = {"spatial": filters[1:], "bias_map": filters[:1], "bias": bias}
            parameters["gain"] = normal(rng, 6) + 1 / size
            parameters["filter_bias"] = 2 * bias
            found = l2_penalty(checks.make(nn.ParameterDict, parameters), 1.0)
            squares.add(positive(checks, found), parameters)
        ratios = {
            "biases count as weights do": squares.ratio(*parameters),
            "a parameter with one axis is left out, whatever its name": squares.ratio("spatial", "bias_map"),
            "a bias of another name than `bias` counts as a weight": squares.ratio("spatial", "bias_map", "gain", "filter_bias"),
            "whatever has `bias` anywhere in its name is left out": squares.ratio("spatial", "gain"),
            "the biases alone count": squares.ratio("bias", "filter_bias"),
            "the parameter `bias` counts as a weight": squares.ratio("spatial", "bias_map", "gain", "bias"),
            "whatever begins with `bias` is left out, and what ends in it is not": squares.ratio("spatial", "gain", "filter_bias"),
            "the parameter `spatial` alone is left out": squares.ratio("bias_map", "gain", "bias", "filter_bias"),
        }  # fmt: skip
        ratio = squares.ratio("spatial", "bias_map", "gain")
        checks.close(
            squares.found(),
            ratio,
            atol=0.0,
            rtol=1e-3,
            name=name,
            looks_like=Lazily(checks, dict, ratios),
        )
        squares = Squares()
        for size in (1.0, 2.0):
            kernels = size * normal(rng, 3, 2, 2, 2), size * normal(rng, 2, 5)
            layers = checks.make(nn.Conv2d, 2, 3, 2), checks.make(nn.Linear, 5, 2)
            parameters = {}
            for i, (layer, weight) in enumerate(zip(layers, kernels, strict=True)):
                parameters |= {f"{i}.weight": weight, f"{i}.bias": 3 + normal(rng, len(weight))}
                load(layer, weight=weight, bias=parameters[f"{i}.bias"])
            found = l2_penalty(checks.make(nn.Sequential, *layers), 1.0)
            squares.add(positive(checks, found), parameters)
        ratios = {
            "biases of layers count as weights do": squares.ratio(*parameters),
            "the first layer's weights alone count": squares.ratio("0.weight"),
            "the last layer's weights alone count": squares.ratio("1.weight"),
            "the biases alone count": squares.ratio("0.bias", "1.bias"),
        }
        ratio = squares.ratio("0.weight", "1.weight")
        checks.close(
            squares.found(),
            ratio,
            atol=0.0,
            rtol=1e-3,
            name=name,
            looks_like=Lazily(checks, dict, ratios),
        )

    with checks(
        1,
        "has a gradient along the weights",
        hint="A penalty without a gradient penalizes nothing. What does `.data`, or `.item()`, leave of the graph?",
        remedy="Square the parameters themselves, with torch.",
    ):
        matrices = normal(checks.rng, 2, 4), normal(checks.rng, 3, 2)
        linear = [checks.make(nn.Linear, *matrix.T.shape) for matrix in matrices]
        for layer, matrix in zip(linear, matrices, strict=True):
            load(layer, weight=matrix, bias=normal(checks.rng, len(matrix)))
        model = checks.make(nn.Sequential, *linear)
        gradients = checks.gradients(l2_penalty, model, 0.7, parameters=model)
        for number, matrix in enumerate(matrices):
            found = gradients.get(f"{number}.weight")
            checks.that(found is not None, f"no gradient reaches the weights of layer {number}")
            gradient = checks.tensor(found, tuple(matrix.shape), None, name="gradient")
            direction, name = gradient / gradient.norm().clamp(min=1e-12), "gradient / its norm"
            checks.close(direction, matrix / matrix.norm(), atol=1e-3, name=name)

    return checks
