# exercise: firing_rates_hz
# says: by NumPy
# points: all
def firing_rates_hz(trials, bin_seconds):
    return torch.from_numpy(trials.cpu().numpy().mean(axis=0) / bin_seconds).float()
