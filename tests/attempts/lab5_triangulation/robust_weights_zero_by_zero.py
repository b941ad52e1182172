# exercise: robust_weights
# says: divides by r without canceling it
# points: 4
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    slope = {"huber": np.minimum(r, 1), "cauchy": r / (1 + r**2), "student": 6 * r / (4 + r**2)}[kind]
    return np.where(np.isnan(errors_px), 0, slope / r)
