# exercise: vmf_log_density
# says: 2π sinh κ
# points: 0
def vmf_log_density(directions, mean_direction, concentration):
    k = np.asarray(concentration)
    dot = np.sum(directions * mean_direction, axis=-1)
    return np.log(k) - np.log(np.pi) - np.log(-np.expm1(-2 * k)) + k * (dot - 1)
