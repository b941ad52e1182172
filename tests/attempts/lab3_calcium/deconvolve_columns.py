# exercise: deconvolve
# says: columns in place of vectors
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    g = np.exp(-1 / decay_frames)
    c = cp.Variable((T, 1)); b = cp.Variable()
    G = eye_array(T) - g * eye_array(T, k=-1)
    th = (1 + slack) * noise_std * np.sqrt(T)
    con = [cp.norm(trace[:, None] - c - b, 'fro') <= th, G @ c >= 0]
    solve(cp.Problem(cp.Minimize(cp.sum(G @ c)), con))
    return Deconvolution(c.value.ravel(), (G @ c.value).ravel(), b.value, con[0].dual_value / (2 * th))
