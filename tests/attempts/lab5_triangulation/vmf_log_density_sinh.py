# exercise: vmf_log_density
# says: overflows from κ = 711 on
# points: 2
def vmf_log_density(directions, mean_direction, concentration):
    dot = np.sum(directions * mean_direction, axis=-1)
    return np.log(concentration / (4 * np.pi * np.sinh(concentration))) + concentration * dot
