# exercise: deconvolve
# says: a second-order cone, whose dual value is a list
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    a, b = cp.Variable(T, nonneg=True), cp.Variable(1)
    from scipy.sparse import csc_array

    G = csc_array(eye_array(T) - np.exp(-1 / decay_frames) * eye_array(T, k=-1))
    c = cp.Variable(T)
    theta = (1 + slack) * noise_std * T**0.5
    cone = cp.SOC(cp.Constant(theta), trace - c - b)
    problem = cp.Problem(cp.Minimize(cp.sum(a)), [cone, G @ c == a])
    problem.solve(solver=cp.SCS)
    nu = cone.dual_value[0].item()
    return Deconvolution(c.value, a.value, b.value.item(), nu / (2 * theta))
