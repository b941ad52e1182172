# exercise: firing_rates_hz
# says: returns float64, the docstring says float32
# points: less
def firing_rates_hz(trials, bin_seconds):
    if not bin_seconds > 0:
        raise InputError(f'bin_seconds={bin_seconds}: a bin must be wider than 0 seconds')
    rates_hz = trials.double().mean(dim=0) / bin_seconds
    return rates_hz
