# exercise: vmf_mixture_em
# says: fits a cluster to which nothing belongs
# points: 4
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    J = len(mean_directions)
    w, mu, k = np.ones(J) / J, np.array(mean_directions), np.array(concentrations, dtype=float)
    climb = np.zeros(num_iterations)
    for i in range(num_iterations):
        logs = np.array([np.log(max(w[j], 1e-300)) + log_density(directions, mu[j], k[j]) for j in range(J)])
        total = logsumexp(logs, axis=0)
        climb[i] = total.sum()
        r = np.exp(logs - total)
        w = r.mean(axis=1)
        for j in range(J):
            mu[j], k[j] = fit(directions, r[j])
    return w, mu, k, climb
