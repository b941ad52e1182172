# exercise: vmf_mixture_em
# says: takes the largest logarithm off by hand
# points: all
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    w = np.full(len(mean_directions), 1 / len(mean_directions))
    mu, k = mean_directions.copy(), np.array(concentrations, dtype=float)
    climb = np.zeros(num_iterations)
    for i in range(num_iterations):
        logs = np.stack([log_density(directions, mu[j], k[j]) for j in range(len(w))])
        top = logs.max(axis=0)
        joint = w[:, None] * np.exp(logs - top)
        climb[i] = np.sum(np.log(joint.sum(axis=0)) + top)
        r = joint / joint.sum(axis=0)
        w = r.mean(axis=1)
        for j in np.flatnonzero(r.sum(axis=1) >= 1e-9):
            mu[j], k[j] = fit(directions, r[j])
    return w, mu, k, climb
