# exercise: deconvolve_fast
# says: the first frame is zero
# points: 1
def deconvolve_fast(trace, decay_frames, penalty):
    g = np.exp(-1 / decay_frames)
    y = trace - penalty * (1 - g)
    y[-1] = trace[-1] - penalty
    pools = []
    for value in y:
        total, weight, length = value, 1.0, 1
        while pools and pools[-1][0] / pools[-1][1] * g ** pools[-1][2] > total / weight:
            t, w, l = pools.pop()
            total, weight, length = t + g**l * total, w + g ** (2 * l) * weight, l + length
        pools.append((total, weight, length))
    c = np.concatenate([max(t / w, 0) * g ** np.arange(l) for t, w, l in pools])
    c[0] = 0
    return c
