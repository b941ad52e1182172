# exercise: robust_weights
# says: divides the weight by scale²
# points: 1
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    w = {"huber": 1 / np.maximum(r, 1), "cauchy": 1 / (1 + r**2), "student": 6 / (4 + r**2)}[kind]
    return np.where(np.isnan(r), 0, w / scale_px**2)
