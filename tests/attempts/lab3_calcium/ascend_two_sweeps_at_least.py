# exercise: ascend
# says: does not look at the gain of the first sweep
# points: less
def ascend(
    movie: Float[np.ndarray, "num_pixels num_frames"],
    footprints: Float[np.ndarray, "num_neurons num_pixels"],
    background_footprint: Float[np.ndarray, " num_pixels"],
    update_trace: Callable[..., np.ndarray],
    update_footprint: Callable[..., np.ndarray],
    update_background: Callable[..., tuple[np.ndarray, np.ndarray]],
    objective: Callable[..., float],
    max_sweeps: int = 10,
    tolerance: float = 1e-4,
) -> Ascent:
    footprints = footprints.copy()
    traces = np.zeros((len(footprints), movie.shape[1]), movie.dtype)
    pixels = [np.flatnonzero(footprint) for footprint in footprints]

    # The residual is the movie less all parts. At first there is no trace, so it is the movie.
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

        # The background last, in the same steps.
        add_outer(residual, background_footprint, background_trace)
        background_footprint, background_trace = update_background(residual, background_footprint)
        add_outer(residual, -background_footprint, background_trace)

        history.append(objective(residual, traces, background_trace))
        gain = history[-1] - history[-2]
        total = history[-1] - history[0]
        if len(history) > 2 and gain <= tolerance * total:
            break
    return Ascent(footprints, traces, background_footprint, background_trace, np.array(history))
