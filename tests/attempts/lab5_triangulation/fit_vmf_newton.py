# exercise: fit_vmf
# says: Newton's method from Banerjee's formula
# points: all
def fit_vmf(directions, weights):
    total = (weights[:, None] * directions).sum(axis=0)
    R = np.linalg.norm(total) / weights.sum()
    k = R * (3 - R**2) / (1 - R**2)
    for _ in range(30):
        A = 1 / np.tanh(k) - 1 / k
        k -= (A - R) / (1 - A**2 - 2 * A / k)
    return total / np.linalg.norm(total), k
