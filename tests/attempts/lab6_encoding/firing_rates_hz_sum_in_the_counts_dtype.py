# exercise: firing_rates_hz
# says: adds up one-byte counts as they are
# points: less
def firing_rates_hz(
    trials: Real[Tensor, "num_trials num_bins num_neurons"], bin_seconds: float
) -> Float[Tensor, "num_bins num_neurons"]:
    """Mean firing rates over trials: the peristimulus time histogram."""
    if not bin_seconds > 0:
        raise InputError(f"bin_seconds={bin_seconds}: a bin must be wider than 0 seconds")
    rates_hz = trials.sum(dim=0, dtype=trials.dtype) / len(trials) / bin_seconds
    return rates_hz
