"""Inputs of lab 6's checks, what filters make of them by NumPy and SciPy, and what spikes are held to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.stats import chisquare, poisson

from stats220.checks import Checks, forms, lazily

Array = NDArray[np.float64]
Shapes = Mapping[tuple[int, ...], str]  # of known mistakes, and what each shows


def normal(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    """Standard normal numbers, float32."""
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))


def between(rng: np.random.Generator, low: float, high: float, *shape: int) -> torch.Tensor:
    """Uniform numbers, float32."""
    return torch.from_numpy(rng.uniform(low, high, shape).astype(np.float32))


def draw_counts(rng: np.random.Generator, *shape: int, mean: float = 0.7) -> torch.Tensor:
    """Poisson counts, float32."""
    return torch.from_numpy(rng.poisson(mean, shape).astype(np.float32))


def load(model: Any, **parameters: torch.Tensor) -> dict[str, Array]:
    """Set parameters of a student's model to tensors drawn here; returns them in double precision.

    With its own, all zero say, zeros would be the right answer.
    """
    model.load_state_dict(
        {name.replace("__", "."): p for name, p in parameters.items()}, strict=False
    )
    return {name: p.double().numpy() for name, p in parameters.items()}


def last_bins(rates: Any, num_bins: int, num_neurons: int) -> Any:
    """The last bins' rates, whether bins or neurons come first and whatever was padded in front: that is another block's question."""
    if type(rates) is not torch.Tensor or rates.ndim != 2:
        return rates
    if rates.shape[0] == num_neurons != rates.shape[1]:
        rates = rates.T
    return rates[-num_bins:]


class Lazily(lazily.Lazily):
    """Where a block above has named a mistake, only that one is sought: one seldom comes with another, and two values may agree by chance."""

    def __init__(
        self, checks: Checks, make: Callable[..., Mapping[str, Any]], *given: Any, **options: Any
    ) -> None:
        def sought() -> Mapping[str, Any]:
            with np.errstate(all="ignore"):
                slips, named = make(*given, **options), set(checks.slips.values())
            return {slip: slips[slip] for slip in slips if slip in named or not named}

        super().__init__(sought)


def first_passed(checks: Checks) -> bool:
    """Whether the exercise's first block did: else what fails here may have failed for its reason."""
    return checks.results[0].status == "passed"


def check_shape(
    checks: Checks,
    value: Any,
    shape: tuple[int, ...],
    slips: Shapes,
    *,
    name: str,
) -> None:
    """Fail unless it has that shape; say which known mistake gives the shape that it has."""
    found = forms.shape_of(value)
    if found is not None and found != shape and found in slips:
        message = f"{name} has shape {found}, expected {shape}"
        checks.that(False, message, slip=slips[found])
    checks.shape(value, shape, name=name)


def check_float32(checks: Checks, value: Any, *, name: str) -> None:
    """Fail unless it is float32."""
    found = forms.dtype_name(value.dtype)
    slip = "it stays in the dtype of a computation on the way"
    checks.that(found == "float32", f"{name} has dtype {found}, expected float32", slip=slip)


def filter_movie(stimulus: torch.Tensor, spatial: Array, temporal: Array) -> Array:
    """Space by NumPy and time by SciPy, for all bins whose window is complete: (num_bins, num_filters)."""
    seen = np.tensordot(stimulus.double().numpy(), spatial, axes=([1, 2], [1, 2]))
    over_time = [lfilter(v, [1.0], s) for v, s in zip(temporal, seen.T, strict=True)]
    return np.stack(over_time, axis=1)[temporal.shape[1] - 1 :]


def filter_counts(spike_counts: torch.Tensor, coupling: Array) -> Array:
    """What all neurons' past counts add to each, with silence before the first bin: (num_frames, num_neurons)."""
    heard = np.zeros(tuple(spike_counts.shape))
    for to, sender in np.ndindex(coupling.shape[:2]):
        kernel = np.concatenate([[0.0], coupling[to, sender]])  # the present bin is not heard
        heard[:, to] += lfilter(kernel, [1.0], spike_counts[:, sender].double().numpy())
    return heard


def demand_something_right(checks: Checks) -> None:
    """A function that does nothing changes nothing: no points for that unless some block above has passed."""
    checks.that(
        any(result.status == "passed" for result in checks.results), "first mend the checks above"
    )


def softplus(drive: Array) -> Array:
    """log(1 + e^z)."""
    return np.logaddexp(0.0, drive)


def rates_after_counts(drive: torch.Tensor, coupling: torch.Tensor, counts: torch.Tensor) -> Array:
    """What softplus makes of drive and past counts, trial by trial."""
    heard = [filter_counts(trial, coupling.double().numpy()) for trial in counts]
    return softplus(drive.double().numpy() + np.stack(heard))


def simulated(
    checks: Checks,
    simulate_spikes: Any,
    *inputs: Any,
    seed: int,
    options: Sequence[Any] = (),
    **named: Any,
) -> Any:
    """Counts and rates, both of the shape that is asked for: (num_trials, num_bins, num_neurons)."""
    generator = checks.make(torch.Generator, device=checks.device)
    generator.manual_seed(seed)
    counts, rates = checks.items(simulate_spikes(*inputs, generator, *options, **named), 2)
    shape = (inputs[2], *inputs[0].shape)
    counts = checks.tensor(counts, shape, None, name="counts")
    return counts.double(), checks.tensor(rates, shape, None, name="rates").double()


def check_poisson(checks: Checks, counts: Array, rate: float) -> None:
    """Hold counts to a Poisson distribution; a true one fails once in a million times."""
    allowed = 5 * np.sqrt(rate / len(counts))
    checks.close(
        counts.mean(), rate, atol=allowed, name=f"mean of the counts at a rate of {rate:.2f}"
    )
    # A count's fourth moment gives the standard error of its variance.
    allowed = 5.5 * rate * np.sqrt((2 + 1 / rate) / len(counts))
    checks.close(
        counts.var(), rate, atol=allowed, name=f"variance of the counts at a rate of {rate:.2f}"
    )
    last = int(poisson.isf(10 / len(counts), rate))  # ten or more are expected from there on
    observed = np.bincount(np.minimum(counts, last).astype(int), minlength=last + 1)
    shares = np.append(poisson.pmf(range(last), rate), poisson.sf(last - 1, rate))
    probable = chisquare(observed, shares * len(counts)).pvalue > 1e-6
    checks.that(
        probable,
        f"at a rate of {rate:.2f} the shares of 0, 1, 2, ... spikes are not those of a Poisson distribution",
    )


def bits(rates: torch.Tensor, counts: torch.Tensor, mean: torch.Tensor) -> Array:
    """What a model's log likelihood is above the constant one's, by scipy."""
    y = counts.double().numpy()
    ratios = np.asarray(poisson.logpmf(y, rates.double().numpy()))
    ratios = ratios - poisson.logpmf(y, mean.double().numpy())
    gained: Array = ratios.sum(axis=0) / (y.sum(axis=0) * math.log(2))
    return gained
