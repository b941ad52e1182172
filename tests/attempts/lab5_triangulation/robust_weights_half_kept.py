# exercise: robust_weights
# says: forgets that the derivative of r² is 2r
# points: 1
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    w = {"huber": 0.5 / np.maximum(r, 1), "cauchy": 0.5 / (1 + r**2), "student": 3 / (4 + r**2)}[kind]
    return np.where(np.isnan(r), 0, w)
