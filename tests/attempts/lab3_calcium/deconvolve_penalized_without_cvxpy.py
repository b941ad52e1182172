# exercise: deconvolve_penalized
# says: a quasi-Newton method with bounds, no CVXPY at all
# points: all
def deconvolve_penalized(trace, decay_frames, penalty, noise_std=1.0):
    from scipy.optimize import minimize
    from scipy.signal import lfilter

    g = np.exp(-1 / decay_frames)

    def loss(p):
        r = lfilter([1], [1, -g], p[:-1]) + p[-1] - trace
        pull = lfilter([1], [1, -g], r[::-1])[::-1]
        gradient = np.append(pull / noise_std**2 + penalty, r.sum() / noise_std**2)
        return r @ r / (2 * noise_std**2) + penalty * p[:-1].sum(), gradient

    T = len(trace)
    start = np.append(np.zeros(T), trace.mean())
    options = {"maxiter": 20000, "maxfun": 40000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 50}
    p = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * T + [(None, None)], options=options).x
    return Deconvolution(lfilter([1], [1, -g], p[:-1]), p[:-1], p[-1])
