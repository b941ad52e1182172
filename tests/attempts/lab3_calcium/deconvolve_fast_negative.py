# exercise: deconvolve_fast
# says: pools below zero are left negative
# points: 9
def deconvolve_fast(trace, decay_frames, penalty):
    g = np.exp(-1 / decay_frames)
    y = trace - penalty * (1 - g)
    y[-1] -= penalty * g
    pools = []
    for value in y:
        total, weight, length = value, 1.0, 1
        while pools and pools[-1][0] / pools[-1][1] * g ** pools[-1][2] > total / weight:
            t, w, n = pools.pop()
            total, weight, length = t + g**n * total, w + g ** (2 * n) * weight, n + length
        pools.append((total, weight, length))
    return np.concatenate([t / w * g ** np.arange(n) for t, w, n in pools])
