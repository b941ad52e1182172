# exercise: firing_rates_hz
# says: the sum over trials
# points: 0
def firing_rates_hz(trials, bin_seconds):
    return trials.float().sum(dim=0) / bin_seconds
