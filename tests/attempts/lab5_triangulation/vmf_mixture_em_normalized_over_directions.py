# exercise: vmf_mixture_em
# says: the wrong axis sums to one
# points: 1
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    J = len(mean_directions)
    w, mu, k = np.ones(J) / J, np.array(mean_directions), np.array(concentrations, dtype=float)
    climb = np.zeros(num_iterations)
    for i in range(num_iterations):
        logs = np.array([np.log(max(w[j], 1e-300)) + log_density(directions, mu[j], k[j]) for j in range(J)])
        climb[i] = logsumexp(logs, axis=0).sum()
        r = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
        w = r.sum(axis=1) / r.sum()
        for j in range(J):
            if r[j].sum() >= 1e-9:
                mu[j], k[j] = fit(directions, r[j])
    return w, mu, k, climb
