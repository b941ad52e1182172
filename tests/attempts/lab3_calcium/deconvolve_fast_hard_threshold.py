# exercise: deconvolve_fast
# says: keeps jumps that are larger than λ, and lets the rest decay
# points: 2
def deconvolve_fast(trace, decay_frames, penalty):
    g = np.exp(-1 / decay_frames)
    c = np.zeros(len(trace))
    for t, value in enumerate(trace):
        before = g * c[t - 1] if t else 0.0
        c[t] = value if value - before > penalty else before
    return c
