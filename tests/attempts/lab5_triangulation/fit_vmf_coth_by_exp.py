# exercise: fit_vmf
# says: coth from exp(κ): overflows to NaN for sharp directions, and the answer is the upper bound or NaN
# points: less
def fit_vmf(directions, weights):
    check_directions(directions, weights)
    total = np.sum(weights)
    if not total > 0:
        raise InputError('all weights are zero')
    mean = weights @ directions / total
    length = np.linalg.norm(mean)
    if length < 1e-09:
        raise InputError('the directions cancel: the concentration would be 0')
    if length > 1 - 1e-12:
        raise InputError('all directions are the same: the concentration would be infinite')
    low, high = (np.log(1e-12), np.log(2 / (1 - length)))
    for _ in range(200):
        middle = (low + high) / 2
        k = np.exp(middle)
        value = k / 3 - k ** 3 / 45 if k < 0.001 else (np.exp(k) + np.exp(-k)) / (np.exp(k) - np.exp(-k)) - 1 / k
        if value < length:
            low = middle
        else:
            high = middle
    return (mean / length, float(np.exp(middle)))
