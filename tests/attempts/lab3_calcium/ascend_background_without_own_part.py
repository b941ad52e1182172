# exercise: ascend
# says: updates the background from the residual without its own part
# points: 10
def ascend(movie, footprints, background_footprint, update_trace, update_footprint, update_background, objective, max_sweeps=10, tolerance=1e-4):
    footprints = footprints.copy()
    traces = np.zeros((len(footprints), movie.shape[1]), movie.dtype)
    pixels = [np.flatnonzero(footprint) for footprint in footprints]
    residual = movie.copy()
    background_footprint, background_trace = update_background(residual, background_footprint)
    add_outer(residual, -background_footprint, background_trace)
    history = [objective(residual, traces, background_trace)]
    for _ in range(max_sweeps):
        for k, inside in enumerate(pixels):
            with_neuron = residual[inside] + np.outer(footprints[k, inside], traces[k])
            traces[k] = update_trace(with_neuron, footprints[k, inside])
            footprints[k, inside] = update_footprint(with_neuron, traces[k])
            residual[inside] = with_neuron - np.outer(footprints[k, inside], traces[k])
        background_footprint, background_trace = update_background(residual, background_footprint)
        add_outer(residual, -background_footprint, background_trace)
        history.append(objective(residual, traces, background_trace))
        if history[-1] - history[-2] <= tolerance * (history[-1] - history[0]):
            break
    return Ascent(footprints, traces, background_footprint, background_trace, np.array(history))
