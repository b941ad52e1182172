# exercise: vmf_mixture_em
# says: densities, which underflow
# points: 4
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    J = len(mean_directions)
    w, mu, k = np.ones(J) / J, np.array(mean_directions), np.array(concentrations, dtype=float)
    climb = np.zeros(num_iterations)
    for i in range(num_iterations):
        p = np.array([w[j] * np.exp(log_density(directions, mu[j], k[j])) for j in range(J)])
        climb[i] = np.log(p.sum(axis=0)).sum()
        r = p / p.sum(axis=0)
        w = r.mean(axis=1)
        for j in range(J):
            if r[j].sum() >= 1e-9:
                mu[j], k[j] = fit(directions, r[j])
    return w, mu, k, climb
