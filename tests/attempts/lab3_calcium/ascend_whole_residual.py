# exercise: ascend
# says: outer products instead of add_outer, in-place adds, the stop as a while loop
# points: all
def ascend(movie, footprints, background_footprint, update_trace, update_footprint, update_background, objective, max_sweeps=10, tolerance=1e-4):
    footprints, residual = np.array(footprints), np.array(movie)
    K, T = len(footprints), movie.shape[1]
    traces = np.zeros((K, T))
    inside = footprints != 0
    u0, c0 = update_background(residual, background_footprint)
    residual = residual - np.outer(u0, c0)
    history = [objective(residual, traces, c0)]
    sweep = 0
    while sweep < max_sweeps:
        for k in range(K):
            residual[inside[k]] += footprints[k][inside[k]][:, None] * traces[k][None, :]
            R = residual[inside[k]]
            traces[k] = update_trace(R, footprints[k][inside[k]])
            footprints[k][inside[k]] = update_footprint(R, traces[k])
            residual[inside[k]] = R - np.outer(footprints[k][inside[k]], traces[k])
        residual = residual + np.outer(u0, c0)
        u0, c0 = update_background(residual, u0)
        residual = residual - np.outer(u0, c0)
        history.append(objective(residual, traces, c0))
        sweep += 1
        gain, gained = history[-1] - history[-2], history[-1] - history[0]
        if gain <= tolerance * gained:
            sweep = max_sweeps
    return Ascent(footprints, traces, u0, c0, history)
