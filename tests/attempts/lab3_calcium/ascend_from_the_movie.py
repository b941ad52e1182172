# exercise: ascend
# says: takes the movie apart anew for each update, lists in place of arrays until the end
# points: all
def ascend(movie, footprints, background_footprint, update_trace, update_footprint, update_background, objective, max_sweeps=10, tolerance=1e-4):
    U = [np.array(u, dtype=float) for u in footprints]
    where = [np.nonzero(u)[0] for u in U]
    C = [np.zeros(movie.shape[1]) for _ in U]
    u0, c0 = update_background(movie.copy(), background_footprint)

    def left(but=None):
        R = movie - np.outer(u0, c0)
        for k, (u, c) in enumerate(zip(U, C)):
            if k != but:
                R = R - np.outer(u, c)
        return R

    values = [objective(left(), np.array(C), c0)]
    for sweep in range(max_sweeps):
        for k, pixels in enumerate(where):
            R = left(but=k)[pixels]
            C[k] = update_trace(R, U[k][pixels])
            U[k][pixels] = update_footprint(R, C[k])
        u0, c0 = update_background(left() + np.outer(u0, c0), u0)
        values.append(objective(left(), np.array(C), c0))
        if values[-1] - values[-2] <= tolerance * (values[-1] - values[0]):
            break
    return Ascent(np.array(U), np.array(C), u0, c0, np.array(values))
