"""Lab 6's checks of the LNP model, its loss and its penalty."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import gammaln
from scipy.stats import poisson
from torch import nn

from stats220.checks import Checks, checked
from stats220.checks.encoding.inputs import (
    Array,
    between,
    last_bins,
    load,
    normal,
    softplus,
)


@checked
def poisson_loss(poisson_loss: Any) -> Checks:
    """The loss is scipy's log probability, term by term."""
    checks = Checks("poisson_loss", hidden_points=1)

    with checks(
        1,
        "is the mean of λ - y log λ over bins and neurons where no count is above one",
        hint="Two terms, of opposite sign: a high rate costs, and pays off where a spike falls. Is it a mean, over everything? Is the "
        "logarithm that of the rate?",
        remedy="torch.mean of expected_counts - reward + log_factorials, where reward is y times the logarithm of λ.",
    ):
        rng = checks.rng
        rates, counts = between(rng, 0.05, 0.6, 8, 3), (normal(rng, 8, 3) > 0).float()
        counts[0], counts[1] = 1, 0
        expected = -np.mean(poisson.logpmf(counts.numpy(), rates.double().numpy()))
        loss = poisson_loss(expected_counts=rates, spike_counts=counts)
        checks.close(loss, expected, atol=1e-4, rtol=1e-4, name="loss")

    # From here on one bin at a time, for which a mean is a sum.
    with checks(
        1,
        "adds log y! exactly",
        hint="At a rate of 1, y log λ is 0, and what a count costs beside the rate is the logarithm of its factorial: log 2 = 0.693 for y = 2. "
        "Stirling's formula gives 0.652, and log Γ(2) is 0.",
        remedy="torch.lgamma of y + 1: Γ(y + 1) = y!.",
    ):
        for count in (0, 1, 2, 3, 5, 12):
            loss = poisson_loss(torch.ones(1, 1), torch.full((1, 1), float(count)))
            expected = 1 + gammaln(count + 1)
            checks.close(loss, expected, atol=2e-3, name=f"loss of {count} spikes at a rate of 1")

    with checks(
        1,
        "costs nothing where no spike falls at a rate of 0, and leaves rates and counts as they are",
        hint="log 0 is -inf, and 0 · (-inf) is not a number. A small number that is added to the rate, or below which no rate may fall, hides that, "
        "and makes the loss of all low rates wrong.",
        remedy="Take the logarithm where there are spikes, of 1 elsewhere: torch.where(spike_counts > 0, ..., 1.0), before the logarithm.",
    ):
        loss = poisson_loss(torch.zeros(1, 1), torch.zeros(1, 1))
        checks.close(loss, 0.0, atol=1e-6, name="loss of silence at a rate of 0")
        # A spike at a rate that is tiny, as a cell at rest may have one.
        for rate in (1e-4, 1e-7, 1e-10):
            loss = poisson_loss(torch.full((1, 1), rate), torch.ones(1, 1))
            exact = -poisson.logpmf(1, rate)
            checks.close(loss, exact, atol=1e-2, name=f"loss of a spike at a rate of {rate}")
        checks.unchanged(poisson_loss, torch.tensor([[0.0, 1.0]]), torch.tensor([[0.0, 2.0]]))

    with checks(
        1,
        "has the gradient 1 - y / λ in a bin, and 1 at a rate of 0 without a spike",
        hint="Nothing is learned through .item(), .detach() or NumPy. And at a rate of 0 the loss may be right and its gradient 0 / 0: "
        "torch.where and torch.xlogy have a gradient in the branch that is not taken, too.",
        remedy="torch.where goes inside of the logarithm, and puts the harmless 1 there where no spike fell.",
    ):
        low, high = between(checks.rng, 0.1, 0.9, 1), between(checks.rng, 1.5, 3, 1)
        for λ, y in ((low, 2.0), (high, 1.0), (high, 0.0), (torch.zeros(1), 0.0)):
            gradient = checks.gradients(poisson_loss, λ[None], torch.tensor([[y]]))[0]
            slope = 1 - (y / λ if y else torch.zeros(1))
            name = f"gradient at a rate of {float(λ):.2f}, with {y:g} spikes,"
            checks.close(gradient, slope[None], atol=1e-3, rtol=1e-3, name=name)

    return checks


def positive(checks: Checks, value: Any) -> float:
    """A penalty that is more than nothing."""
    found = checks.number(value, name="penalty")
    checks.that(found > 0, f"the penalty of weights that are not zero is {found:g}")
    return found


@checked
def l2_penalty(l2_penalty: Any) -> Checks:
    """Models of torch's own layers, whose squares are added up by NumPy."""
    checks = Checks("l2_penalty")

    with checks(
        1,
        "is alpha / 2 times the sum of all squared weights",
        hint="Squares, and their sum: not the norm, which is the root of it; and not their mean, which depends on how many weights "
        "there are. All layers count.",
        remedy="alpha / 2 times the sum of weight.square().sum() over the weights.",
    ):
        rng = checks.rng
        values = normal(rng, 4, 3), normal(rng, 2, 5, 6) + 1
        named = dict(zip(("spatial", "temporal"), values, strict=True))
        model = checks.make(nn.ParameterDict, named)
        for alpha in (2.0, 0.3):
            squares = [float(w.double().square().sum()) for w in values]
            expected = alpha / 2 * sum(squares)
            slips = {
                "the half is left out, or alpha is squared": 2 * expected,
                "the norm stands in the place of its square": alpha / 2 * np.sqrt(sum(squares)),
                "each layer's norm is added, not its square": alpha / 2 * np.sqrt(squares).sum(),
                "absolute values are added": alpha / 2 * sum(float(w.abs().sum()) for w in values),
                "the mean of the squares is taken": expected / sum(w.numel() for w in values),
            }
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
        penalties, squares = [], []
        for size in (1.0, 2.0):
            weight, bias = size * normal(rng, 4, 3), 3 + normal(rng, 4)
            # "bias_map" does not end in "bias": a weight.
            parameters = {"spatial": weight[1:], "bias_map": weight[:1], "bias": bias}
            parameters["filter_bias"] = bias
            penalties.append(
                positive(checks, l2_penalty(checks.make(nn.ParameterDict, parameters), 1.0))
            )
            squares.append(np.square(weight.double().numpy()).sum())
        ratio = penalties[1] / penalties[0]
        name = "ratio of two models' penalties"
        checks.close(ratio, squares[1] / squares[0], atol=0.0, rtol=1e-3, name=name)
        penalties.clear()
        squares.clear()
        for size in (1.0, 2.0):
            weights = size * normal(rng, 3, 2, 2, 2), size * normal(rng, 2, 5)
            layers = checks.make(nn.Conv2d, 2, 3, 2), checks.make(nn.Linear, 5, 2)
            for layer, weight in zip(layers, weights, strict=True):
                load(layer, weight=weight, bias=3 + normal(rng, len(weight)))
            penalties.append(positive(checks, l2_penalty(checks.make(nn.Sequential, *layers), 1.0)))
            squares.append(sum(np.square(w.double().numpy()).sum() for w in weights))
        ratio = penalties[1] / penalties[0]
        checks.close(ratio, squares[1] / squares[0], atol=0.0, rtol=1e-3, name=name)

    with checks(
        1,
        "has a gradient along the weights",
        hint="A penalty without a gradient penalizes nothing. What does `.data`, or `.item()`, leave of the graph?",
        remedy="Square the parameters themselves, with torch.",
    ):
        weights = normal(checks.rng, 2, 4), normal(checks.rng, 3, 2)
        linear = [checks.make(nn.Linear, *weight.T.shape) for weight in weights]
        for layer, weight in zip(linear, weights, strict=True):
            load(layer, weight=weight, bias=normal(checks.rng, len(weight)))
        model = checks.make(nn.Sequential, *linear)
        gradients = checks.gradients(l2_penalty, model, 0.7, parameters=model)
        for number, weight in enumerate(weights):
            found = gradients.get(f"{number}.weight")
            checks.that(found is not None, f"no gradient reaches the weights of layer {number}")
            gradient = checks.tensor(found, tuple(weight.shape), None, name="gradient")
            direction, name = gradient / gradient.norm().clamp(min=1e-12), "gradient / its norm"
            checks.close(direction, weight / weight.norm(), atol=1e-3, name=name)

    return checks


@checked
def LNP(LNP: Any) -> Checks:  # noqa: N802
    """Movies that show one thing each: one that stands still, one that flashes, one that is dark."""
    checks = Checks("LNP", hidden_points=1)
    num_neurons, height, width, num_lags = 3, 4, 5, 6

    def draw(positive: bool = False, **others: Any) -> tuple[Any, dict[str, Array]]:
        """A model with parameters drawn here."""
        model, rng = LNP(num_neurons, height, width, num_lags, **others), checks.rng
        filters = normal(rng, num_neurons, height, width), normal(rng, num_neurons, num_lags)
        u, v = (w.abs() + 0.1 if positive else w for w in filters)
        return model, load(model, spatial=u / 3, temporal=v / 2, bias=torch.zeros(num_neurons))

    with checks(
        1,
        "gives one rate per neuron to every bin whose window is complete: num_frames - num_lags + 1 bins",
        hint="Frames come first, neurons last. Nothing is padded: the first bin that has num_lags frames behind it is bin num_lags - 1.",
        remedy="conv1d without padding gives num_frames - num_lags + 1 values; .T brings the neurons to the end.",
    ):
        for num_frames in (11, 6):
            model = LNP(num_neurons, height, width, num_lags)
            rates = model(normal(checks.rng, num_frames, height, width))
            checks.shape(rates, (num_frames - num_lags + 1, num_neurons), name="rates")

    with checks(
        1,
        "sees space: each neuron through its own filter, in a movie that stands still",
        hint="Every pixel counts with the weight at its own row and column. Every neuron has weights of its own in space, and in time, too: where "
        "nothing moves, these count with their sum. The filters see the movie as it is given: nothing is subtracted from it, and nothing divided.",
        remedy='An einsum of the stimulus as it is, "thw,nhw->tn".',
    ):
        # All is well above zero, where softplus is the number itself.
        model, p = draw(positive=True)
        frame = 1 + normal(checks.rng, 1, height, width).abs()
        seen = np.tensordot(frame.double().numpy(), p["spatial"], axes=([1, 2], [1, 2]))
        expected = softplus(seen * p["temporal"].sum(axis=1))
        rates = model(frame.expand(num_lags + 3, height, width).contiguous())
        rates = last_bins(rates, 1, num_neurons)
        # Of bins 0 to 3 the last one has seen four frames.
        early = softplus(seen * p["temporal"][:, :4].sum(axis=1))
        slips = {"bins before the first complete window get a rate, and the last ones none": early}
        name = "rates of the last bin"
        checks.close(rates, expected, atol=1e-2, rtol=2e-3, name=name, looks_like=slips)

    with checks(
        2,
        "sees time: after a flash at one pixel, the rate follows the temporal filter from lag 0 on",
        hint="torch calls convolution what runs forward through time, and the filter's first weight belongs to the latest frame. Does each "
        "neuron have its own? Does anything happen before the flash?",
        remedy="F.conv1d with groups=num_neurons, neurons as channels, and self.temporal.flip(1)[:, None] as kernels.",
    ):
        model, p = draw()
        rng = checks.rng
        for _ in range(2):
            row, column, when = rng.integers(height), rng.integers(width), rng.integers(7, 10)
            movie = torch.zeros(20, height, width)
            movie[when, row, column] = 4
            expected = np.zeros((20, num_neurons))
            weights = p["spatial"][:, row, column]
            expected[when : when + num_lags] = 4 * (weights[:, None] * p["temporal"]).T
            rates = last_bins(model(movie), 15, num_neurons)
            checks.close(rates, softplus(expected[5:]), atol=1e-2, name="rates from bin 5 on")

    with checks(
        1,
        "applies the nonlinearity that it is given to filters plus bias, and leaves the movie as it is",
        hint="In the dark only the bias is left, and f(bias) is the rate: softplus unless another function is given. Is f applied once, and last?",
        remedy="Add self.bias to what was filtered, and give the sum to self.nonlinearity.",
    ):
        dark = torch.zeros(num_lags, height, width)
        for nonlinearity, by_numpy in ((F.softplus, softplus), (torch.exp, np.exp)):
            model, _ = draw(nonlinearity=nonlinearity)
            bias = load(model, bias=normal(checks.rng, num_neurons))["bias"]
            rates = last_bins(model(dark), 1, num_neurons)
            checks.close(rates, by_numpy(bias)[None], atol=1e-2, name="rates in the dark")
        checks.unchanged(model, dark)

    with checks(
        1,
        "lets all three parameters learn",
        hint="What is learned from a filter that went through .data, .detach(), .item() or NumPy? Nothing flows back through these.",
        remedy="Compute with self.spatial, self.temporal and self.bias themselves, and with torch alone.",
    ):
        model, _ = draw()
        movie = normal(checks.rng, 12, height, width)
        checks.learns(model, movie, parameters=["spatial", "temporal", "bias"])

    return checks
