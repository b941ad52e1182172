# exercise: vmf_log_density
# says: by scipy's exponentially scaled Bessel function
# points: all
def vmf_log_density(directions, mean_direction, concentration):
    from scipy.special import ive

    k = np.asarray(concentration, dtype=float)
    dot = (directions * mean_direction).sum(axis=-1)
    return 0.5 * np.log(k) - 1.5 * np.log(2 * np.pi) - np.log(ive(0.5, k)) + k * (dot - 1)
