# exercise: deconvolve_fast
# says: a pool's height is the plain mean of its frames
# points: 3
def deconvolve_fast(trace, decay_frames, penalty):
    g = np.exp(-1 / decay_frames)
    y = trace - penalty * (1 - g)
    y[-1] -= penalty * g
    pools = []
    for value in y:
        total, length = value, 1
        while pools and pools[-1][0] / pools[-1][1] * g ** pools[-1][1] > total / length:
            t, n = pools.pop()
            total, length = t + total, n + length
        pools.append((total, length))
    return np.concatenate([max(t / n, 0) * g ** np.arange(n) for t, n in pools])
