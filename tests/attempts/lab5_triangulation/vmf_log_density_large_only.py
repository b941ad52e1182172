# exercise: vmf_log_density
# says: the limit for large κ
# points: 0
def vmf_log_density(directions, mean_direction, concentration):
    dot = np.sum(directions * mean_direction, axis=-1)
    return np.log(concentration / (2 * np.pi)) + concentration * (dot - 1)
