"""Part 4: a convolutional network whose first layers look like a retina's."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor, nn


class RetinaCNN(nn.Module):
    r"""Filters, rectified; subunits, rectified; a linear read-out for each neuron; softplus.

    Parameters
    ----------
    num_neurons, height, width : int
    num_lags : int
        How many frames the filters see: lags 0 to num_lags - 1.
    num_filters, filter_size : int
        Of the first layer: how many filters, and the side of the square that each sees.
    num_subunits, subunit_size : int
        Of the second layer: how many types of subunits, and the side of the square of first-layer
        outputs that each sees.

    Attributes
    ----------
    spatial : nn.Parameter (num_filters, filter_size, filter_size)
    temporal : nn.Parameter (num_filters, num_lags)
        Lag 0 first. Filter k is temporal[k] times spatial[k].
    filter_bias : nn.Parameter (num_filters,)
    subunits : nn.Conv2d
        From num_filters to num_subunits channels, without padding.
    readout : nn.Linear
        From all subunits at all places (channels first, then rows, then columns) to the neurons.

    References
    ----------
    L. T. McIntosh, N. Maheswaranathan, A. Nayebi, S. Ganguli and S. A. Baccus (2016). Deep learning
    models of the retinal response to natural scenes. NeurIPS.
    """

    def __init__(
        self,
        num_neurons: int,
        height: int,
        width: int,
        num_lags: int,
        num_filters: int = 8,
        num_subunits: int = 16,
        filter_size: int = 6,
        subunit_size: int = 5,
    ) -> None:
        super().__init__()
        self.num_lags = num_lags
        self.spatial = nn.Parameter(
            torch.randn(num_filters, filter_size, filter_size) / filter_size
        )
        # Each temporal filter starts as a bump of either sign, somewhere between lags 3 and 11.
        peaks = 3 + 8 * torch.rand(num_filters, 1)
        bumps = torch.exp(-(((torch.arange(num_lags) - peaks) / 3) ** 2))
        signs = 2.0 * torch.randint(0, 2, (num_filters, 1)) - 1
        bumps = signs * bumps / bumps.norm(dim=1, keepdim=True)
        self.temporal = nn.Parameter(bumps + 0.05 * torch.randn(num_filters, num_lags))
        self.filter_bias = nn.Parameter(torch.zeros(num_filters))

        # The second layer. Without padding (a filter sees no frame's border), a layer loses
        # size - 1 rows and columns.
        # BEGIN SOLUTION
        self.subunits = nn.Conv2d(num_filters, num_subunits, subunit_size)
        # END SOLUTION

        # How many numbers the read-out of one bin gets: all subunits at all places.
        # BEGIN SOLUTION
        rows = height - filter_size - subunit_size + 2
        columns = width - filter_size - subunit_size + 2
        num_inputs = num_subunits * rows * columns
        # END SOLUTION
        self.readout = nn.Linear(num_inputs, num_neurons)
        nn.init.normal_(self.readout.weight, std=0.3 / math.sqrt(num_inputs))
        nn.init.zeros_(self.readout.bias)

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
            The first is that of bin num_lags - 1.
        """
        stimulus = stimulus.to(self.spatial.dtype)

        # What each spatial filter sees around each place of each frame, without padding:
        # (num_frames, num_filters, rows, columns).
        # BEGIN SOLUTION
        seen = F.conv2d(stimulus[:, None], self.spatial[:, None])
        # END SOLUTION

        # Each filter's own temporal filter over it, at each place: (num_bins, num_filters, rows,
        # columns).
        # BEGIN SOLUTION
        num_filters, rows, columns = seen.shape[1:]
        as_image = seen.flatten(2).movedim(1, 0)[None]  # a row per frame, a column per place
        kernels = self.temporal.flip(1)[:, None, :, None]
        filtered = F.conv2d(as_image, kernels, groups=num_filters)[0].movedim(0, 1)
        filtered = filtered.unflatten(2, (rows, columns))
        # END SOLUTION

        # The first layer: the filters' biases, and the rectifier.
        # BEGIN SOLUTION
        first = F.relu(filtered + self.filter_bias[:, None, None])
        # END SOLUTION

        # The second layer, rectified.
        # BEGIN SOLUTION
        second = F.relu(self.subunits(first))
        # END SOLUTION

        # The read-out, and softplus.
        # BEGIN SOLUTION
        expected_counts = F.softplus(self.readout(second.flatten(1)))
        # END SOLUTION
        return expected_counts
