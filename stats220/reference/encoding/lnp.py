"""Part 2: the linear-nonlinear-Poisson model, its loss and its penalty."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor, nn


class LNP(nn.Module):
    r"""The linear-nonlinear-Poisson model, with a filter that is space times time.

    .. math:: \lambda_{t,n} = f\Big(b_n + \sum_{\ell} v_{n,\ell} \sum_{i,j} u_{n,i,j} \, x_{t -
        \ell, i, j}\Big)

    Parameters
    ----------
    num_neurons, height, width : int
    num_lags : int
        How many frames the filters see: lags 0 to num_lags - 1.
    nonlinearity : function of a Tensor
        f, from any number to an expected count: `torch.nn.functional.softplus`, or `torch.exp`.

    Attributes
    ----------
    spatial : nn.Parameter (num_neurons, height, width)
        u.
    temporal : nn.Parameter (num_neurons, num_lags)
        v, lag 0 first.
    bias : nn.Parameter (num_neurons,)
        b.
    """

    def __init__(
        self,
        num_neurons: int,
        height: int,
        width: int,
        num_lags: int,
        nonlinearity: Callable[[Tensor], Tensor] = F.softplus,
    ) -> None:
        super().__init__()
        self.num_lags = num_lags
        self.nonlinearity = nonlinearity
        self.spatial = nn.Parameter(
            torch.randn(num_neurons, height, width) / math.sqrt(height * width)
        )
        self.temporal = nn.Parameter(torch.randn(num_neurons, num_lags) / math.sqrt(num_lags))
        self.bias = nn.Parameter(torch.zeros(num_neurons))

    def forward(
        self, stimulus: Shaped[Tensor, "num_frames height width"]
    ) -> Float[Tensor, "num_bins num_neurons"]:
        """Expected counts of every neuron.

        Parameters
        ----------
        stimulus : Tensor (num_frames, height, width)

        Returns
        -------
        Tensor (num_frames - num_lags + 1, num_neurons)
            For every bin whose window of frames is complete: the first is bin num_lags - 1.
        """
        stimulus = stimulus.to(self.spatial.dtype)

        # What each spatial filter sees of each frame, (num_frames, num_neurons).
        # BEGIN SOLUTION
        seen = torch.einsum("thw,nhw->tn", stimulus, self.spatial)
        # END SOLUTION

        # Each neuron's own temporal filter over it: the value at bin t sums v[lag] * seen[t - lag].
        # BEGIN SOLUTION
        kernels = self.temporal.flip(1)[:, None]  # conv1d runs forward in time, lags run back
        filtered = F.conv1d(seen.T[None], kernels, groups=len(kernels))[0].T
        # END SOLUTION

        # The bias, and the nonlinearity.
        # BEGIN SOLUTION
        expected_counts = self.nonlinearity(filtered + self.bias)
        # END SOLUTION
        return expected_counts
