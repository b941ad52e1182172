# exercise: robust_weights
# says: a loop over all numbers
# points: all
def robust_weights(errors_px, scale_px, kind):
    out = np.zeros_like(errors_px, dtype=float)
    for index, error in np.ndenumerate(errors_px):
        r = error / scale_px
        if r != r:
            continue
        if kind == "huber":
            out[index] = 1.0 if r <= 1 else 1 / r
        elif kind == "cauchy":
            out[index] = 1 / (1 + r * r)
        else:
            out[index] = 6 / (4 + r * r)
    return out
