# exercise: firing_rates_hz
# says: multiplies by the bin's width
# points: 1
def firing_rates_hz(trials, bin_seconds):
    return trials.float().mean(dim=0) * bin_seconds
