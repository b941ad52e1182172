# exercise: fit_vmf
# says: weights have to sum to one
# points: 0
def fit_vmf(directions, weights):
    mean = weights @ directions / len(directions)
    R = np.linalg.norm(mean)
    return mean / R, np.exp(brentq(lambda g: 1 / np.tanh(np.exp(g)) - np.exp(-g) - R, -20, 16, xtol=1e-13))
