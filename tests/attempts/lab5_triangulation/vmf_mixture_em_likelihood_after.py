# exercise: vmf_mixture_em
# says: the log likelihood after each iteration
# points: 2
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    J = len(mean_directions)
    w, mu, k = np.ones(J) / J, np.array(mean_directions), np.array(concentrations, dtype=float)
    climb = np.zeros(num_iterations)

    def parts():
        return np.array([np.log(max(w[j], 1e-300)) + log_density(directions, mu[j], k[j]) for j in range(J)])

    for i in range(num_iterations):
        logs = parts()
        r = np.exp(logs - logsumexp(logs, axis=0))
        w = r.mean(axis=1)
        for j in range(J):
            if r[j].sum() >= 1e-9:
                mu[j], k[j] = fit(directions, r[j])
        climb[i] = logsumexp(parts(), axis=0).sum()
    return w, mu, k, climb
