# exercise: vmf_log_density
# says: no logarithm
# points: 0
def vmf_log_density(directions, mean_direction, concentration):
    k = np.asarray(concentration)
    return np.exp(k * (np.sum(directions * mean_direction, axis=-1) - 1)) * k / (2 * np.pi * -np.expm1(-2 * k))
