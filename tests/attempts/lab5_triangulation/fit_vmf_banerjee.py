# exercise: fit_vmf
# says: Banerjee's formula, a few percent off
# points: 1
def fit_vmf(directions, weights):
    mean = np.average(directions, axis=0, weights=weights)
    R = np.linalg.norm(mean)
    return mean / R, R * (3 - R**2) / (1 - R**2)
