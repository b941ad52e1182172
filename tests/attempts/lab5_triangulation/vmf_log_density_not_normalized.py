# exercise: vmf_log_density
# says: the exponent only
# points: 0
def vmf_log_density(directions, mean_direction, concentration):
    return concentration * np.sum(directions * mean_direction, axis=-1)
