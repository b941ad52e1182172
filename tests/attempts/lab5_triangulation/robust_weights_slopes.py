# exercise: robust_weights
# says: ρ'(r), not divided by r
# points: 0
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    w = {"huber": np.minimum(r, 1), "cauchy": r / (1 + r**2), "student": 6 * r / (4 + r**2)}[kind]
    return np.where(np.isnan(r), 0, w)
