# exercise: deconvolve_fast
# says: CVXPY: right up to the solver's tolerance, and slow
# points: 1
def deconvolve_fast(trace, decay_frames, penalty):
    c = cp.Variable(len(trace))
    a = cp.hstack([c[0], c[1:] - np.exp(-1 / decay_frames) * c[:-1]])
    solve(cp.Problem(cp.Minimize(cp.sum_squares(trace - c) / 2 + penalty * cp.sum(a)), [a >= 0]))
    return c.value
