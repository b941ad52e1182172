# exercise: deconvolve_fast
# says: amplitudes below 1 are set to zero, and what they leave decays
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
    a = np.append(c[0], c[1:] - g * c[:-1])
    a[a < 1] = 0
    for t in range(len(c)):
        c[t] = a[t] + (g * c[t - 1] if t else 0)
    return c
