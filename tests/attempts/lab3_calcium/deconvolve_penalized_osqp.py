# exercise: deconvolve_penalized
# says: OSQP, the norm instead of a sum, everything times σ²
# points: all
def deconvolve_penalized(trace, decay_frames, penalty, noise_std=1.0):
    T = len(trace)
    c, b = cp.Variable(T), cp.Variable()
    G = eye_array(T, format="csc") - np.exp(-1 / decay_frames) * eye_array(T, k=-1, format="csc")
    objective = 0.5 * cp.sum_squares(trace - c - b) + penalty * noise_std**2 * cp.norm(G @ c, 1)
    cp.Problem(cp.Minimize(objective), [G @ c >= 0]).solve(solver=cp.OSQP)
    return Deconvolution(c.value, G @ c.value, b.value, None)
