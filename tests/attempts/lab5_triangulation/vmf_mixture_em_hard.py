# exercise: vmf_mixture_em
# says: each direction to its best cluster
# points: 2
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    J = len(mean_directions)
    w, mu, k = np.ones(J) / J, np.array(mean_directions), np.array(concentrations, dtype=float)
    climb = np.zeros(num_iterations)
    for i in range(num_iterations):
        logs = np.array([np.log(max(w[j], 1e-300)) + log_density(directions, mu[j], k[j]) for j in range(J)])
        climb[i] = logs.max(axis=0).sum()
        r = (logs == logs.max(axis=0)).astype(float)
        w = r.mean(axis=1)
        for j in range(J):
            if r[j].sum() >= 1:
                mu[j], k[j] = fit(directions, r[j])
    return w, mu, k, climb
