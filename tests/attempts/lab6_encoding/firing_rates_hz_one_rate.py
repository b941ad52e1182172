# exercise: firing_rates_hz
# says: one rate a neuron
# points: 0
def firing_rates_hz(trials, bin_seconds):
    return trials.float().mean(dim=(0, 1)) / bin_seconds
