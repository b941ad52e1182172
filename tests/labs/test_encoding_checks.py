"""Lab 6's checks, visible and hidden together: what they give full points, what they do not, and what their inputs are."""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import jaxtyping
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from bank import BankTests, LabChecks
from torch import Tensor, nn

from stats220.checks import Checks
from stats220.checks.encoding import cnn, comparing, filters
from stats220.checks.encoding.inputs import (
    check_poisson,
    filter_counts,
    filter_movie,
    last_bins,
)
from stats220.data.encoding import check_responses
from stats220.errors import InputError
from stats220.line.failures import CheckFailed

LAB = LabChecks(
    "lab6_encoding",
    given={
        "math": math,
        "warnings": warnings,
        "np": np,
        "torch": torch,
        "F": F,
        "nn": nn,
        "Tensor": Tensor,
        "Callable": Callable,
        "Sequence": Sequence,
        "Any": Any,
        "InputError": InputError,
        "check_responses": check_responses,
    },
)
# Real, Shaped and Int are among the names of the lab's first cell.
for _name in ("Float", "Int", "Real", "Shaped"):
    LAB.given[_name] = getattr(jaxtyping, _name)


class TestBank(BankTests):
    lab = LAB


def test_bank_holds_three_right_and_five_wrong_answers_for_every_exercise() -> None:
    for exercise in LAB.exercises:
        said = [p.read_text(encoding="utf-8").splitlines() for p in LAB.bank]
        points = [
            lines[2].removeprefix("# points: ")
            for lines in said
            if lines[0] == f"# exercise: {exercise}"
        ]
        assert points.count("all") >= 3
        assert len(points) - points.count("all") >= 5


# The oracles, beside the definitions, term by term.


def test_filters_of_the_oracle_are_the_sums_of_the_text() -> None:
    rng = np.random.default_rng(0)
    movie, u, v = torch.randn(9, 2, 3), rng.normal(size=(2, 2, 3)), rng.normal(size=(2, 4))
    found = filter_movie(movie, u, v)
    for t in range(3, 9):
        for n in range(2):
            total = sum(v[n, lag] * (u[n] * movie[t - lag].numpy()).sum() for lag in range(4))
            assert found[t - 3, n] == pytest.approx(total, abs=1e-6)


def test_coupling_of_the_oracle_starts_in_the_next_bin() -> None:
    coupling = np.arange(1.0, 9.0).reshape(2, 2, 2)
    counts = torch.zeros(5, 2)
    counts[1, 1] = 3
    expected = np.zeros((5, 2))
    expected[2], expected[3] = 3 * coupling[:, 1, 0], 3 * coupling[:, 1, 1]
    np.testing.assert_allclose(filter_counts(counts, coupling), expected)


def test_network_of_the_oracle_is_torchs_for_one_bin() -> None:
    rng = np.random.default_rng(1)
    p = {
        "spatial": rng.normal(size=(3, 3, 3)),
        "temporal": rng.normal(size=(3, cnn.NUM_LAGS)),
        "filter_bias": rng.normal(size=3),
        "subunits__weight": rng.normal(size=(4, 3, 2, 2)),
        "subunits__bias": rng.normal(size=4),
        "readout__weight": rng.normal(size=(2, 4 * 4 * 6)),
        "readout__bias": rng.normal(size=2),
    }
    movie = torch.tensor(rng.normal(size=(cnn.NUM_LAGS, 7, 9)))
    t = {name: torch.tensor(value) for name, value in p.items()}
    frames = torch.einsum("kl,lhw->khw", t["temporal"], movie.flip(0))
    first = F.conv2d(frames[None], t["spatial"][:, None], t["filter_bias"], groups=3).relu()
    second = F.conv2d(first, t["subunits__weight"], t["subunits__bias"]).relu()
    expected = F.softplus(F.linear(second.flatten(1), t["readout__weight"], t["readout__bias"]))
    np.testing.assert_allclose(cnn.answer(movie, p), expected, atol=1e-10)


def test_held_movies_windows_hold_one_image_each() -> None:
    images, weights = torch.randn(3, 2, 2), torch.tensor([[1.0, 0.0], [2.0, 3.0], [0.0, 1.0]])
    movie, counts = filters.held_movie(images, weights)
    for t in counts.any(dim=1).nonzero().flatten().tolist():
        window = movie[t - filters.NUM_LAGS : t + 2]  # one frame to spare on both sides
        assert all(torch.equal(frame, window[0]) for frame in window)
    assert torch.equal(counts.sum(dim=0), weights.sum(dim=0))


def test_correlations_of_the_oracle_are_those_of_a_known_mixture() -> None:
    """Two trials that share a signal of variance 1, with noise of variance 1 each: a signal power of 1, and a ceiling of √(2/3)."""
    signal, a, b = np.linalg.qr(np.random.default_rng(0).normal(size=(50, 4)))[0][:, 1:].T
    center = np.ones(50) / 50
    signal, a, b = (x - x @ np.ones(50) * center for x in (signal, a, b))
    basis = np.linalg.qr(np.stack([signal, a, b], axis=1))[0].T * np.sqrt(49)
    trials = torch.tensor(np.stack([basis[0] + basis[1], basis[0] + basis[2]]))[..., None]
    cc_norm, cc_max = comparing.correlations(torch.tensor(basis[0])[:, None], trials)
    assert cc_max[0] == pytest.approx(np.sqrt(2 / 3), abs=1e-6)
    assert cc_norm[0] == pytest.approx(1.0, abs=1e-6)


def test_last_bins_forgives_shape_and_nothing_else() -> None:
    rates = torch.arange(12.0).reshape(4, 3)
    assert torch.equal(last_bins(rates, 2, 3), rates[2:])
    assert torch.equal(last_bins(rates.T, 2, 3), rates[2:])
    assert last_bins([1.0], 2, 3) == [1.0]
    assert last_bins(rates[0], 2, 3) is not None


@pytest.mark.parametrize("rate", [0.13, 1.0, 3.0])
def test_true_poisson_counts_pass_and_others_do_not(rate: float) -> None:
    checks = Checks("simulate_spikes")
    rng = np.random.default_rng(0)
    for _ in range(50):
        check_poisson(checks, rng.poisson(rate, 4800).astype(float), rate)
    others = [
        rng.poisson(1.3 * rate, 4800),
        rng.binomial(1, rate, 4800) if rate < 1 else rng.binomial(6, rate / 6, 4800),
        np.maximum(0, rng.normal(rate, np.sqrt(rate), 4800).round()) + (rate < 1),
        np.full(4800, round(rate)),
    ]
    for counts in others:
        with pytest.raises(CheckFailed):
            check_poisson(checks, counts.astype(float), rate)


# Mistakes that must cost points, and no more than their own.


@pytest.mark.parametrize(
    ("stem", "fails"),
    [
        ("spike_triggered_average_reversed", "gives a single spike's own frames"),
        ("spike_triggered_average_bins_with_spikes", "lets a bin with three spikes count"),
        ("spike_triggered_average_early_in_divisor", "counts spikes from the first complete"),
        ("spike_triggered_average_uint8", "takes a movie and counts of uint8"),
        ("spike_triggered_average_clears_counts", "leaves the stimulus and the counts"),
        ("poisson_loss_xlogy", "has the gradient 1 - y / λ"),
        ("poisson_loss_no_factorial", "adds log y! exactly"),
        ("poisson_loss_small_number", "costs nothing where no spike falls"),
        ("lnp_reversed", "sees time"),
        ("lnp_softplus_always", "applies the nonlinearity"),
        ("l2_penalty_biases_too", "leaves biases out"),
        ("coupled_glm_present_bin", "lets a spike act from the next bin on"),
        ("coupled_glm_from_to", "lets coupling[to, from] act"),
        ("coupled_glm_off_by_one", "lets a spike act from the next bin on"),
        ("simulate_spikes_rounded", "draws whole counts from Poisson"),
        ("simulate_spikes_global_seed", "takes all chance from the generator"),
        ("simulate_spikes_no_cap", "holds rates at max_rate"),
        ("bits_per_spike_mean_of_test", "gives 0 to the constant model"),
        ("retina_cnn_no_second_rectifier", "rectifies both layers"),
        ("retina_cnn_relu_at_the_end", "ends in softplus"),
        ("explained_correlation_clipped", "gives each neuron's CC_norm"),
        ("explained_correlation_not_nan", "gives NaN where the signal power"),
    ],
)
def test_the_block_that_fails_names_the_mistake(stem: str, fails: str) -> None:
    result = LAB.result(stem, fails)
    assert result.status == "failed"
    assert result.hint or "own array was changed" in result.message


@pytest.mark.parametrize(
    ("stem", "fails", "slip"),
    [
        ("spike_triggered_average_future", "gives a single", "lags lead forward in time"),
        ("spike_triggered_average_reversed", "gives a single", "the oldest frame comes first"),
        ("l2_penalty_absolute", "is alpha / 2", "absolute values are added"),
        ("l2_penalty_no_half", "is alpha / 2", "the half is left out"),
        ("coupled_glm_from_to", "lets coupling", "coupling is read as [from, to]"),
        ("coupled_glm_self_only", "lets coupling", "a neuron hears only itself"),
        ("coupled_glm_after_nonlinearity", "lets coupling", "what is heard is added to the rate, after the nonlinearity"),
        ("coupled_glm_drive_without_bias", "is the LNP", "the bias is left to the rate"),
        ("coupled_glm_off_by_one", "lets a spike", "every weight acts a bin too late"),
        ("coupled_glm_reversed_coupling", "lets a spike", "the last weight comes first: the filter is turned around in time"),
        ("coupled_glm_binary", "lets a spike", "two spikes of a bin count as one"),
        ("lnp_valid_but_first_bins", "sees space", "bins before the first complete window get a rate, and the last ones none"),
        ("retina_cnn_bias_before_time", "rectifies", "filter_bias is added before time is filtered: it goes through the temporal filter"),
        ("bits_per_spike_nats", "is the log", "natural logarithms are taken"),
        ("bits_per_spike_per_bin", "is the log", "bins are counted in the place of spikes"),
        ("bits_per_spike_without_rates", "is the log", "λ by itself is left out, of the model and of the constant"),
        ("explained_correlation_no_root", "gives each neuron's CC_max", "no root is taken of SP / Var(average)"),
        ("explained_correlation_clipped", "gives each neuron's CC_n", "what is above one is cut off"),
        ("rescale_times_bin_ends", "turns", "spikes stand at the ends of their bins"),
        ("rescale_times_intervals", "turns", "intervals are returned as they are"),
    ],
)  # fmt: skip
def test_the_message_names_the_slip(stem: str, fails: str, slip: str) -> None:
    assert LAB.result(stem, fails).hint == f"this is what comes out if {slip}"
