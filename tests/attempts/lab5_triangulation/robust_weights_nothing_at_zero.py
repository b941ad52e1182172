# exercise: robust_weights
# says: an error of zero weighs zero
# points: 4
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    slope = {"huber": np.minimum(r, 1), "cauchy": r / (1 + r**2), "student": 6 * r / (4 + r**2)}[kind]
    return np.nan_to_num(slope / r)
