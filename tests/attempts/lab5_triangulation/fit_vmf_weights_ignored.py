# exercise: fit_vmf
# says: every direction counts once
# points: 1
def fit_vmf(directions, weights):
    mean = directions.mean(axis=0)
    R = np.linalg.norm(mean)
    return mean / R, np.exp(brentq(lambda g: 1 / np.tanh(np.exp(g)) - np.exp(-g) - R, -9, 16, xtol=1e-13))
