"""Part 1: the spike-triggered average."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from stats220.data.encoding import check_responses


def spike_triggered_average(
    stimulus: Shaped[Tensor, "num_frames height width"],
    spike_counts: Shaped[Tensor, "num_frames num_neurons"],
    num_lags: int,
) -> Float[Tensor, "num_neurons num_lags height width"]:
    r"""The mean stimulus before a spike.

    .. math:: a_{n,\ell} = \frac{\sum_t y_{t,n} \, x_{t - \ell}}{\sum_t y_{t,n}},

    both sums over the bins t whose window of frames t, t - 1, ..., t - num_lags + 1 is complete.

    Parameters
    ----------
    stimulus : Tensor (num_frames, height, width)
        x, of any dtype: a movie may come as int8 or uint8.
    spike_counts : Tensor (num_frames, num_neurons)
        y, the number of spikes of each neuron while a frame was shown, of any dtype.
    num_lags : int
        How many frames the window has.

    Returns
    -------
    Tensor of float32 (num_neurons, num_lags, height, width)
        At lag 0 the frame of the spike's own bin, at lag 1 the frame before, and so on. NaN for a
        neuron without a spike in these bins.

    Raises
    ------
    InputError
        If stimulus and counts differ in length or are shorter than the window, a count is
        negative or fractional, or a frame holds a NaN.

    References
    ----------
    E. J. Chichilnisky (2001). A simple white noise analysis of neuronal light responses. Network
    12(2):199-213.
    """
    check_responses(stimulus, spike_counts, num_lags)
    num_frames, height, width = stimulus.shape
    num_neurons, batch_size = spike_counts.shape[1], 10_000
    total = torch.zeros(num_neurons, num_lags, height, width, device=stimulus.device)

    # The first bin whose window is complete.
    # BEGIN SOLUTION
    first = num_lags - 1
    # END SOLUTION

    # Some thousand bins at a time, so that no copy of the movie is large.
    for start in range(first, num_frames, batch_size):
        stop = min(start + batch_size, num_frames)
        # Add to `total`, lag by lag, the frames that came `lag` before these bins, times the counts
        # of each neuron. Compute in float32.
        # BEGIN SOLUTION
        counts = spike_counts[start:stop].float()
        for lag in range(num_lags):
            frames = stimulus[start - lag : stop - lag].float()
            total[:, lag] += torch.einsum("tn,thw->nhw", counts, frames)
        # END SOLUTION

    # How many spikes of each neuron that is a sum of, (num_neurons,).
    # BEGIN SOLUTION
    num_spikes = spike_counts[first:].float().sum(dim=0)
    # END SOLUTION
    return total / num_spikes[:, None, None, None]
