# exercise: deconvolve_fast
# says: four lists, heights kept as weighted means
# points: all
def deconvolve_fast(trace, decay_frames, penalty):
    g = np.exp(-1 / decay_frames)
    T = len(trace)
    y = np.array(trace, dtype=float)
    y[:-1] -= penalty * (1 - g)
    y[-1] -= penalty
    v, wt, t, l = [], [], [], []
    for i in range(T):
        v.append(y[i]); wt.append(1.0); t.append(i); l.append(1)
        while len(v) > 1 and v[-1] < g ** l[-2] * v[-2]:
            L = l[-2]
            nw = wt[-2] + g ** (2 * L) * wt[-1]
            v[-2] = (wt[-2] * v[-2] + g ** L * wt[-1] * v[-1]) / nw
            wt[-2] = nw; l[-2] += l[-1]
            v.pop(); wt.pop(); t.pop(); l.pop()
    c = np.zeros(T)
    for h, s, n in zip(v, t, l):
        c[s:s + n] = max(h, 0) * g ** np.arange(n)
    return c
