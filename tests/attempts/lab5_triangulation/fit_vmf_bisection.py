# exercise: fit_vmf
# says: halves an interval
# points: all
def fit_vmf(directions, weights):
    mean = np.average(directions, axis=0, weights=weights)
    R = np.linalg.norm(mean)
    low, high = 1e-6, 1e7
    for _ in range(200):
        middle = np.sqrt(low * high)
        if 1 / np.tanh(middle) - 1 / middle < R:
            low = middle
        else:
            high = middle
    return mean / R, middle
