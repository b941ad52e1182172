"""Where fits of encoding models start: filters from the spike-triggered average, biases from the mean counts."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from scipy.signal import oaconvolve
from torch import Tensor

from stats220.arrays import to_numpy
from stats220.errors import InputError

_FRAMES = 8192  # of the stimulus, from which a filter's scale is taken


def start_from_sta(
    model: Any,
    spike_triggered_average: Float[Tensor, "num_neurons num_lags height width"],
    stimulus: Any = None,
) -> None:
    """Set a model's `spatial` and `temporal` filters to the best product of two for each neuron's average; in place.

    Parameters
    ----------
    model : nn.Module
        With parameters `spatial` (num_neurons, height, width) and `temporal` (num_neurons, num_lags).
    spike_triggered_average : Tensor (num_neurons, num_lags, height, width)
    stimulus : array or Tensor (num_frames, height, width), optional
        Filters are scaled so that what they make of its first frames has standard deviation 1. Without, they have unit norm, which comes
        to the same for white noise; pixels that go together, as in natural scenes, need it.

    Raises
    ------
    InputError
        If the average does not fit the model, or is not finite: a neuron without spikes has none.
    """
    num_neurons, num_lags = model.temporal.shape
    expected = (num_neurons, num_lags, *model.spatial.shape[1:])
    if tuple(spike_triggered_average.shape) != expected:
        raise InputError(
            f"the average is {tuple(spike_triggered_average.shape)}, the model needs {expected}"
        )
    if not torch.isfinite(spike_triggered_average).all():
        raise InputError("the average holds NaN: leave out neurons that never fired")
    # The singular values set no scale: the average's, in spikes, is not the filter's.
    times, _, places = torch.linalg.svd(spike_triggered_average.flatten(2), full_matrices=False)
    temporal, spatial = times[:, :, 0], places[:, 0]
    if stimulus is not None:
        frames = to_numpy(stimulus[:_FRAMES]).reshape(-1, spatial.shape[1])
        through = oaconvolve(frames @ to_numpy(spatial).T, to_numpy(temporal).T, "valid", axes=0)
        spatial = spatial / torch.as_tensor(through.std(axis=0)).to(spatial)[:, None]
    with torch.no_grad():
        model.temporal.copy_(temporal)
        model.spatial.copy_(spatial.view_as(model.spatial))


def start_at_mean_rate(bias: Tensor, spike_counts: Any) -> None:
    """Set biases so that a softplus of them alone gives the mean counts; in place.

    Parameters
    ----------
    bias : Tensor (num_neurons,)
        A parameter of a model, or of its read-out.
    spike_counts : array or Tensor (num_bins, num_neurons)
    """
    mean = torch.as_tensor(spike_counts).double().mean(dim=0).clamp(min=1e-6)
    with torch.no_grad():
        bias.copy_(torch.log(torch.expm1(mean)))
