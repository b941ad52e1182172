# exercise: deconvolve
# says: G as a sparse matrix, the squared constraint's dual value as it comes, results by keyword
# points: all
def deconvolve(trace, decay_frames, noise_std=1.0, slack=1.0):
    T = len(trace)
    g = np.exp(-1 / decay_frames)
    G = eye_array(T, format='csc') - g * eye_array(T, k=-1, format='csc')
    c = cp.Variable(T); b = cp.Variable(1)
    th = noise_std * np.sqrt(T) * (1 + slack)
    cons = [G @ c >= 0, cp.sum_squares(trace - c - b) <= th**2]
    p = cp.Problem(cp.Minimize(cp.norm(G @ c, 1)), cons)
    solve(p)
    return Deconvolution(denoised=c.value, amplitudes=G @ c.value, baseline=b.value, multiplier=cons[1].dual_value)
