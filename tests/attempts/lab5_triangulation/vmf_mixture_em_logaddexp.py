# exercise: vmf_mixture_em
# says: np.logaddexp.reduce
# points: all
def vmf_mixture_em(directions, mean_directions, concentrations, num_iterations, log_density, fit):
    means, ks = list(mean_directions), list(concentrations)
    log_w = np.full(len(means), -np.log(len(means)))
    climb = np.empty(num_iterations)
    for i in range(num_iterations):
        part = np.stack([lw + log_density(directions, m, k) for lw, m, k in zip(log_w, means, ks)], axis=1)
        norm = np.logaddexp.reduce(part, axis=1)
        climb[i] = norm.sum()
        r = np.exp(part - norm[:, None])
        with np.errstate(divide="ignore"):
            log_w = np.log(r.mean(axis=0))
        for j in range(len(means)):
            if r[:, j].sum() > 1e-9:
                means[j], ks[j] = fit(directions, r[:, j])
    return np.exp(log_w), np.stack(means), np.array(ks), climb
