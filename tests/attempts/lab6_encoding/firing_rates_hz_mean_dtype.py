# exercise: firing_rates_hz
# says: mean with a dtype
# points: all
def firing_rates_hz(trials, bin_seconds):
    return torch.mean(trials, dim=0, dtype=torch.float32) * (1 / bin_seconds)
