# exercise: vmf_mixture_em
# says: weights are in the likelihood, and not in the shares
# points: 3
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    J = len(mean_directions)
    w, mu, k = np.ones(J) / J, np.array(mean_directions), np.array(concentrations, dtype=float)
    climb = np.zeros(num_iterations)
    for i in range(num_iterations):
        logs = np.array([log_density(directions, mu[j], k[j]) for j in range(J)])
        with np.errstate(divide="ignore"):
            climb[i] = logsumexp(logs + np.log(w)[:, None], axis=0).sum()
        r = np.exp(logs - logsumexp(logs, axis=0))
        w = r.mean(axis=1)
        for j in range(J):
            if r[j].sum() >= 1e-9:
                mu[j], k[j] = fit(directions, r[j])
    return w, mu, k, climb
