# exercise: fit_vmf
# says: 1 / (1 - R̄), the limit for large κ
# points: 2
def fit_vmf(directions, weights):
    mean = np.average(directions, axis=0, weights=weights)
    R = np.linalg.norm(mean)
    return mean / R, 1 / (1 - R)
