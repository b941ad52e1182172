# exercise: firing_rates_hz
# says: rounds
# points: less
def firing_rates_hz(trials, bin_seconds):
    return (trials.float().mean(0)).round() / bin_seconds
