# exercise: deconvolve
# says: the sum of squares below θ², whose dual value is an array of one number
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    G = eye_array(T, format="csr") - np.exp(-1 / decay_frames) * eye_array(T, k=-1, format="csr")
    c, b = cp.Variable(T), cp.Variable()
    theta = (1 + slack) * noise_std * np.sqrt(T)
    constraints = [cp.sum_squares(trace - c - b) <= theta**2, G @ c >= 0]
    problem = cp.Problem(cp.Minimize(cp.norm(G @ c, 1)), constraints)
    problem.solve()
    return Deconvolution(c.value, G @ c.value, float(b.value), float(constraints[0].dual_value[0]))
