# exercise: firing_rates_hz
# says: the sum by hand, in double precision
# points: all
def firing_rates_hz(trials, bin_seconds):
    return (trials.double().sum(0) / len(trials) / bin_seconds).float()
