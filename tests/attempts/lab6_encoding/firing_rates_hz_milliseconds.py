# exercise: firing_rates_hz
# says: takes the width for milliseconds
# points: less
def firing_rates_hz(trials, bin_seconds):
    return trials.float().mean(dim=0) / bin_seconds * 1000
