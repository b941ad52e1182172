# exercise: vmf_mixture_em
# says: by the book
# points: all
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    J = len(mean_directions)
    w, mu, k = np.ones(J) / J, np.array(mean_directions), np.array(concentrations, dtype=float)
    history = []
    for _ in range(num_iterations):
        logs = np.array([np.log(max(w[j], 1e-300)) + log_density(directions, mu[j], k[j]) for j in range(J)])
        total = logsumexp(logs, axis=0)
        history.append(total.sum())
        r = np.exp(logs - total)
        w = r.sum(axis=1) / len(directions)
        for j in range(J):
            if r[j].sum() >= 1e-9:
                mu[j], k[j] = fit(directions, r[j])
    return w, mu, k, np.array(history)
