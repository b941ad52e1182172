# exercise: robust_weights
# says: divides the caller's errors by the scale
# points: 4
def robust_weights(errors_px, scale_px, kind):
    errors_px /= scale_px
    missing = np.isnan(errors_px)
    errors_px[missing] = 0
    r = errors_px
    w = {"huber": 1 / np.maximum(r, 1), "cauchy": 1 / (1 + r**2), "student": 6 / (4 + r**2)}[kind]
    return np.where(missing, 0, w)
