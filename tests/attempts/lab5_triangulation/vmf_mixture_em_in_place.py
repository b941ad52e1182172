# exercise: vmf_mixture_em
# says: writes into the caller's start
# points: 4
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    J = len(mean_directions)
    w = np.ones(J) / J
    climb = np.zeros(num_iterations)
    for i in range(num_iterations):
        logs = np.array([np.log(max(w[j], 1e-300)) + log_density(directions, mean_directions[j], concentrations[j]) for j in range(J)])
        total = logsumexp(logs, axis=0)
        climb[i] = total.sum()
        r = np.exp(logs - total)
        w = r.mean(axis=1)
        for j in range(J):
            if r[j].sum() >= 1e-9:
                mean_directions[j], concentrations[j] = fit(directions, r[j])
    return w, mean_directions, concentrations, climb
