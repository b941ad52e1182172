# exercise: deconvolve_fast
# says: the last frame pays no more than the others
# points: 2
def deconvolve_fast(trace, decay_frames, penalty):
    g = np.exp(-1 / decay_frames)
    pools = []
    for value in trace - penalty * (1 - g):
        total, weight, length = value, 1.0, 1
        while pools and pools[-1][0] / pools[-1][1] * g ** pools[-1][2] > total / weight:
            t, w, n = pools.pop()
            total, weight, length = t + g**n * total, w + g ** (2 * n) * weight, n + length
        pools.append((total, weight, length))
    return np.concatenate([max(t / w, 0) * g ** np.arange(n) for t, w, n in pools])
