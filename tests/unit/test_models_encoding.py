"""The fits of encoding models, on small models whose best parameters are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stats220.data.responses import Responses
from stats220.data.training import TrainingError
from stats220.errors import InputError
from stats220.models.encoding import (
    fit_by_blocks,
    fit_lbfgs,
    predict,
    start_at_mean_rate,
    start_from_sta,
)

LOSS = nn.PoissonNLLLoss(log_input=False)


class Small(nn.Module):
    """Two neurons, three lags, each with its own filter over time and space; counts of the bin before where they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.num_lags = 3
        self.weight = nn.Parameter(torch.zeros(2, 3, 4, 5))
        self.bias = nn.Parameter(torch.zeros(2))
        self.past = nn.Parameter(torch.zeros(2, 2))

    def forward(self, stimulus: Tensor, spike_counts: Tensor | None = None) -> Tensor:
        windows = stimulus.float().unfold(0, 3, 1).flip(-1)  # frame, row, column, lag
        drive = torch.einsum("trcl,nlrc->tn", windows, self.weight) + self.bias
        if spike_counts is not None:
            drive = drive + spike_counts[1:-1].float() @ self.past.T
        return F.softplus(drive)


@pytest.fixture(scope="module")
def truth() -> Small:
    model = Small()
    with torch.no_grad():
        model.weight.copy_(
            0.3 * torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
        )
        model.bias.copy_(torch.tensor([-1.0, -2.0]))
    return model


def respond(model: Small, num_frames: int, seed: int) -> Responses:
    rng = np.random.default_rng(seed)
    stimulus = rng.choice(np.array([-1, 1], np.int8), (num_frames, 4, 5))
    rates = predict(model, stimulus)
    counts = np.concatenate([np.zeros((2, 2), int), rng.poisson(rates)])
    return Responses(stimulus, counts.astype(np.uint8))


@pytest.fixture(scope="module")
def train(truth: Small) -> Responses:
    return respond(truth, 4000, 1)


@pytest.fixture(scope="module")
def validation(truth: Small) -> Responses:
    return respond(truth, 1000, 2)


def cosine(a: Tensor, b: Tensor) -> float:
    return float(F.cosine_similarity(a.detach().flatten(), b.detach().flatten(), dim=0))


def test_a_prediction_is_the_models_whatever_the_chunks(
    truth: Small, train: Responses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stats220.models.encoding.CHUNK", 700)
    with torch.no_grad():
        truth.past.fill_(0.5)
        stimulus, counts = torch.as_tensor(train.stimulus), torch.as_tensor(train.spike_counts)
        whole, with_past = truth(stimulus), truth(stimulus, counts)
        assert not torch.allclose(whole, with_past)
        np.testing.assert_allclose(predict(truth, train.stimulus), whole, rtol=1e-5)
        chunked = predict(truth, train.stimulus, train.spike_counts)
        np.testing.assert_allclose(chunked, with_past, rtol=1e-5)
        truth.past.zero_()


def test_lbfgs_finds_the_filters(truth: Small, train: Responses) -> None:
    model = Small()
    passes = fit_lbfgs(model, train, LOSS)
    assert passes[-1] < passes[0]
    assert cosine(model.weight, truth.weight) > 0.95
    # At the best of all parameters, the gradient of the whole movie's loss is 0.
    expected = model(torch.as_tensor(train.stimulus))
    loss = LOSS(expected, torch.as_tensor(train.spike_counts[2:]).float())
    assert loss.item() == pytest.approx(passes[-1], rel=1e-3)
    for gradient in torch.autograd.grad(loss, [model.weight, model.bias]):
        assert gradient.abs().max() < 1e-3


def test_lbfgs_is_the_same_in_chunks(train: Responses, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, chunked = Small(), Small()
    fit_lbfgs(whole, train, LOSS, max_iterations=5)
    monkeypatch.setattr("stats220.models.encoding.CHUNK", 100)
    fit_lbfgs(chunked, train, LOSS, max_iterations=5)
    torch.testing.assert_close(chunked.weight, whole.weight, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("progress", [True, False])
def test_lbfgs_shows_a_bar_that_ends_full(
    train: Responses, capsys: pytest.CaptureFixture[str], progress: bool
) -> None:
    fit_lbfgs(Small(), train, LOSS, max_iterations=8, progress=progress)
    shown = capsys.readouterr().err.split("\r")[-1]
    assert ("L-BFGS: 100%" in shown) == progress


def test_lbfgs_heeds_a_penalty_and_the_counts(train: Responses) -> None:
    model = Small()
    fit_lbfgs(model, train, LOSS, lambda fitted: 100 * fitted.weight.square().sum())
    assert model.weight.abs().max() < 1e-2
    # Two neurons, and no filters to speak of: the mean count is the maximum likelihood rate.
    torch.testing.assert_close(
        F.softplus(model.bias.detach()),
        torch.as_tensor(train.spike_counts[2:].mean(axis=0)).float(),
        rtol=0.02,
        atol=0,
    )
    assert not model.past.any()
    fit_lbfgs(model, train, LOSS, uses_counts=True)
    assert model.past.any()


def test_blocks_find_the_filters_and_keep_the_best_epoch(
    truth: Small, train: Responses, validation: Responses
) -> None:
    model = Small()
    start_at_mean_rate(model.bias, train.spike_counts)
    options: dict[str, Any] = {"learning_rate": 0.05, "weight_decay": 0.01, "progress": False}
    history = fit_by_blocks(model, train, validation, LOSS, num_epochs=6, **options)
    assert cosine(model.weight, truth.weight) > 0.9
    assert len(history.train_losses) == len(history.learning_rates) == 6
    expected = torch.as_tensor(predict(model, validation.stimulus))
    loss = LOSS(expected, torch.as_tensor(validation.spike_counts[2:]).float()).item()
    assert loss == pytest.approx(min(history.validation_losses), rel=1e-5)


def test_a_worse_last_epoch_is_not_kept(train: Responses, validation: Responses) -> None:
    """Trained on counts of the other neuron, the start is the best there is: the first epoch stays."""
    swapped = Responses(train.stimulus, train.spike_counts[:, ::-1].copy())
    model = Small()
    start_at_mean_rate(model.bias, validation.spike_counts)
    history = fit_by_blocks(
        model, swapped, validation, LOSS, num_epochs=5, learning_rate=0.02, progress=False
    )
    best = int(np.argmin(history.validation_losses))
    assert best < 4
    expected = torch.as_tensor(predict(model, validation.stimulus))
    loss = LOSS(expected, torch.as_tensor(validation.spike_counts[2:]).float()).item()
    assert loss == pytest.approx(history.validation_losses[best], rel=1e-5)


def test_weights_decay_and_biases_do_not(train: Responses, validation: Responses) -> None:
    model = Small()
    with torch.no_grad():
        model.weight.fill_(1.0)
        model.bias.fill_(1.0)
    fit_by_blocks(
        model, train, validation, lambda expected, counts: 0 * expected.sum(), num_epochs=1,
        learning_rate=0.01, weight_decay=1.0, progress=False,
    )  # fmt: skip
    assert model.weight.detach().max() < 0.99
    assert model.bias.eq(1).all()


def test_long_gradients_are_cut(
    train: Responses, validation: Responses, monkeypatch: pytest.MonkeyPatch
) -> None:
    norms = []
    step = torch.optim.AdamW.step

    def spy(self: Any, *arguments: Any) -> Any:
        gradients = [
            p.grad.flatten() for g in self.param_groups for p in g["params"] if p.grad is not None
        ]
        norms.append(float(torch.cat(gradients).norm()))
        return step(self, *arguments)

    monkeypatch.setattr(torch.optim.AdamW, "step", spy)
    fit_by_blocks(
        Small(), train, validation, LOSS, num_epochs=1, max_gradient_norm=0.05, progress=False
    )
    assert max(norms) == pytest.approx(0.05, rel=1e-3)


def test_a_seed_gives_the_same_fit(train: Responses, validation: Responses) -> None:
    models = [Small(), Small(), Small()]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        fit_by_blocks(model, train, validation, LOSS, num_epochs=1, seed=seed, progress=False)
    assert torch.equal(models[0].weight, models[1].weight)
    assert not torch.equal(models[0].weight, models[2].weight)


def test_every_step_sees_blocks_of_the_length_asked_for(
    train: Responses, validation: Responses
) -> None:
    sizes = []

    def loss(expected: Tensor, counts: Tensor) -> Tensor:
        assert expected.shape == counts.shape
        sizes.append(len(expected))
        return LOSS(expected, counts)

    fit_by_blocks(
        Small(), train, validation, loss, num_epochs=2, block_bins=50, blocks_per_step=3, progress=False
    )  # fmt: skip
    assert sizes.count(150) == 2 * 26  # of 79 blocks, one is given up for the random border


def test_the_best_product_of_two_filters() -> None:
    model = nn.Module()
    model.spatial = nn.Parameter(torch.zeros(3, 4, 5))
    model.temporal = nn.Parameter(torch.zeros(3, 6))
    times, places = torch.randn(3, 6), torch.randn(3, 4, 5)
    average = 7 * times[:, :, None, None] * places[:, None]
    start_from_sta(model, average)
    product = model.temporal[:, :, None, None] * model.spatial[:, None]
    for neuron in range(3):
        assert cosine(product[neuron], average[neuron]) == pytest.approx(1, abs=1e-5)
    assert product.flatten(1).norm(dim=1).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


def test_filters_that_start_at_the_size_of_what_they_see() -> None:
    """Neighbouring pixels that go together drive a filter of unit norm far: scaled, its drive has standard deviation 1."""
    rng = np.random.default_rng(0)
    stimulus = 3 * rng.normal(size=(500, 1, 1)) + rng.normal(size=(500, 4, 5))
    model = nn.Module()
    model.spatial = nn.Parameter(torch.zeros(2, 4, 5))
    model.temporal = nn.Parameter(torch.zeros(2, 6))
    times, places = torch.rand(2, 6), torch.rand(2, 4, 5)
    start_from_sta(model, times[:, :, None, None] * places[:, None], stimulus)
    seen = np.einsum("thw,nhw->tn", stimulus, model.spatial.detach().numpy())
    for neuron in range(2):
        drive = np.convolve(seen[:, neuron], model.temporal[neuron].detach().numpy(), "valid")
        assert drive.std() == pytest.approx(1, rel=1e-4)
        assert cosine(model.spatial[neuron], places[neuron]) == pytest.approx(
            1, abs=1e-5
        ) or cosine(model.spatial[neuron], -places[neuron]) == pytest.approx(1, abs=1e-5)


def test_a_bias_at_the_mean_rate() -> None:
    bias = nn.Parameter(torch.zeros(3))
    counts = np.array([[0, 1, 3], [1, 1, 5]])
    start_at_mean_rate(bias, counts)
    torch.testing.assert_close(F.softplus(bias.detach()), torch.tensor([0.5, 1.0, 4.0]))


def test_what_cannot_be_fitted_is_said(train: Responses, validation: Responses) -> None:
    silent = Responses(train.stimulus, train.spike_counts * np.array([1, 0], np.uint8))
    with pytest.raises(InputError, match="neurons without a spike: 1"):
        fit_lbfgs(Small(), silent, LOSS)
    with pytest.raises(InputError, match="neurons without a spike: 1"):
        fit_by_blocks(Small(), train, silent, LOSS, progress=False)
    with pytest.raises(InputError, match="998 bins are too few for 2 blocks of 512"):
        fit_by_blocks(
            Small(), validation, validation, LOSS, block_bins=512, blocks_per_step=2, progress=False
        )
    model = nn.Module()
    model.spatial = nn.Parameter(torch.zeros(3, 4, 5))
    model.temporal = nn.Parameter(torch.zeros(3, 6))
    with pytest.raises(InputError, match=r"\(3, 4, 6, 5\), the model needs \(3, 6, 4, 5\)"):
        start_from_sta(model, torch.zeros(3, 4, 6, 5))
    with pytest.raises(InputError, match="neurons that never fired"):
        start_from_sta(model, torch.full((3, 6, 4, 5), torch.nan))


def test_a_loss_that_is_no_number_stops_the_fit(train: Responses, validation: Responses) -> None:
    def broken(expected: Tensor, counts: Tensor) -> Tensor:
        return expected.sum() * torch.nan

    with pytest.raises(TrainingError, match="the loss is nan"):
        fit_by_blocks(Small(), train, validation, broken, progress=False)
    with pytest.raises(
        TrainingError, match="the loss is nan after 0 passes over the data: start from smaller"
    ):
        fit_lbfgs(Small(), train, broken)
