# exercise: firing_rates_hz
# says: torch has no mean of integers
# points: 1
def firing_rates_hz(trials, bin_seconds):
    return trials.mean(dim=0) / bin_seconds
