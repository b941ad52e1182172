# exercise: firing_rates_hz
# says: the mean over time
# points: 0
def firing_rates_hz(trials, bin_seconds):
    return trials.float().mean(dim=1) / bin_seconds
