# exercise: vmf_log_density
# says: with log1p, and a series near zero
# points: all
def vmf_log_density(directions, mean_direction, concentration):
    k = np.asarray(concentration, dtype=float)
    safe = np.maximum(k, 1e-3)
    log_sinh = safe - np.log(2) + np.log1p(-np.exp(-2 * safe))
    log_ratio = np.where(k < 1e-3, -(k**2) / 6, np.log(safe) - log_sinh)
    return log_ratio - np.log(4 * np.pi) + k * np.sum(directions * mean_direction, axis=-1)
