# exercise: fit_vmf
# says: maximizes the log likelihood numerically
# points: all
def fit_vmf(directions, weights):
    mean = np.average(directions, axis=0, weights=weights)
    R = np.linalg.norm(mean)
    slope = lambda logk: R - (1 / np.tanh(np.exp(logk)) - np.exp(-logk))
    return mean / R, np.exp(brentq(slope, -9, 16, xtol=1e-13))
