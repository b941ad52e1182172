# exercise: fit_vmf
# says: one step from Banerjee's formula
# points: 1
def fit_vmf(directions, weights):
    mean = np.average(directions, axis=0, weights=weights)
    R = np.linalg.norm(mean)
    k = R * (3 - R**2) / (1 - R**2)
    A = 1 / np.tanh(k) - 1 / k
    return mean / R, k - 0.5 * (A - R) / (1 - A**2 - 2 * A / k)
