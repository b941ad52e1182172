# exercise: fit_vmf
# says: the mean is shorter than one
# points: 2
def fit_vmf(directions, weights):
    mean = np.average(directions, axis=0, weights=weights)
    R = np.linalg.norm(mean)
    return mean, np.exp(brentq(lambda g: 1 / np.tanh(np.exp(g)) - np.exp(-g) - R, -9, 16, xtol=1e-13))
