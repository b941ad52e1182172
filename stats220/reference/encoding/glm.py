"""Part 3: the coupled GLM: neurons that hear themselves and each other."""

import math
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
