# exercise: vmf_log_density
# says: with expm1
# points: all
def vmf_log_density(directions, mean_direction, concentration):
    k = np.asarray(concentration)
    dot = np.einsum("...i,...i->...", directions, mean_direction)
    return np.log(k) - np.log(2 * np.pi) - np.log(-np.expm1(-2 * k)) + k * dot - k
