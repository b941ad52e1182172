# exercise: robust_weights
# says: multiplied by scale², with no ratio
# points: all
def robust_weights(errors_px, scale_px, kind):
    e, s = np.where(np.isnan(errors_px), np.inf, errors_px), scale_px
    if kind == "huber":
        return np.minimum(1, s / np.maximum(e, 1e-300))
    if kind == "cauchy":
        return s**2 / (s**2 + e**2)
    return 6 * s**2 / (4 * s**2 + e**2)
