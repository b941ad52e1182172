"""Part 3: the coupled GLM: neurons that hear themselves and each other."""

import math
import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Real, Shaped
from torch import Tensor, nn

from stats220.errors import InputError


class CoupledGLM(nn.Module):
    r"""The LNP model with spike history and coupling.

    .. math:: \lambda_{t,n} = f\Big(b_n + (\text{filtered stimulus})_{t,n}
              + \sum_{m} \sum_{k=1}^{K} h_{n,m,k} \, y_{t - k, m}\Big)

    Parameters
    ----------
    num_neurons, height, width : int
    num_lags : int
        How many frames the stimulus filters see: lags 0 to num_lags - 1.
    num_coupling_lags : int
        K: how many bins back a spike is heard, fewer than num_lags. Then the history of every bin
        that gets a rate is in the data.
    nonlinearity : function of a Tensor
        f, from any number to an expected count: `torch.nn.functional.softplus`, or `torch.exp`.

    Attributes
    ----------
    spatial : nn.Parameter (num_neurons, height, width)
    temporal : nn.Parameter (num_neurons, num_lags)
        Lag 0 first.
    bias : nn.Parameter (num_neurons,)
    coupling : nn.Parameter (num_neurons, num_neurons, num_coupling_lags)
        h, [to, from, lag - 1]: ``coupling[n, m, 0]`` is what a spike of neuron m does to neuron
        n in the next bin. The diagonal, [n, n], is a neuron's own history. Zero at the start.

    References
    ----------
    J. W. Pillow et al. (2008). Spatio-temporal correlations and visual signalling in a complete
    neuronal population. Nature 454:995-999.
    """

    def __init__(
        self,
        num_neurons: int,
        height: int,
        width: int,
        num_lags: int,
        num_coupling_lags: int,
        nonlinearity: Callable[[Tensor], Tensor] = F.softplus,
    ) -> None:
        super().__init__()
        if not 0 < num_coupling_lags < num_lags:
            raise InputError(
                f"num_coupling_lags={num_coupling_lags} must be from 1 to {num_lags - 1}, one less "
                f"than num_lags={num_lags}: the first bin with a rate has no longer history"
            )
        self.num_lags = num_lags
        self.nonlinearity = nonlinearity
        self.spatial = nn.Parameter(
            torch.randn(num_neurons, height, width) / math.sqrt(height * width)
        )
        self.temporal = nn.Parameter(torch.randn(num_neurons, num_lags) / math.sqrt(num_lags))
        self.bias = nn.Parameter(torch.zeros(num_neurons))
        self.coupling = nn.Parameter(torch.zeros(num_neurons, num_neurons, num_coupling_lags))

    def drive(
        self, stimulus: Shaped[Tensor, "num_frames height width"]
    ) -> Float[Tensor, "num_bins num_neurons"]:
        """Filtered stimulus plus bias: all that the nonlinearity gets if nobody spikes.

        Parameters
        ----------
        stimulus : Tensor (num_frames, height, width)

        Returns
        -------
        Tensor (num_frames - num_lags + 1, num_neurons)
        """
        stimulus = stimulus.to(self.spatial.dtype)

        # As in the LNP, but without the nonlinearity.
        # BEGIN SOLUTION
        seen = torch.einsum("thw,nhw->tn", stimulus, self.spatial)
        kernels = self.temporal.flip(1)[:, None]
        drive = F.conv1d(seen.T[None], kernels, groups=len(kernels))[0].T + self.bias
        # END SOLUTION
        return drive

    def forward(
        self,
        stimulus: Shaped[Tensor, "num_frames height width"],
        spike_counts: Real[Tensor, "num_frames num_neurons"],
    ) -> Float[Tensor, "num_bins num_neurons"]:
        """Expected count of each bin, given the stimulus and the counts of the bins before it.

        Parameters
        ----------
        stimulus : Tensor (num_frames, height, width)
        spike_counts : Tensor (num_frames, num_neurons)
            Of the same bins. What it says about bin t and later ones does not matter for the rate
            at t.

        Returns
        -------
        Tensor (num_frames - num_lags + 1, num_neurons)
            The first is that of bin num_lags - 1.
        """
        drive = self.drive(stimulus)
        spike_counts = spike_counts.to(drive.dtype)
        num_coupling_lags = self.coupling.shape[2]

        # What the counts of the last K bins, without the present one, add to each neuron's drive:
        # a tensor of the drive's shape.
        # BEGIN SOLUTION
        kernels = self.coupling.flip(2)  # one output channel a receiver, one input channel a sender
        heard = F.conv1d(spike_counts.T[None], kernels)[0].T  # by the bin after each K bins
        coupled = heard[self.num_lags - 1 - num_coupling_lags : -1]
        # END SOLUTION

        # BEGIN SOLUTION
        expected_counts = self.nonlinearity(drive + coupled)
        # END SOLUTION
        return expected_counts


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
