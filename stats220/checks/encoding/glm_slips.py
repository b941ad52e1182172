"""Known mistakes in the coupled GLM, in its spikes and in bits per spike, and what they give in place of what is expected."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from scipy.special import gammaln, xlogy

from stats220.checks.encoding.inputs import Array, bits, softplus
from stats220.checks.encoding.lnp_slips import (
    Function,
    mistaken_drives,
    mistaken_nonlinearities,
)


def hear(counts: Array, coupling: Array, first_lag: int = 1) -> Array:
    """What past counts (num_frames, num_neurons) add to each neuron, weight k acting at lag k + `first_lag`, also below 0."""
    heard = np.zeros(counts.shape)
    for k in range(coupling.shape[2]):
        lag, moved = k + first_lag, np.zeros(counts.shape)
        if lag >= 0:
            moved[lag:] = counts[: max(0, len(counts) - lag)]
        else:
            moved[:lag] = counts[-lag:]
        heard += moved @ coupling[:, :, k].T
    return heard


def mistaken_histories(counts: Array, coupling: Array) -> dict[str, Array]:
    """What is heard of past counts (num_frames, num_neurons) in each bin, each with one mistake."""
    heard, (num_neurons, _, num_lags) = hear(counts, coupling), coupling.shape
    swapped, backward = coupling.transpose(1, 0, 2), coupling[:, :, ::-1]
    itself = np.eye(num_neurons)[:, :, None]
    slips = {
        "coupling is read as [from, to]": hear(counts, swapped),
        "the last weight comes first: the filter is turned around in time": hear(counts, backward),
        "coupling is read as [from, to], and turned around in time": hear(counts, swapped[:, :, ::-1]),
        "every weight acts a bin too late": hear(counts, coupling, 2),
        "every weight acts a bin too early": hear(counts, coupling, 0),
        "every weight acts two bins too late": hear(counts, coupling, 3),
        "every weight acts two bins too early": hear(counts, coupling, -1),
        "the filter is turned around in time, and acts a bin too early": hear(counts, backward, 0),
        "the filter is turned around in time, and acts a bin too late": hear(counts, backward, 2),
        "a spike acts on the bins before it": hear(counts, backward, -num_lags),
        "a spike acts on its own bin and on those before it": hear(counts, backward, 1 - num_lags),
        "two spikes of a bin count as one": hear((counts > 0).astype(float), coupling),
        "what the senders do is averaged, not added up": heard / num_neurons,
        "lags are averaged, not added up": heard / num_lags,
        "what is heard is subtracted": -heard,
        "nothing is heard of past spikes": 0 * heard,
        "only the bin before is heard": hear(counts, coupling[:, :, :1]),
        "every bin of the past counts with the first weight": hear(counts, np.repeat(coupling[:, :, :1], num_lags, axis=2)),
        "past counts of a bin are added up without weights in time": hear(counts, np.repeat(coupling.sum(axis=2, keepdims=True), num_lags, axis=2)),
    }  # fmt: skip
    if num_neurons == 1:
        slips = {
            ("a neuron does not hear itself" if not value.any() else slip): value
            for slip, value in slips.items()
        }
    else:
        everybody = np.tile(counts.sum(axis=1, keepdims=True), (1, num_neurons))
        slips |= {
            "all neurons' spikes are added up before they are filtered": hear(everybody, coupling),
            "a neuron hears only itself": hear(counts, coupling * itself),
            "a neuron does not hear itself": hear(counts, coupling * (1 - itself)),
            "all neurons hear the same, the sum of what each should hear": np.tile(heard.sum(axis=1, keepdims=True), (1, num_neurons)),
            "all neurons hear the same, the mean of what each should hear": np.tile(heard.mean(axis=1, keepdims=True), (1, num_neurons)),
        }  # fmt: skip
    slips |= {
        "the last weight is never used": hear(counts, coupling[:, :, :-1]),
        "the first weight is never used": hear(counts, coupling[:, :, 1:], 2),
        "the first weight is never used, and the others act a bin too early": hear(counts, coupling[:, :, 1:]),
        "the bins before the history is complete hear nothing": np.where((np.arange(len(counts)) < num_lags)[:, None], 0, heard),
    }  # fmt: skip
    return slips


def mistaken_drive_parts(movie: torch.Tensor, p: dict[str, Array]) -> dict[str, Array]:
    """What `drive` gives, each with one mistake: those of the LNP's, and what belongs to `forward`."""
    slips = mistaken_drives(movie, p)
    bare = slips.pop("the bias is left out")
    drive = bare + p["bias"]
    return slips | {
        "the bias is left to the rate": bare,
        "the nonlinearity is in the drive already": softplus(drive),
        "the nonlinearity is in the drive already, and the bias comes after it": softplus(bare)
        + p["bias"],
    }


def mistaken_silence(drive: Array, bias: Array, nonlinearity: Function) -> dict[str, Array]:
    """Rates while nobody spikes, each with one mistake."""
    return mistaken_nonlinearities(drive, bias, nonlinearity) | {
        "the bias is added a second time": nonlinearity(drive + bias),
        "what is heard multiplies what the stimulus does": nonlinearity(0 * drive),
        "what is heard multiplies the rate": 0 * drive,
        "the nonlinearity is applied to what is heard as well, and added": nonlinearity(drive)
        + nonlinearity(0 * drive),
        "what is heard has a nonlinearity of its own, before it is added to the drive": nonlinearity(
            drive + nonlinearity(0 * drive)
        ),
        "the drive goes through the nonlinearity before what is heard is added, and again": nonlinearity(
            nonlinearity(drive)
        ),
    }


def mistaken_couplings(counts: torch.Tensor, p: dict[str, Array], first: int) -> dict[str, Array]:
    """Rates in the dark of a GLM with softplus, from bin `first` on, each with one mistake."""
    y, coupling, bias = counts.double().numpy(), p["coupling"], p["bias"]
    heard = hear(y, coupling)
    silent = y.copy()
    silent[:first] = 0
    slips = {slip: softplus(bias + h) for slip, h in mistaken_histories(y, coupling).items()}
    slips |= {
        "what is heard is added to the rate, after the nonlinearity": softplus(bias) + heard,
        "what is heard is added to the rate, after the nonlinearity, and what falls below 0 is cut": np.maximum(softplus(bias) + heard, 0),
        "what is heard has a nonlinearity of its own, and is added to the rate": softplus(bias) + softplus(heard),
        "what is heard has a nonlinearity of its own, before it is added to the drive": softplus(bias + softplus(heard)),
        "the drive goes through the nonlinearity before what is heard is added, and again": softplus(softplus(bias) + heard),
        "the rate of the stimulus is multiplied by what is heard": softplus(bias) * heard,
        "the rate of the stimulus is multiplied by 1 + what is heard": softplus(bias) * (1 + heard),
        "rates of stimulus and of past spikes are multiplied": softplus(bias) * softplus(heard),
        "exp of what is heard multiplies the rate": softplus(bias) * np.exp(heard),
        "the drive is multiplied by what is heard": softplus(bias * heard),
        "the drive is multiplied by 1 + what is heard": softplus(bias * (1 + heard)),
        "the bias is added a second time": softplus(2 * bias + heard),
        "the bias is left out of the rate": softplus(heard),
        "no nonlinearity is applied": bias + heard,
        "the nonlinearity is applied twice": softplus(softplus(bias + heard)),
        "exp is taken, whatever nonlinearity the model is given": np.exp(bias + heard),
        "the nonlinearity is a rectifier": np.maximum(bias + heard, 0),
        "spikes before the first bin that gets a rate are not heard": softplus(bias + hear(silent, coupling)),
    }  # fmt: skip
    return {slip: rates[first:] for slip, rates in slips.items()}


def mistaken_runs(
    drive: torch.Tensor,
    coupling: torch.Tensor,
    counts: torch.Tensor,
    max_rate: float,
    nonlinearity: Function = softplus,
) -> dict[str, Array]:
    """Rates of a run that returned these counts (num_trials, num_bins, num_neurons), each with one mistake."""
    z, h, y = (x.double().numpy() for x in (drive, coupling, counts))
    num_trials, num_bins, _ = y.shape

    def by_trial(histories: Any) -> Array:
        return nonlinearity(z + np.stack(list(histories)))

    right = by_trial(hear(trial, h) for trial in y)
    together, acting = (
        y.mean(axis=0),
        np.zeros_like(z),
    )  # expected counts, in the place of the drawn
    for t in range(num_bins):
        acting[t] = nonlinearity(z[t] + hear(acting[: t + 1], h)[t])
    slips = {
        "the expected counts act on the bins that follow, not those that are drawn": np.tile(acting, (num_trials, 1, 1)),
        "all trials share one history, the mean of their counts": by_trial([hear(together, h)] * num_trials),
        "all trials share one history, the sum of their counts": by_trial([num_trials * hear(together, h)] * num_trials),
        "all trials share one history, that of the first": by_trial([hear(y[0], h)] * num_trials),
        "all trials share one history, that of the last": by_trial([hear(y[-1], h)] * num_trials),
        "the history goes on from trial to trial": by_trial(hear(y.reshape(-1, y.shape[2]), h).reshape(y.shape)),
    }  # fmt: skip
    mistaken = [mistaken_histories(trial, h) for trial in y]
    slips |= {slip: by_trial(m[slip] for m in mistaken) for slip in mistaken[0]}
    heard, num_lags = np.stack([hear(trial, h) for trial in y]), h.shape[2]
    oldest = np.zeros_like(y)
    for t in range(1, num_bins):
        past = y[:, max(0, t - num_lags) : t]
        oldest[:, t] = np.einsum("nmk,rkm->rn", h[:, :, : past.shape[1]], past)
    before = np.vstack([0 * z[:1], z[:-1]])
    with np.errstate(all="ignore"):
        slips |= {
            "what is heard is added to the rate, after the nonlinearity": np.maximum(nonlinearity(z) + heard, 0),
            "no nonlinearity is applied": z + heard,
            "the nonlinearity is applied twice": nonlinearity(right),
            "exp is taken, whatever nonlinearity is given": np.exp(z + heard),
            "softplus is taken, whatever nonlinearity is given": softplus(z + heard),
            "rates are cut at 5, whatever max_rate is": np.minimum(right, 5.0),
            "the oldest of the past bins gets the first weight, and the latest the last": nonlinearity(z + oldest),
            "exp of what is heard multiplies the rate": nonlinearity(z) * np.exp(heard),
            "rates are multiplied by bins of 10 ms": right * 0.01,
            "rates are in Hz, for bins of 10 ms": right / 0.01,
            "each bin gets the drive of the bin before": nonlinearity(before + heard),
            "all bins get the drive of bin 0": nonlinearity(z[:1] + heard),
            "the drive is left out": nonlinearity(heard),
            "the drive goes through the nonlinearity before what is heard is added, and again": nonlinearity(nonlinearity(z) + heard),
            "all spikes of the past add up: the drive keeps what was added to it": by_trial(np.cumsum(hear(trial, h), axis=0) for trial in y),
        }  # fmt: skip
    return {slip: np.minimum(value, max_rate) for slip, value in slips.items()}


def mistaken_caps(drive: torch.Tensor, nonlinearity: Function, max_rate: float) -> dict[str, Array]:
    """Rates (num_bins, num_neurons) where nobody is heard, each with a mistake in where they are cut."""
    z = drive.double().numpy()
    with np.errstate(all="ignore"):
        rates = nonlinearity(z)
        held = np.minimum(rates, max_rate)
        slips = {
            "rates that come back are not cut": rates,
            "rates are cut at 5, whatever max_rate is": np.minimum(rates, 5.0),
            "the drive is cut, not the rate": nonlinearity(np.minimum(z, max_rate)),
            "drive and rate are both cut": np.minimum(nonlinearity(np.minimum(z, max_rate)), max_rate),
            "rates start again at 0 above max_rate": rates % max_rate,
            "rates above max_rate are set to 0": np.where(rates > max_rate, 0, rates),
            "rates are raised to max_rate, not cut at it": np.maximum(rates, max_rate),
            "max_rate is multiplied with the rate": rates * max_rate,
            "rates are scaled so that the largest is max_rate": rates * max_rate / rates.max(),
            "softplus is taken, whatever nonlinearity is given": np.minimum(softplus(z), max_rate),
            "exp is taken, whatever nonlinearity is given": np.minimum(np.exp(z), max_rate),
            "no nonlinearity is applied": np.minimum(z, max_rate),
            "rates are cut before the nonlinearity, which is applied to what is cut": nonlinearity(held),
        }  # fmt: skip
    return slips


def mistaken_bits(
    rates: torch.Tensor, counts: torch.Tensor, mean: torch.Tensor
) -> dict[str, Array]:
    """Bits per spike, each with one mistake."""
    λ, y, λ0 = rates.double().numpy(), counts.double().numpy(), mean.double().numpy()
    expected, spikes, num_bins = bits(rates, counts, mean), y.sum(axis=0), len(y)
    log2, total = math.log(2), y.sum()
    with np.errstate(all="ignore"):
        cost, cost0 = λ.sum(axis=0) / (spikes * log2), num_bins * λ0 / (spikes * log2)
        nats = expected * log2
        model = (xlogy(y, λ) - λ).sum(axis=0) / (spikes * log2)
        constant = model - expected
        factorials = gammaln(y + 1).sum(axis=0) / (spikes * log2)
        spiked = y > 0
        each = (xlogy(y, λ / λ0) - λ + λ0) / log2

        def against(other: torch.Tensor) -> Array:
            return bits(rates, counts, other)

        slips = {
            "natural logarithms are taken": nats,
            "it is multiplied by log 2, not divided": nats * log2,
            "logarithms are to base 10": expected * math.log10(2),
            "natural logarithms are divided by log10 2": nats / math.log10(2),
            "the constant model has the mean of the counts at hand": against(counts.mean(dim=0)),
            "the constant model has one mean for all neurons": against(mean.mean().expand_as(mean)),
            "the constant model has the mean of the model's own rates": against(rates.mean(dim=0)),
            "the spikes of all neurons are counted together": expected * spikes / total,
            "bins are counted in the place of spikes": expected * spikes / num_bins,
            "bins and neurons are counted in the place of spikes": expected * spikes / y.size,
            "bins with spikes are counted in the place of spikes": expected * spikes / spiked.sum(axis=0),
            "the mean over bins is divided by the number of spikes": expected / num_bins,
            "it is not divided by the number of spikes": expected * spikes,
            "it is divided by the expected number of spikes": expected * spikes / λ.sum(axis=0),
            "it is divided by the constant model's number of spikes": expected * spikes / (num_bins * λ0),
            "a model worse than the constant one is given 0": np.maximum(expected, 0),
            "the signs are those of a loss": -expected,
            "λ by itself is left out, of the model and of the constant": expected + cost - cost0,
            "λ by itself is added, not subtracted": expected + 2 * (cost - cost0),
            "λ by itself is left out of the model alone": expected + cost,
            "λ by itself is left out of the constant model alone": expected - cost0,
            "y log λ is in bits, and λ by itself in nats": expected + (cost - cost0) * (1 - log2),
            "the model is compared with nothing": model,
            "the model is compared with nothing, log y! and all": model - factorials,
            "the constant model is added, not subtracted": model + constant,
            "the constant model stands alone": constant,
            "the model's log likelihood is divided by the constant one's": model / constant,
            "one model's log likelihood, log y! and all, is divided by the other's": (model - factorials) / (constant - factorials),
            "log y! is subtracted once": expected - factorials,
            "log y! is added once": expected + factorials,
            "bins without spikes are left out": (each * spiked).sum(axis=0) / spikes,
            "the mean bin is taken, not the sum over bins": each.mean(axis=0),
            "bits are averaged over bins with spikes": (each * spiked).sum(axis=0) / spiked.sum(axis=0),
            "a hundredth is added to the rate in the logarithm": expected + (xlogy(y, (λ + 0.01) / λ)).sum(axis=0) / (spikes * log2),
            "a thousandth is added to the rate in the logarithm": expected + (xlogy(y, (λ + 1e-3) / λ)).sum(axis=0) / (spikes * log2),
            "a hundredth is added to every rate": bits(rates + 0.01, counts, mean),
            "a thousandth is added to every rate": bits(rates + 1e-3, counts, mean),
            "a thousandth is added in both logarithms": expected + (xlogy(y, (λ + 1e-3) / λ) - xlogy(y, (λ0 + 1e-3) / λ0)).sum(axis=0) / (spikes * log2),
            "log λ is not multiplied by the number of spikes": (each - xlogy(y - spiked, λ / λ0) / log2).sum(axis=0) / spikes,
            "sums run over neurons, not over bins": each.sum(axis=1) / y.sum(axis=1),
            "bits are averaged over neurons": np.asarray(expected.mean()),
            "all neurons' bits are divided by all neurons' spikes": np.asarray((expected * spikes).sum() / total),
            "each bin keeps its bits": each,
        }  # fmt: skip
    return slips
