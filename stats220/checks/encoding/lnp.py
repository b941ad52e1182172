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
    between,
    draw_counts,
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
        remedy="torch.mean(expected_counts - spike_counts * torch.log(expected_counts) + log_factorials).",
    ):
        rng = checks.rng
        rates, counts = between(rng, 0.05, 3, 8, 3), (normal(rng, 8, 3) > 0).float()
        counts[0], counts[1] = 1, 0
        expected = -poisson.logpmf(counts.numpy(), rates.double().numpy()).mean()
        checks.close(poisson_loss(rates, counts), expected, atol=1e-4, rtol=1e-4, name="loss")

    with checks(
        1,
        "adds log y! exactly",
        hint="At a rate of 1, y log λ is 0, and what a count costs beside the rate is the logarithm of its factorial: log 2 = 0.693 for "
        "y = 2. Stirling's formula gives 0.652.",
        remedy="torch.lgamma(spike_counts + 1.0): Γ(y + 1) = y!.",
    ):
        counts = torch.from_numpy(checks.rng.permutation([0.0, 1, 2, 2, 3, 5, 7, 12])).float()
        expected = 1 + gammaln(counts.double().numpy() + 1).mean()
        loss = poisson_loss(torch.ones(4, 2), counts.reshape(4, 2))
        checks.close(loss, expected, atol=2e-3, name="loss at a rate of 1")

    with checks(
        1,
        "costs nothing where no spike falls at a rate of 0",
        hint="log 0 is -inf, and 0 · (-inf) is not a number. A small number added to the rate hides that, and makes the loss of all low "
        "rates wrong.",
        remedy="Take the logarithm where there are spikes: torch.log(torch.where(spike_counts > 0, expected_counts, 1.0)).",
    ):
        loss = poisson_loss(torch.zeros(2, 3), torch.zeros(2, 3))
        checks.close(loss, 0.0, atol=1e-6, name="loss of silence at a rate of 0")
        # Half of the bins have a rate that is tiny, and a spike, as a cell at rest may have one.
        rates = torch.tensor([[0.0, 1e-9], [0.0, 1e-7], [1e-8, 0.0]])
        counts = (rates > 0).float()
        expected = -poisson.logpmf(counts.numpy(), rates.double().numpy()).mean()
        checks.close(poisson_loss(rates, counts), expected, atol=1e-2, name="loss at tiny rates")

    with checks(
        1,
        "has the gradient (1 - y / λ) / number of bins, and 1 / number of bins at a rate of 0",
        hint="Nothing is learned through .item(), .detach() or NumPy. And at a rate of 0 the forward pass may be right and the gradient "
        "0 / 0: torch.where and torch.xlogy compute it in the branch that is not taken, too.",
        remedy="Put a harmless number into the logarithm, before it is taken: torch.where(spike_counts > 0, expected_counts, 1.0).",
    ):
        rng = checks.rng
        rates, counts = between(rng, 0.1, 3, 5, 2), draw_counts(rng, 5, 2)
        rates[2], counts[2], counts[0] = 0, 0, torch.tensor([2.0, 0.0])
        gradient = checks.gradients(poisson_loss, rates, counts)[0]
        expected = (1 - torch.nan_to_num(counts / rates)) / 10
        checks.close(gradient, expected, atol=1e-4, rtol=1e-3, name="gradient with respect to λ")

    return checks


@checked
def l2_penalty(l2_penalty: Any) -> Checks:
    """Models of torch's own layers, whose squares are added up by NumPy."""
    checks = Checks("l2_penalty")

    with checks(
        1,
        "is alpha / 2 times the sum of all squared weights",
        hint="Squares, and their sum: not the norm, which is the root of it; and not their mean, which depends on how many weights "
        "there are. All layers count.",
        remedy="alpha / 2 * sum(weight.square().sum() for weight in weights).",
    ):
        rng = checks.rng
        values = normal(rng, 4, 3), normal(rng, 2, 5, 6) + 1
        weights = dict(zip(("spatial", "temporal"), values, strict=True))
        model = checks.make(nn.ParameterDict, weights)
        for alpha in (2.0, 0.3):
            expected = alpha / 2 * sum(np.square(w.double().numpy()).sum() for w in values)
            checks.close(
                l2_penalty(model, alpha),
                expected,
                atol=1e-3,
                rtol=1e-3,
                name=f"penalty for α={alpha}",
            )

    with checks(
        1,
        "leaves biases out, in whichever layer they are",
        hint="A bias sets a mean rate, which nobody expects to be near zero. In a model of several layers their names are "
        '"readout.bias" or "filter_bias".',
        remedy='for name, parameter in model.named_parameters(): if not name.endswith("bias").',
        needs="is alpha / 2 times the sum of all squared weights",
    ):
        rng = checks.rng
        weights = {
            "spatial": normal(rng, 4, 3),
            "bias": 3 + normal(rng, 4),
            "filter_bias": 3 + normal(rng, 2),
        }
        model = checks.make(nn.ParameterDict, weights)
        expected = 0.5 * np.square(weights["spatial"].double().numpy()).sum()
        checks.close(l2_penalty(model, 1.0), expected, atol=1e-3, rtol=1e-3, name="penalty")
        layers = checks.make(nn.Conv2d, 2, 3, 2), checks.make(nn.Linear, 5, 2)
        sizes = ((3, 2, 2, 2), (2, 5))
        expected = 0.0
        for layer, size in zip(layers, sizes, strict=True):
            weight = normal(rng, *size)
            load(layer, weight=weight, bias=3 + normal(rng, size[0]))
            expected += 0.5 * np.square(weight.double().numpy()).sum()
        model = checks.make(nn.Sequential, *layers)
        checks.close(l2_penalty(model, 1.0), expected, atol=1e-3, rtol=1e-3, name="penalty")

    with checks(
        1,
        "has the gradient alpha · w",
        hint="A penalty without a gradient penalizes nothing. What does `.data`, or `.item()`, leave of the graph?",
        remedy="Square the parameters themselves, with torch.",
    ):
        rng = checks.rng
        weight = normal(rng, 2, 4)
        model = checks.make(nn.Linear, 4, 2)
        load(model, weight=weight, bias=normal(rng, 2))
        gradients = checks.gradients(l2_penalty, model, 0.7, parameters=model)
        checks.that("weight" in gradients, "no gradient reaches the weights")
        checks.close(gradients["weight"], 0.7 * weight, atol=1e-3, name="gradient")

    return checks


@checked
def LNP(LNP: Any) -> Checks:  # noqa: N802
    """Movies that show one thing each: one that stands still, one that flashes, one that is dark."""
    checks = Checks("LNP", hidden_points=1)
    num_neurons, height, width, num_lags = 3, 4, 5, 6

    def draw(**others: Any) -> tuple[Any, dict[str, Any]]:
        """A model with parameters drawn here."""
        model, rng = LNP(num_neurons, height, width, num_lags, **others), checks.rng
        return model, load(
            model,
            spatial=normal(rng, num_neurons, height, width) / 3,
            temporal=normal(rng, num_neurons, num_lags) / 2,
            bias=normal(rng, num_neurons),
        )

    with checks(
        1,
        "gives a rate a neuron to every bin whose window is complete: num_frames - num_lags + 1 bins",
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
        hint="Every pixel counts with the weight at its own row and column, and every neuron has weights of its own.",
        remedy='torch.einsum("thw,nhw->tn", stimulus, self.spatial).',
    ):
        model, p = draw()
        frame = normal(checks.rng, 1, height, width)
        seen = np.tensordot(frame.double().numpy(), p["spatial"], axes=([1, 2], [1, 2]))
        expected = softplus(seen * p["temporal"].sum(axis=1) + p["bias"])
        rates = model(frame.expand(num_lags, height, width).contiguous())
        checks.close(rates, expected, atol=1e-2, name="rates")

    with checks(
        2,
        "sees time: after a flash at one pixel, the rate follows the temporal filter from lag 0 on",
        hint="torch calls convolution what runs forward through time, and the filter's first weight belongs to the latest frame. Does each "
        "neuron have its own? Does anything happen before the flash?",
        remedy="F.conv1d(seen.T[None], self.temporal.flip(1)[:, None], groups=num_neurons)[0].T.",
    ):
        model, p = draw()
        rng = checks.rng
        for _ in range(2):
            row, column, when = rng.integers(height), rng.integers(width), rng.integers(7, 10)
            movie = torch.zeros(20, height, width)
            movie[when, row, column] = 4
            expected = np.tile(p["bias"], (20, 1))
            weights = p["spatial"][:, row, column]
            expected[when : when + num_lags] += 4 * (weights[:, None] * p["temporal"]).T
            rates = model(movie)
            checks.close(rates, softplus(expected[num_lags - 1 :]), atol=1e-2, name="rates")

    with checks(
        1,
        "applies the nonlinearity that it is given to filters plus bias",
        hint="In the dark only the bias is left, and f(bias) is the rate: softplus unless another function is given. Is f applied once, and last?",
        remedy="self.nonlinearity(filtered + self.bias).",
    ):
        dark = torch.zeros(num_lags, height, width)
        for nonlinearity, by_numpy in ((F.softplus, softplus), (torch.exp, np.exp)):
            model, p = draw(nonlinearity=nonlinearity)
            checks.close(
                model(dark), by_numpy(p["bias"])[None], atol=1e-2, name="rates in the dark"
            )

    with checks(
        1,
        "lets all three parameters learn",
        hint="A parameter that went through .data, .detach(), .item() or NumPy has no gradient.",
        remedy="Compute with self.spatial, self.temporal and self.bias themselves, and with torch alone.",
    ):
        model, _ = draw()
        gradients = checks.gradients(model, normal(checks.rng, 12, height, width), parameters=model)
        for name in ("spatial", "temporal", "bias"):
            learns = name in gradients and bool(torch.as_tensor(gradients[name]).abs().sum() > 0)
            checks.that(learns, f"no gradient reaches {name}")

    return checks
