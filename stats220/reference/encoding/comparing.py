"""Part 5: how much of what could be explained is explained."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float, Int, Real, Shaped
from torch import Tensor

from stats220.errors import InputError


def explained_correlation(
    prediction: Float[Tensor, "num_bins num_neurons"],
    trials: Real[Tensor, "num_trials num_bins num_neurons"],
) -> tuple[Float[Tensor, " num_neurons"], Float[Tensor, " num_neurons"]]:
    r"""Correlation of a prediction with the average over trials, and the highest there could be.

    The average over R trials has signal, the same in each, and what is left of the noise. The power
    of the signal is

    .. math:: SP = \frac{\mathrm{Var}(\sum_r y_r) - \sum_r \mathrm{Var}(y_r)}{R (R - 1)},

    the mean covariance over time of two different trials, and

    .. math:: CC_\text{norm} = \frac{\mathrm{Cov}(\hat y, \bar y)}{\sqrt{\mathrm{Var}(\hat y) \,
        SP}},
              \qquad CC_\text{max} = \sqrt{SP / \mathrm{Var}(\bar y)}.

    All variances and covariances are over time, neuron by neuron.

    Parameters
    ----------
    prediction : Tensor (num_bins, num_neurons)
        ŷ, an expected count or rate in any unit.
    trials : Tensor (num_trials, num_bins, num_neurons)
        y, counts of repeats of the same movie.

    Returns
    -------
    cc_norm, cc_max : Tensors (num_neurons,)
        CC_norm is the correlation with the average over trials, divided by CC_max. It estimates the
        correlation with the noise-free response, and as an estimate it may be above 1. Both are NaN
        for a neuron whose signal power is not positive.

    Raises
    ------
    InputError
        If there is one trial only.

    References
    ----------
    O. Schoppe, N. S. Harper, B. D. B. Willmore, A. J. King and J. W. H. Schnupp (2016). Measuring
    the performance of neural models. Frontiers in Computational Neuroscience 10:10.
    """
    num_trials = len(trials)
    if num_trials < 2:
        raise InputError(
            f"{num_trials} trial: signal and noise cannot be told apart. Give two trials or more, "
            "as (num_trials, num_bins, num_neurons)"
        )
    trials = trials.to(prediction.dtype)

    # The signal power of each neuron.
    # BEGIN SOLUTION
    power_of_sum = trials.sum(dim=0).var(dim=0)
    sum_of_powers = trials.var(dim=1).sum(dim=0)
    signal_power = (power_of_sum - sum_of_powers) / (num_trials * (num_trials - 1))
    # END SOLUTION

    # NaN where it is not positive.
    # BEGIN SOLUTION
    signal_power = torch.where(signal_power > 0, signal_power, torch.nan)
    # END SOLUTION

    # The covariance over time of the prediction with the average over trials.
    # BEGIN SOLUTION
    mean = trials.mean(dim=0)
    products = (prediction - prediction.mean(dim=0)) * (mean - mean.mean(dim=0))
    covariance = products.sum(dim=0) / (len(mean) - 1)
    # END SOLUTION

    # BEGIN SOLUTION
    cc_norm = covariance / torch.sqrt(prediction.var(dim=0) * signal_power)
    # END SOLUTION
    # BEGIN SOLUTION
    cc_max = torch.sqrt(signal_power / mean.var(dim=0))
    # END SOLUTION
    return cc_norm, cc_max


def firing_rates_hz(
    trials: Real[Tensor, "num_trials num_bins num_neurons"], bin_seconds: float
) -> Float[Tensor, "num_bins num_neurons"]:
    """Mean firing rates over trials: the peristimulus time histogram.

    Parameters
    ----------
    trials : Tensor (num_trials, num_bins, num_neurons)
        Counts, of any dtype.
    bin_seconds : float
        Width of a bin.

    Returns
    -------
    Tensor of float32 (num_bins, num_neurons)
        In spikes a second.

    Raises
    ------
    InputError
        If a bin has no width.
    """
    if not bin_seconds > 0:
        raise InputError(f"bin_seconds={bin_seconds}: a bin must be wider than 0 seconds")
    # BEGIN SOLUTION
    rates_hz = trials.float().mean(dim=0) / bin_seconds
    # END SOLUTION
    return rates_hz


def data_efficiency(
    fit: Callable[[Tensor, Tensor], Any],
    evaluate: Callable[[Any], float],
    stimulus: Shaped[Tensor, "num_frames height width"],
    spike_counts: Shaped[Tensor, "num_frames num_neurons"],
    sizes: Sequence[int],
) -> list[float]:
    """How good a model gets with how much data.

    Parameters
    ----------
    fit : function of (stimulus, spike_counts)
        Returns a fitted model, a new one each time.
    evaluate : function of a model
        Its score on data of its own.
    stimulus, spike_counts : Tensors (num_frames, height, width) and (num_frames, num_neurons)
        All of the training data.
    sizes : sequence of int
        Numbers of frames.

    Returns
    -------
    list of float
        The score for each size, of a model that was fitted to the first so many frames. So a larger
        set contains all smaller ones, and each is one stretch of time without gaps.
    """
    scores = []
    for num_frames in sizes:
        # BEGIN SOLUTION
        model = fit(stimulus[:num_frames], spike_counts[:num_frames])
        score = evaluate(model)
        # END SOLUTION
        scores.append(score)
    return scores


def rescale_times(
    expected_counts: Float[Tensor, " num_bins"],
    spike_counts: Int[Tensor, " num_bins"],
    uniforms: Float[Tensor, " num_spikes"],
) -> Float[Tensor, " num_spikes"]:
    r"""Time rescaling: if the model is true, what comes out is uniform between 0 and 1.

    On a clock that runs as fast as the expected count, :math:`s(t) = \int_0^t \lambda`, the
    spikes of a Poisson process have intervals τ that are exponential with mean 1, so that
    :math:`1 - e^{-\tau}` is uniform.

    Parameters
    ----------
    expected_counts : Tensor (num_bins,)
        λ of each bin, of one neuron.
    spike_counts : Tensor of integers (num_bins,)
        How many spikes fell in the bin.
    uniforms : Tensor (num_spikes,)
        For each spike in turn, bin by bin, where in its bin it is placed: 0 is the bin's
        beginning, 1 its end. Of the spikes of one bin, those with smaller numbers come first.

    Returns
    -------
    Tensor (num_spikes,)
        1 - exp(-τ) for the interval before each spike, in the order of time; the first begins at
        the first bin's beginning.

    References
    ----------
    E. N. Brown, R. Barbieri, V. Ventura, R. E. Kass and L. M. Frank (2002). The time-rescaling
    theorem and its application to neural spike train data analysis. Neural Computation
    14(2):325-346.
    """
    # What the clock says at the beginning of each bin.
    # BEGIN SOLUTION
    begins = expected_counts.cumsum(dim=0) - expected_counts
    # END SOLUTION

    # What it says at each spike, in the order of time.
    # BEGIN SOLUTION
    bins = torch.repeat_interleave(torch.arange(len(spike_counts)), spike_counts)
    times = torch.sort(begins[bins] + uniforms * expected_counts[bins]).values
    # END SOLUTION

    # BEGIN SOLUTION
    rescaled = 1 - torch.exp(-torch.diff(times, prepend=times.new_zeros(1)))
    # END SOLUTION
    return rescaled
