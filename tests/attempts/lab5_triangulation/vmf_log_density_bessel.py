# exercise: vmf_log_density
# says: a Bessel function that overflows
# points: 2
def vmf_log_density(directions, mean_direction, concentration):
    from scipy.special import iv

    k = np.asarray(concentration)
    norm = np.sqrt(k) / ((2 * np.pi) ** 1.5 * iv(0.5, k))
    return np.log(norm) + k * np.sum(directions * mean_direction, axis=-1)
