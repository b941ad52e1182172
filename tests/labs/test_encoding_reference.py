"""Lab 6's answer key beside loops, scipy, torch's own layers and closed forms, with the shapes in its signatures executed."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from beartype import beartype
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import TypeCheckError, jaxtyped
from scipy import stats
from scipy.signal import lfilter

from stats220.errors import InputError
from stats220.reference import encoding

typed = jaxtyped(typechecker=beartype)
spike_triggered_average = typed(encoding.spike_triggered_average)
poisson_loss, bits_per_spike = typed(encoding.poisson_loss), typed(encoding.bits_per_spike)
simulate_spikes = typed(encoding.simulate_spikes)
explained_correlation = typed(encoding.explained_correlation)
rescale_times, firing_rates_hz = typed(encoding.rescale_times), typed(encoding.firing_rates_hz)


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=generator(seed))


def counts(*shape: int, seed: int = 0, rate: float = 0.7) -> torch.Tensor:
    return torch.poisson(torch.full(shape, rate), generator=generator(seed))


def draw(model: torch.nn.Module, seed: int = 0) -> None:
    """Weights for all parameters, biases and couplings too."""
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter.copy_(normal(*parameter.shape, seed=seed + i) / 3)


def filtered(stimulus: torch.Tensor, spatial: torch.Tensor, temporal: torch.Tensor) -> np.ndarray:
    """Space by NumPy, time by scipy's recursive filter, without the bins whose window is cut."""
    seen = np.tensordot(stimulus.numpy(), spatial.numpy(), axes=([1, 2], [1, 2]))
    columns = [lfilter(v, [1], s) for v, s in zip(temporal.numpy(), seen.T, strict=True)]
    return np.stack(columns, axis=1)[temporal.shape[1] - 1 :]


def test_shapes_in_signatures_are_executed() -> None:
    for call in [
        lambda: spike_triggered_average(torch.zeros(9, 2, 3), torch.zeros(8, 2), 3),
        lambda: poisson_loss(torch.zeros(3, 2), torch.zeros(2, 3)),
        lambda: bits_per_spike(torch.zeros(3, 2), torch.zeros(3, 2), torch.zeros(3)),
        lambda: explained_correlation(torch.zeros(3, 2), torch.zeros(4, 2, 2)),
        lambda: typed(encoding.LNP.forward)(encoding.LNP(2, 3, 4, 5), torch.zeros(9, 12)),
        lambda: typed(encoding.CoupledGLM.forward)(
            encoding.CoupledGLM(2, 3, 4, 5, 3), torch.zeros(9, 3, 4), torch.zeros(9)
        ),
    ]:
        with pytest.raises((TypeCheckError, BeartypeCallHintViolation)):
            call()


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.float32, torch.float64])
def test_sta_is_that_of_a_double_loop(dtype: torch.dtype) -> None:
    stimulus = torch.randint(0, 128, (60, 3, 4), generator=generator(0)).to(dtype)
    spikes = counts(60, 2, seed=1)
    num_lags = 5
    expected = np.zeros((2, num_lags, 3, 4))
    for n in range(2):
        total = 0.0
        for t in range(num_lags - 1, 60):
            for lag in range(num_lags):
                expected[n, lag] += spikes[t, n].item() * stimulus[t - lag].double().numpy()
            total += spikes[t, n].item()
        expected[n] /= total
    for dtype_of_counts in (torch.uint8, torch.float32):
        found = spike_triggered_average(stimulus, spikes.to(dtype_of_counts), num_lags)
        assert found.dtype == torch.float32
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_sta_in_several_batches_is_that_of_lagged_correlations() -> None:
    stimulus, spikes = normal(25_003, 1, 2), counts(25_003, 1, rate=0.05)
    found = spike_triggered_average(stimulus, spikes, 3)[0, :, 0]
    windows = np.lib.stride_tricks.sliding_window_view(stimulus.numpy(), 3, axis=0)[..., ::-1]
    weights = spikes.numpy()[2:, 0]
    np.testing.assert_allclose(
        found, np.average(windows[:, 0], axis=0, weights=weights).T, atol=1e-5
    )


def test_sta_of_a_silent_neuron_is_nan_and_bad_input_is_refused() -> None:
    spikes = torch.zeros(9, 2)
    spikes[1, 1] = 3  # too early for a full window
    assert spike_triggered_average(torch.ones(9, 2, 2), spikes, 4).isnan().all()
    for stimulus, bad in [
        (torch.ones(8, 2, 2), torch.ones(9, 2)),
        (torch.ones(9, 2, 2), torch.full((9, 2), -1.0)),
        (torch.ones(9, 2, 2), torch.full((9, 2), 0.5)),
        (torch.full((9, 2, 2), torch.nan), torch.ones(9, 2)),
        (torch.ones(3, 2, 2), torch.ones(3, 2)),
    ]:
        with pytest.raises(InputError):
            encoding.spike_triggered_average(stimulus, bad, 4)


def test_poisson_loss_is_scipys() -> None:
    rates, spikes = 4 * normal(50, 3).square() + 1e-3, counts(50, 3, seed=1, rate=3.0)
    expected = -stats.poisson.logpmf(spikes.numpy(), rates.double().numpy()).mean()
    assert poisson_loss(rates, spikes).item() == pytest.approx(expected, rel=1e-5)
    assert poisson_loss(rates, spikes.to(torch.uint8)).item() == pytest.approx(expected, rel=1e-5)


def test_poisson_loss_and_its_gradient_are_exact_at_rate_zero() -> None:
    rates = torch.tensor([0.0, 0.0, 1e-20, 2.0], requires_grad=True)
    spikes = torch.tensor([0.0, 0.0, 1.0, 2.0])
    loss = poisson_loss(rates, spikes)
    loss.backward()
    expected = -stats.poisson.logpmf([0, 0, 1, 2], [0.0, 0.0, 1e-20, 2.0]).mean()
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert rates.grad is not None
    torch.testing.assert_close(rates.grad, (1 - torch.tensor([0, 0, 1e20, 1.0])) / 4)


def test_l2_penalty_is_half_alpha_times_squared_weights_without_biases() -> None:
    model = encoding.RetinaCNN(3, 16, 16, 10)
    draw(model)
    weights = [model.spatial, model.temporal, model.subunits.weight, model.readout.weight]
    expected = 0.3 / 2 * sum(float(w.detach().double().square().sum()) for w in weights)
    penalty = encoding.l2_penalty(model, 0.3)
    assert penalty.item() == pytest.approx(expected, rel=1e-5)
    penalty.backward()
    torch.testing.assert_close(model.temporal.grad, 0.3 * model.temporal.detach())
    assert model.readout.bias.grad is None
    assert model.filter_bias.grad is None


@pytest.mark.parametrize(
    ("nonlinearity", "by_numpy"), [(F.softplus, lambda z: np.logaddexp(0, z)), (torch.exp, np.exp)]
)
def test_lnp_is_space_by_numpy_and_time_by_scipy(nonlinearity, by_numpy) -> None:  # type: ignore[no-untyped-def]
    model = encoding.LNP(3, 4, 5, 6, nonlinearity)
    draw(model)
    state, stimulus = model.state_dict(), normal(20, 4, 5, seed=9)
    expected = by_numpy(
        filtered(stimulus, state["spatial"], state["temporal"]) + state["bias"].numpy()
    )
    found = model(stimulus).detach()
    assert found.shape == (15, 3)
    np.testing.assert_allclose(found, expected, atol=1e-5, rtol=1e-4)


def test_lnp_takes_a_movie_of_int8() -> None:
    model = encoding.LNP(2, 3, 4, 5)
    draw(model)
    movie = torch.randint(-1, 2, (9, 3, 4), generator=generator(0), dtype=torch.int8)
    torch.testing.assert_close(model(movie), model(movie.float()))


def coupled_model(seed: int = 0) -> encoding.CoupledGLM:
    model = encoding.CoupledGLM(3, 2, 3, 6, 4)
    draw(model, seed)
    return model


def test_glm_adds_scipys_filters_of_all_neurons_past_counts() -> None:
    model = coupled_model()
    state, stimulus, spikes = model.state_dict(), normal(30, 2, 3, seed=9), counts(30, 3, seed=8)
    heard = np.zeros((30, 3))
    for to in range(3):
        for sender in range(3):
            kernel = np.concatenate([[0], state["coupling"][to, sender].numpy()])
            heard[:, to] += lfilter(kernel, [1], spikes.numpy()[:, sender])
    drive = filtered(stimulus, state["spatial"], state["temporal"]) + state["bias"].numpy()
    np.testing.assert_allclose(model.drive(stimulus).detach(), drive, atol=1e-5)
    expected = np.logaddexp(0, drive + heard[5:])
    found = model(stimulus, spikes)
    np.testing.assert_allclose(found.detach(), expected, atol=1e-5, rtol=1e-4)
    found.sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_glm_never_sees_counts_of_the_present_or_the_future() -> None:
    model, stimulus, spikes = coupled_model(), normal(20, 2, 3), counts(20, 3)
    before = model(stimulus, spikes)
    spikes[12:] += 5
    after = model(stimulus, spikes)
    torch.testing.assert_close(after[:8], before[:8])  # bins 5 to 12
    assert not torch.allclose(after[8], before[8])


def test_glm_of_a_block_is_that_of_the_whole_and_zeros_give_the_lnp() -> None:
    model, stimulus, spikes = coupled_model(), normal(40, 2, 3), counts(40, 3)
    torch.testing.assert_close(model(stimulus[7:30], spikes[7:30]), model(stimulus, spikes)[7:25])
    torch.nn.init.zeros_(model.coupling)
    lnp = encoding.LNP(3, 2, 3, 6)
    lnp.load_state_dict({k: v for k, v in model.state_dict().items() if k != "coupling"})
    torch.testing.assert_close(model(stimulus, spikes), lnp(stimulus))
    with pytest.raises(InputError, match="num_coupling_lags"):
        encoding.CoupledGLM(3, 2, 3, 6, 6)


def test_simulated_rates_are_those_of_the_model_on_the_simulated_counts() -> None:
    model, stimulus = coupled_model(), normal(60, 2, 3)
    drive = model.drive(stimulus).detach()
    simulated, rates = simulate_spikes(
        drive, model.coupling.detach(), 4, generator(3), max_rate=50.0
    )
    assert (simulated == simulated.round()).all()
    silence = torch.zeros(5, 3)
    for one, expected in zip(simulated, rates, strict=True):
        found = model(stimulus, torch.cat([silence, one]))
        torch.testing.assert_close(found.detach(), expected)
    assert (simulated[0] != simulated[1]).any()


def test_simulated_counts_are_poisson_and_follow_their_generator() -> None:
    drive = torch.tensor([[-1.0, 0.5, 3.0]]).repeat(400, 1)
    coupling = torch.zeros(3, 3, 2)
    simulated, rates = simulate_spikes(drive, coupling, 20, generator(1))
    again, _ = simulate_spikes(drive, coupling, 20, generator(1))
    assert torch.equal(simulated, again)
    np.testing.assert_allclose(rates[0], F.softplus(drive), rtol=1e-6)
    for n in range(3):
        values = simulated[..., n].flatten().numpy()
        rate = float(F.softplus(drive[0, n]))
        observed = np.array([(values == k).sum() for k in range(4)] + [(values >= 4).sum()])
        shares = np.append(stats.poisson.pmf(range(4), rate), stats.poisson.sf(3, rate))
        assert stats.chisquare(observed, shares * len(values)).pvalue > 1e-3


def test_a_runaway_is_held_and_said() -> None:
    drive, coupling = torch.zeros(50, 1), torch.full((1, 1, 3), 2.0)
    with pytest.warns(RuntimeWarning, match="runs away"):
        _, rates = simulate_spikes(drive, coupling, 2, generator(0), torch.exp, max_rate=7.0)
    assert rates.max() == 7.0


def test_bits_per_spike_is_scipys_log_ratio() -> None:
    rates, spikes = normal(80, 3).square() + 0.01, counts(80, 3, seed=1)
    mean = torch.tensor([0.3, 0.7, 2.0])
    y = spikes.numpy()
    ratio = stats.poisson.logpmf(y, rates.double()) - stats.poisson.logpmf(y, mean.double())
    expected = ratio.sum(axis=0) / y.sum(axis=0) / math.log(2)
    np.testing.assert_allclose(bits_per_spike(rates, spikes, mean), expected, rtol=1e-4)
    rates[:] = mean
    np.testing.assert_allclose(bits_per_spike(rates, spikes, mean), 0, atol=1e-5)
    rates[spikes == 0] = 0
    assert bits_per_spike(rates, spikes, mean).isfinite().all()


def test_cnn_is_conv3d_with_outer_products() -> None:
    model = encoding.RetinaCNN(3, 9, 11, 6, 4, 5, 3, 4)
    draw(model)
    stimulus = normal(14, 9, 11, seed=7)
    kernels = torch.einsum("kl,kij->klij", model.temporal.flip(1), model.spatial)
    first = F.conv3d(stimulus[None, None], kernels[:, None], model.filter_bias)[0].relu()
    second = F.conv2d(first.movedim(1, 0), model.subunits.weight, model.subunits.bias).relu()
    readout = model.readout.weight.reshape(3, *second.shape[1:])
    drive = torch.einsum("tcij,ncij->tn", second, readout) + model.readout.bias
    found = model(stimulus)
    assert found.shape == (9, 3)
    torch.testing.assert_close(found, torch.log1p(drive.exp()), atol=1e-4, rtol=1e-4)
    found.sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_cc_is_numpys_correlation_over_the_ceiling_of_numpys_covariances() -> None:
    signal = normal(200, 3)
    trials = signal + 2 * normal(6, 200, 3, seed=1)
    prediction = signal + normal(200, 3, seed=2)
    cc_norm, cc_max = explained_correlation(prediction, trials)
    for n in range(3):
        covariances = np.cov(trials[..., n].numpy())
        power = covariances[~np.eye(6, dtype=bool)].mean()
        mean = trials[..., n].mean(dim=0).numpy()
        ceiling = np.sqrt(power / mean.var(ddof=1))
        assert cc_max[n].item() == pytest.approx(ceiling, rel=1e-4)
        cc = np.corrcoef(prediction[:, n], mean)[0, 1]
        assert cc_norm[n].item() == pytest.approx(cc / ceiling, rel=1e-4)


def test_cc_without_signal_is_nan_and_one_trial_is_refused() -> None:
    trials = torch.zeros(2, 50, 2)
    trials[0, :, 0], trials[1, :, 0] = normal(2, 50)  # two trials that have nothing in common,
    trials[1, :, 0] -= trials[0, :, 0]  # or less than that
    cc_norm, cc_max = explained_correlation(normal(50, 2), trials)  # the other neuron is silent
    assert cc_norm.isnan().all()
    assert cc_max.isnan().all()
    with pytest.raises(InputError, match="two trials"):
        explained_correlation(normal(50, 2), trials[:1])


def test_cc_norm_estimates_the_correlation_with_the_noise_free_response() -> None:
    """The mean over many experiments, of which half are above one, for a perfect prediction."""
    signal = normal(300, 40)
    cc_norm, _ = explained_correlation(signal, signal + 3 * normal(20, 300, 40, seed=5))
    assert cc_norm.mean().item() == pytest.approx(1, abs=0.02)
    assert 5 < int((cc_norm > 1).sum()) < 35


def test_rates_in_hertz() -> None:
    trials = torch.tensor([[[1, 0]], [[2, 0]]], dtype=torch.uint8)
    torch.testing.assert_close(firing_rates_hz(trials, 0.01), torch.tensor([[150.0, 0.0]]))
    with pytest.raises(InputError, match="wider"):
        firing_rates_hz(trials, 0.0)


def test_data_efficiency_fits_prefixes_afresh() -> None:
    stimulus, spikes = torch.arange(12.0).reshape(12, 1, 1), torch.zeros(12, 1)
    sums = encoding.data_efficiency(
        lambda x, y: float(x.sum()) + len(y), lambda model: 2 * model, stimulus, spikes, [3, 12]
    )
    assert sums == [2 * (3 + 3), 2 * (66 + 12)]


def test_rescaled_times_of_a_true_model_are_uniform() -> None:
    rates = 1.5 * torch.rand(4000, generator=generator(1))
    spikes = torch.poisson(rates, generator=generator(2)).long()
    uniforms = torch.rand(int(spikes.sum()), generator=generator(3))
    rescaled = rescale_times(rates, spikes, uniforms)
    assert stats.kstest(rescaled, "uniform").pvalue > 0.01
    wrong = rescale_times(rates.mean().expand(4000), spikes, uniforms)
    assert stats.kstest(wrong, "uniform").pvalue < 1e-3


def test_rescaled_times_by_hand() -> None:
    found = rescale_times(
        torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0, 2, 1]), torch.tensor([0.75, 0.25, 0.5])
    )
    intervals = torch.tensor([1.5, 1.0, 2.5])  # at 1.5, 2.5 and 5 on the clock
    torch.testing.assert_close(found, 1 - torch.exp(-intervals))
