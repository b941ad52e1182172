# exercise: deconvolve_fast
# says: a merged pool is not compared with the one before it
# points: 3
def deconvolve_fast(trace, decay_frames, penalty):
    g = np.exp(-1 / decay_frames)
    y = trace - penalty * (1 - g)
    y[-1] -= penalty * g
    pools = []
    for value in y:
        total, weight, length = value, 1.0, 1
        if pools and pools[-1][0] / pools[-1][1] * g ** pools[-1][2] > total / weight:
            t, w, n = pools.pop()
            total, weight, length = t + g**n * total, w + g ** (2 * n) * weight, n + length
        pools.append((total, weight, length))
    return np.concatenate([max(t / w, 0) * g ** np.arange(n) for t, w, n in pools])
