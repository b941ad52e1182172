"""The simulated retina: its spikes against formulas, its filters against averages, its movies against what they should be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from jaxtyping import TypeCheckError, jaxtyped
from scipy.stats import kstest, poisson

from stats220.data.encoding import RetinaTruth, SimulatedRetina, simulate_retina
from stats220.data.responses import check_memory, check_recording, check_responses
from stats220.data.retina_cells import Circuit, build_circuit, expected_counts, spike_trains
from stats220.data.retina_movies import NATURAL_STD, natural_scenes, white_noise
from stats220.errors import InputError


def brief(**options: Any) -> SimulatedRetina:
    sizes: dict[str, Any] = {"validation_minutes": 0.1, "test_seconds": 5, "num_truth_runs": 100}
    return simulate_retina(**({"minutes": 2.0} | sizes | options))


@pytest.fixture(scope="module")
def retina() -> SimulatedRetina:
    return brief(seed=3)


@pytest.fixture(scope="module")
def linear_retina() -> SimulatedRetina:
    return brief(seed=4, linear=True, coupling=0.0, refractoriness=0.0)


def test_sizes_and_types(retina: SimulatedRetina) -> None:
    assert retina.train.stimulus.shape == (12_000, 16, 16)
    assert retina.train.spike_counts.shape == (12_000, 9)
    assert retina.validation.spike_counts.shape == (600, 9)
    assert retina.test.stimulus.shape == (500, 16, 16)
    assert retina.test.spike_counts.shape == (20, 500, 9)
    assert retina.train.stimulus.dtype == np.int8
    assert retina.train.spike_counts.dtype == np.uint8
    truth = retina.truth
    assert truth.spatial_filter.shape == (9, 16, 16)
    assert truth.temporal_filter.shape == (9, 40)
    assert truth.coupling_filters.shape == (9, 9, 20)
    assert truth.train_expected_counts.shape == (12_000, 9)
    assert truth.test_expected_counts.shape == (500, 9)


def test_shapes_in_signatures_are_executed() -> None:
    beartype = pytest.importorskip("beartype").beartype
    rng = np.random.default_rng(0)
    options = {"num_neurons": 2, "size": 8, "bin_seconds": 0.01, "threshold": 1.0, "gain": 1.0}
    circuit = jaxtyped(typechecker=beartype)(build_circuit)(
        rng, **options, coupling=1.0, refractoriness=1.0
    )
    for movie in (
        jaxtyped(typechecker=beartype)(white_noise)(rng, 100, 8),
        jaxtyped(typechecker=beartype)(natural_scenes)(rng, 100, 8, 0.01),
    ):
        pooled = jaxtyped(typechecker=beartype)(Circuit.pooled)(
            circuit, movie, 1.0, np.ones(len(circuit.subunits))
        )
        runs = jaxtyped(typechecker=beartype)(spike_trains)(rng, pooled[None], circuit.coupling, 3)
        assert runs[0].shape == (3, 100, 2)
    truth = jaxtyped(typechecker=beartype)(RetinaTruth)
    made = brief(minutes=0.2, num_neurons=3).truth
    assert truth(**vars(made)).bias.shape == (3,)
    with pytest.raises(TypeCheckError):
        truth(**vars(made) | {"bias": np.zeros(4)})


def test_a_seed_gives_the_same_recording_and_another_another() -> None:
    one, same, other = (brief(minutes=0.2, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.train.stimulus, same.train.stimulus)
    assert np.array_equal(one.test.spike_counts, same.test.spike_counts)
    assert np.array_equal(one.truth.bias, same.truth.bias)
    assert not np.array_equal(one.train.spike_counts, other.train.spike_counts)


def test_what_is_shown_says_cells_pixels_and_rates(retina: SimulatedRetina) -> None:
    text = repr(retina)
    rate = retina.train.spike_counts[:, 0].mean() / 0.01
    assert "9 cells" in text
    assert "16 x 16" in text
    assert f"{rate:.1f}, " in text
    assert len(text) < 300


def test_cells_fire_at_the_rates_asked_for(retina: SimulatedRetina) -> None:
    rates = retina.train.spike_counts.mean(axis=0) / 0.01
    # From 0.5 to 7 Hz; two minutes of spikes, in bursts, leave about a tenth of chance.
    np.testing.assert_allclose(rates, [7.2, 1.9, 2, 6.3, 1.4, 1.3, 1.9, 0.5, 3.8], rtol=0.35)
    assert retina.train.spike_counts.max() < 10


def test_expected_counts_are_those_of_the_spikes_that_fell() -> None:
    """Another way round: each bin looks back over the lags, one at a time."""
    rng = np.random.default_rng(0)
    drive = rng.normal(-1, 1, (3, 300, 4))
    coupling = rng.normal(0, 0.5, (4, 4, 7))
    counts, expected = spike_trains(rng, drive, coupling)
    for run in range(3):
        back = np.zeros((300, 4))
        for lag in range(7):
            back[lag + 1 :] += counts[run, : 300 - lag - 1] @ coupling[:, :, lag].T
        rates = np.minimum(0.3 * np.log1p(np.exp(drive[run] + back)), 2)
        np.testing.assert_allclose(expected[run], rates, rtol=1e-5)


def test_counts_are_poisson() -> None:
    drive = np.full((1, 20_000, 1), 1.0)
    counts, expected = spike_trains(np.random.default_rng(1), drive, np.zeros((1, 1, 3)))
    mean = 0.3 * np.log1p(np.e)
    np.testing.assert_allclose(expected, mean, rtol=1e-6)
    for number in range(4):
        share = poisson.pmf(number, mean)
        assert abs((counts == number).mean() - share) < 4 * np.sqrt(share / 20_000)


def test_a_drive_without_bounds_has_an_expected_count_with_one() -> None:
    assert expected_counts(np.array([1e4]))[0] == 2
    assert expected_counts(np.array([-1e4]))[0] == 0


def test_the_truth_is_calibrated(retina: SimulatedRetina) -> None:
    """Rescaled by the true rates, with uniforms inside the bins, intervals between spikes are exponential (Brown et al. 2002)."""
    rng = np.random.default_rng(5)
    counts = retina.train.spike_counts.astype(int)
    inside = 0
    for neuron in range(9):
        rates = retina.truth.train_expected_counts[:, neuron].astype(float)
        before = np.cumsum(rates) - rates
        bins = np.repeat(np.arange(len(rates)), counts[:, neuron])
        times = np.sort(before[bins] + rates[bins] * rng.uniform(size=len(bins)))
        inside += kstest(np.diff(times), "expon").pvalue > 0.05
    assert inside >= 7


def test_the_test_rate_is_the_mean_over_repeats(retina: SimulatedRetina) -> None:
    expected = retina.truth.test_expected_counts
    counts = retina.test.spike_counts.astype(float)
    z = (counts.mean(axis=(0, 1)) - expected.mean(axis=0)) / (
        counts.mean(axis=1).std(axis=0) / np.sqrt(20)
    )
    assert np.abs(z).max() < 4
    psth = counts.mean(axis=0)
    each = [np.corrcoef(psth[:, n], expected[:, n])[0, 1] for n in range(9)]
    assert np.mean(each) > 0.8


def test_linear_cells_average_to_their_filters(linear_retina: SimulatedRetina) -> None:
    """By Bussgang's theorem the movie averaged with the expected counts is the filter, but for chance."""
    truth = linear_retina.truth
    expected = truth.train_expected_counts.astype(float)
    movie = linear_retina.train.stimulus.reshape(len(expected), -1).astype(float)
    weights = expected[39:] - expected[39:].mean(axis=0)
    average = np.stack([weights.T @ movie[39 - lag : len(movie) - lag] for lag in range(40)], 1)
    filters = truth.temporal_filter[:, :, None] * truth.spatial_filter.reshape(9, 1, -1)
    for neuron in range(9):
        a, b = average[neuron].ravel(), filters[neuron].ravel()
        cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        assert cosine > 0.4  # of another filter: about 1 / sqrt(10240)


def test_a_pixel_that_lights_up_passes_through_the_filters() -> None:
    circuit = build_circuit(
        np.random.default_rng(0), num_neurons=2, size=12, bin_seconds=0.01, threshold=None, gain=1,
        coupling=0, refractoriness=0,
    )  # fmt: skip
    movie = np.zeros((100, 12, 12), np.int8)
    movie[30, 5, 7] = 1
    pooled = circuit.pooled(movie, 1.0, np.ones(len(circuit.subunits)))
    weights = circuit.pooling * circuit.subunits[:, 5, 7]
    for neuron in range(2):
        shape = weights[neuron] @ circuit.subunit_temporal
        np.testing.assert_allclose(pooled[30:70, neuron], shape, atol=1e-5)
        np.testing.assert_allclose(pooled[:30, neuron], 0, atol=1e-5)
        np.testing.assert_allclose(pooled[70:, neuron], 0, atol=1e-5)


def test_chunks_join_without_a_seam() -> None:
    circuit = build_circuit(
        np.random.default_rng(0), num_neurons=2, size=8, bin_seconds=0.01, threshold=1.0, gain=1,
        coupling=0, refractoriness=0,
    )  # fmt: skip
    movie = white_noise(np.random.default_rng(1), 8400, 8)
    ones = np.ones(len(circuit.subunits))
    whole, late = circuit.pooled(movie, 1.0, ones), circuit.pooled(movie[8000:], 1.0, ones)
    np.testing.assert_allclose(whole[8039:], late[39:], atol=1e-4)


def test_coupling_joins_each_cell_to_two_others_and_holds_itself_back(
    retina: SimulatedRetina,
) -> None:
    first = retina.truth.coupling_filters[:, :, 0]
    assert (np.diag(first) < -5).all()
    off = first[~np.eye(9, dtype=bool)].reshape(9, 8)
    assert ((off == 1.2).sum(axis=1) == 2).all()
    assert ((off == 0).sum(axis=1) == 6).all()


def test_white_noise_is_black_and_white_and_independent() -> None:
    movie = white_noise(np.random.default_rng(0), 2000, 8)
    assert set(np.unique(movie)) == {-1, 1}
    flat = movie.reshape(-1).astype(float)
    assert abs(flat.mean()) < 5 / np.sqrt(flat.size)
    for shift in (1, 8, 64):
        assert abs(np.mean(flat[shift:] * flat[:-shift])) < 5 / np.sqrt(flat.size)


def test_natural_scenes_fall_off_with_frequency_and_jump() -> None:
    movie = natural_scenes(np.random.default_rng(0), 6000, 32, 0.01).astype(float)
    assert abs(movie.std() / NATURAL_STD - 1) < 0.15
    lines = movie[::50] - movie[::50].mean(axis=2, keepdims=True)
    power = (np.abs(np.fft.rfft(lines * np.hanning(32), axis=2)) ** 2).mean(axis=(0, 1))
    slope = np.polyfit(np.log(np.arange(2, 13)), np.log(power[2:13]), 1)[0]
    assert -2.6 < slope < -1.2  # a line through a field of power 1/f² has about 1/f, and a window
    frames = movie.reshape(6000, -1)
    alike = np.array([np.corrcoef(frames[t : t + 2])[0, 1] for t in range(5999)])
    assert 120 < (alike < 0.5).sum() < 220  # every 0.35 s in 60 s


def test_natural_scenes_are_coupled_less_by_default() -> None:
    natural = brief(minutes=0.2, movie="natural scenes")
    assert natural.truth.coupling_filters[:, :, 0].max() == 0.4
    assert natural.stimulus_std == NATURAL_STD
    assert natural.train.stimulus.dtype == np.int8


def test_other_sizes() -> None:
    retina = brief(minutes=0.2, size=10, num_neurons=4, num_repeats=3)
    assert retina.test.spike_counts.shape == (3, 500, 4)
    assert retina.truth.positions_rc.shape == (4, 2)
    assert brief(minutes=0.2, num_neurons=1).truth.coupling_filters.shape == (1, 1, 20)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"minutes": 0}, "minutes=0 must be positive"),
        ({"minutes": float("nan")}, "minutes=nan"),
        ({"bin_seconds": 0.0}, "bin_seconds=0.0 must be positive"),
        ({"num_repeats": 0}, "num_repeats=0"),
        ({"size": 4}, "size=4 must be from 8"),
        ({"minutes": 0.01}, "train movie would have 60 frames"),
        ({"movie": "noise"}, "movie='noise' is unknown"),
        ({"minutes": 1e9}, "GB, and this machine has"),
    ],
)
def test_bad_options_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        brief(**options)


def test_more_than_memory_is_refused() -> None:
    check_memory(1000, "never said")
    with pytest.raises(InputError, match=r"1000000 GB, and this machine has .*: pool"):
        check_memory(10**15, "pool")


STIMULUS = np.zeros((50, 3, 4), np.float32)
COUNTS = np.arange(100).reshape(50, 2) % 3


def with_value(array: np.ndarray, where: tuple[int, ...], value: float) -> np.ndarray:
    changed = array.astype(float)
    changed[where] = value
    return changed


@pytest.mark.parametrize(
    ("stimulus", "counts", "message"),
    [
        (STIMULUS, COUNTS[:49], "50 frames and counts of 49 bins"),
        (STIMULUS[:, 0], COUNTS, r"got \(50, 4\) and \(50, 2\)"),
        (STIMULUS, COUNTS[:, 0], r"and \(50,\)"),
        (STIMULUS, with_value(COUNTS, (7, 1), -1), "1 spike counts are negative, the first in bin 7 of neuron 1"),
        (STIMULUS, with_value(COUNTS, (7, 1), 0.5), "not whole numbers, the first in bin 7 of neuron 1, 0.5"),
        (STIMULUS, with_value(COUNTS, (7, 1), np.nan), "not whole numbers, the first in bin 7"),
        (STIMULUS, with_value(COUNTS, (7, 1), np.inf), "not whole numbers, the first in bin 7"),
        (with_value(STIMULUS, (9, 1, 1), np.nan), COUNTS, "1 frames hold a NaN or an infinity, the first is frame 9"),
        (STIMULUS, np.full((50, 2), "1"), "spike counts are numbers"),
        (STIMULUS[:10], COUNTS[:10], "10 frames are too few for filters of 12 lags"),
    ],
)  # fmt: skip
def test_bad_responses_are_refused_in_one_line(stimulus: Any, counts: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        check_responses(stimulus, counts, num_lags=12)
    assert "\n" not in str(caught.value)


def test_silent_neurons_are_refused_only_for_a_fit() -> None:
    silent = COUNTS * np.array([1, 0])
    check_responses(STIMULUS, silent)
    with pytest.raises(InputError, match="neurons without a spike: 1"):
        check_recording(STIMULUS, silent)
    early = np.zeros((50, 1))
    early[3] = 1  # before a full past
    with pytest.raises(InputError, match="neurons without a spike: 0"):
        check_recording(STIMULUS, early, num_lags=5)


def test_tensors_and_small_integers_are_responses_too() -> None:
    import torch

    check_recording(torch.zeros(50, 3, 4).char(), torch.as_tensor(COUNTS, dtype=torch.uint8))
    check_recording(torch.zeros(50, 3, 4), torch.as_tensor(COUNTS, dtype=torch.float32))
