"""Known mistakes in the spike-triggered average and the firing rates, and what they give in place of what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor


def summed(stimulus: Tensor, counts: Tensor, lags: Sequence[int]) -> Tensor:
    """Frames times counts, added up lag by lag, with blank frames beyond the movie: (num_neurons, num_lags, height, width)."""
    sums = []
    for lag in lags:
        moved = torch.zeros_like(stimulus)
        if lag >= 0:
            moved[lag:] = stimulus[: len(stimulus) - lag]
        else:
            moved[:lag] = stimulus[-lag:]
        sums.append(torch.einsum("tn,thw->nhw", counts, moved))
    return torch.stack(sums, dim=1)


def mistaken_averages(stimulus: Tensor, counts: Tensor, num_lags: int) -> dict[str, Tensor]:
    """Spike-triggered averages, each with one mistake."""
    x, y, first = stimulus.double(), counts.double(), num_lags - 1
    complete, late, cut = y.clone(), y.clone(), y.clone()
    complete[:first], late[: first + 1], cut[:first], cut[-1] = 0, 0, 0, 0
    binary, lags = (complete > 0).double(), range(num_lags)

    def over(sums: Tensor, divisor: Tensor | float) -> Tensor:
        return sums / torch.as_tensor(divisor, dtype=torch.float64).reshape(-1, 1, 1, 1)

    total, spikes = summed(x, complete, lags), complete.sum(dim=0)
    right = over(total, spikes)
    rolled = torch.stack(
        [torch.einsum("tn,thw->nhw", y, x.roll(lag, dims=0)) for lag in lags], dim=1
    )
    largest = right.abs().amax(dim=(1, 2, 3))
    shift = "spikes without a complete window"
    return {
        "the oldest frame comes first": right.flip(1),
        "lag 0 is the frame before the spike's": over(summed(x, complete, range(1, num_lags + 1)), spikes),
        "lags lead forward in time": over(summed(x, complete, range(0, -num_lags, -1)), spikes),
        "lag 0 is the frame after the spike's": over(summed(x, complete, range(-1, num_lags - 1)), spikes),
        "lags lead forward in time, from the frame after the spike's": over(summed(x, complete, range(-1, -num_lags - 1, -1)), spikes),
        "the movie's mean frame is subtracted": right - x.mean(dim=0),
        "the movie's mean is subtracted": right - x.mean(),
        "frames are squared": over(summed(x.square(), complete, lags), spikes),
        "frames enter with their absolute values": over(summed(x.abs(), complete, lags), spikes),
        "the sign is changed": -right,
        "all neurons' spikes are averaged together": over(total.sum(dim=0, keepdim=True), spikes.sum()).expand_as(right),
        "a bin with several spikes counts as one": over(summed(x, binary, lags), binary.sum(dim=0)),
        "a bin with several spikes counts once in the sum, and fully in the divisor": over(summed(x, binary, lags), spikes),
        "the sum is divided by the number of bins with spikes": over(total, binary.sum(dim=0)),
        "counts are squared": over(summed(x, complete.square(), lags), complete.square().sum(dim=0)),
        "the sum is divided by the spikes of all neurons": over(total, spikes.sum()),
        "the sum is divided by the number of frames": over(total, len(x)),
        "the sum is divided by the number of complete windows": over(total, len(x) - first),
        "the sum is not divided": total,
        "the number of lags is in the divisor, too": over(right, num_lags),
        "each neuron's average is scaled to a length of 1": over(right, right.flatten(1).norm(dim=1)),
        "each neuron's average is scaled to a largest value of 1": over(right, largest),
        f"{shift} are left out of the sum, and counted in the divisor": over(total, y.sum(dim=0)),
        f"{shift} are in the sum, with blank frames before the movie": over(summed(x, y, lags), y.sum(dim=0)),
        f"{shift} are in the sum, and not in the divisor": over(summed(x, y, lags), spikes),
        f"{shift} are in the sum, with the movie's last frames before its first": over(rolled, y.sum(dim=0)),
        "each lag has spikes of its own: all those for which the movie goes back that far": summed(x, y, lags)
        / torch.stack([y[lag:].sum(dim=0) for lag in lags], dim=1)[:, :, None, None],
        "a neuron without spikes gets 0, not NaN": right.nan_to_num(0.0),
        "the first bin that has a complete window is left out": over(summed(x, late, lags), late.sum(dim=0)),
        "the first bin that has a complete window is left out of the sum": over(summed(x, late, lags), spikes),
        "the first bin that has a complete window is left out of the divisor": over(total, late.sum(dim=0)),
        "the last bin is left out": over(summed(x, cut, lags), cut.sum(dim=0)),
        "the last bin is left out of the sum": over(summed(x, cut, lags), spikes),
    }  # fmt: skip


def averages_of_bytes(images: Tensor, weights: Tensor, num_lags: int) -> dict[str, Tensor]:
    """What numbers of one byte make of images that are held, (num_images, height, width), with their counts."""
    y, x = weights.double(), images.double()
    products = torch.einsum("in,ihw->inhw", y, x)
    wrapped = {
        "sums of products of frames and counts are computed in one byte": products.sum(dim=0) % 256,
        "products of frames and counts are computed in one byte": (products % 256).sum(dim=0),
        "bytes above 127 are read as negative numbers": products.sum(dim=0)
        - 256 * torch.einsum("in,ihw->nhw", y, (x > 127).double()),
    }
    return {
        slip: value[:, None].repeat(1, num_lags, 1, 1) / y.sum(dim=0)[:, None, None, None]
        for slip, value in wrapped.items()
    }


def mistaken_rates(counts: np.ndarray[Any, Any], bin_seconds: float) -> dict[str, Any]:
    """Firing rates of whole counts (num_trials, num_bins, num_neurons), each with one mistake."""
    num_trials, num_bins, _ = counts.shape
    mean = counts.mean(axis=0)
    rates = mean / bin_seconds
    return {
        "a bin with several spikes counts as one": (counts > 0).mean(axis=0) / bin_seconds,
        "trials are added up, not averaged": counts.sum(axis=0) / bin_seconds,
        "a bin of 10 ms is taken for granted": mean / 0.01,
        "bin_seconds is not used": mean,
        "it is multiplied by bin_seconds": mean * bin_seconds,
        "bin_seconds is taken to be in milliseconds": 1000 * rates,
        "rates are in spikes a millisecond": rates / 1000,
        "the sum over trials is divided by the number of bins": rates * num_trials / num_bins,
        "it is divided by the number of bins, too": rates / num_bins,
        "the sum is divided by one trial less than there are": rates * num_trials / (num_trials - 1),
        "bins are averaged, not trials": counts.mean(axis=1) / bin_seconds,
        "neurons are averaged, not trials": counts.mean(axis=2) / bin_seconds,
        "bins are averaged, too": rates.mean(axis=0),
        "all bins get the same rate": np.tile(rates.mean(axis=0), (num_bins, 1)),
        "neurons are averaged, too": rates.mean(axis=1),
        "everything is averaged to one number": rates.mean(),
        "the median over trials is taken": np.sort(counts, axis=0)[(num_trials - 1) // 2] / bin_seconds,
        "rates are rounded": np.round(rates),
        "mean counts are rounded": np.round(mean) / bin_seconds,
        "mean counts are rounded down": np.floor(mean) / bin_seconds,
        "one trial is taken, the first": counts[0] / bin_seconds,
        "the largest count of all trials is taken": counts.max(axis=0) / bin_seconds,
        "counts of one byte are added up in one byte": counts.sum(axis=0) % 256 / num_trials / bin_seconds,
        "neurons come first": rates.T,
    }  # fmt: skip
