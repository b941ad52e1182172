# exercise: robust_weights
# says: 0/0 avoided by a number too small to matter
# points: all
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px + 1e-12
    slope = {"huber": np.minimum(r, 1), "cauchy": r / (1 + r**2), "student": 6 * r / (4 + r**2)}[kind]
    return np.where(np.isnan(errors_px), 0, slope / r)
