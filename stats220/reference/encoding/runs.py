"""Part 3: runs of a coupled GLM, and what its rates are worth."""

import math
import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Real
from torch import Tensor


def simulate_spikes(
    drive: Float[Tensor, "num_bins num_neurons"],
    coupling: Float[Tensor, "num_neurons num_neurons num_coupling_lags"],
    num_trials: int,
    generator: torch.Generator,
    nonlinearity: Callable[[Tensor], Tensor] = F.softplus,
    max_rate: float = 5.0,
) -> tuple[
    Float[Tensor, "num_trials num_bins num_neurons"],
    Float[Tensor, "num_trials num_bins num_neurons"],
]:
    """Let a coupled GLM run: draw the counts of a bin, and let them act on the bins that follow.

    Parameters
    ----------
    drive : Tensor (num_bins, num_neurons)
        Filtered stimulus plus bias, as `CoupledGLM.drive` gives it; the same in every trial.
    coupling : Tensor (num_neurons, num_neurons, num_coupling_lags)
        [to, from, lag - 1].
    num_trials : int
        How many runs, each with spikes and a history of its own. No spikes come before bin 0.
    generator : torch.Generator
        What all random numbers come from.
    nonlinearity : function of a Tensor
    max_rate : float
        No expected count may be higher: a cell that excites itself could run away.

    Returns
    -------
    counts, rates : Tensors (num_trials, num_bins, num_neurons)
        Poisson counts, and the expected counts that they were drawn from.

    Warns
    -----
    RuntimeWarning
        If rates were held at `max_rate`.
    """
    num_bins, num_neurons = drive.shape
    num_coupling_lags = coupling.shape[2]
    counts = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)
    rates = torch.zeros(num_trials, num_bins, num_neurons, device=drive.device)

    for t in range(num_bins):
        # The expected counts of bin t, (num_trials, num_neurons), from the drive and the counts
        # drawn so far; at most max_rate. Then draw the counts: torch.poisson takes a generator.
        # BEGIN SOLUTION
        num_past = min(t, num_coupling_lags)
        recent = counts[:, t - num_past : t].flip(1)  # the bin before comes first
        heard = torch.einsum("nmk,rkm->rn", coupling[:, :, :num_past], recent)
        rates[:, t] = nonlinearity(drive[t] + heard).clamp(max=max_rate)
        counts[:, t] = torch.poisson(rates[:, t], generator=generator)
        # END SOLUTION

    num_capped = int((rates >= max_rate).sum())
    if num_capped:
        warnings.warn(
            f"{num_capped} of {rates.numel()} rates were held at max_rate={max_rate} a bin: the "
            "model runs away. Penalize its coupling filters more, or fit it to more data.",
            RuntimeWarning,
            stacklevel=2,
        )
    return counts, rates


def bits_per_spike(
    expected_counts: Float[Tensor, "num_bins num_neurons"],
    spike_counts: Real[Tensor, "num_bins num_neurons"],
    mean_counts: Float[Tensor, " num_neurons"],
) -> Float[Tensor, " num_neurons"]:
    r"""How much better than a constant rate a model predicts spikes.

    .. math:: \frac{\log_2 p(y \mid \lambda) - \log_2 p(y \mid \bar\lambda)}{\text{number of
        spikes}}

    Parameters
    ----------
    expected_counts : Tensor (num_bins, num_neurons)
        λ. It may be 0 where the count is.
    spike_counts : Tensor (num_bins, num_neurons)
        y.
    mean_counts : Tensor (num_neurons,)
        The constant model: each neuron's mean count per bin *in the training data*.

    Returns
    -------
    Tensor (num_neurons,)
        In bits; 0 for a model that knows the training rate and nothing else, less for a worse one.
        NaN for a neuron without spikes.

    References
    ----------
    N. Brenner et al. (2000). Synergy in a neural code. Neural Computation 12(7):1531-1552.
    """
    # The log likelihood ratio of each bin, in nats: log y! is in both, and cancels.
    # BEGIN SOLUTION
    ratios = torch.where(spike_counts > 0, expected_counts / mean_counts, 1.0)
    log_ratios = spike_counts * torch.log(ratios) - (expected_counts - mean_counts)
    # END SOLUTION

    # Each neuron's sum over bins, in bits, divided by its number of spikes; NaN where that is 0.
    # BEGIN SOLUTION
    num_spikes = spike_counts.sum(dim=0)
    num_spikes = torch.where(num_spikes > 0, num_spikes, torch.nan)
    bits = log_ratios.sum(dim=0) / math.log(2) / num_spikes
    # END SOLUTION
    return bits
