# exercise: robust_weights
# says: scaled to 1 at an error of 0
# points: 3
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    w = {"huber": 1 / np.maximum(r, 1), "cauchy": 1 / (1 + r**2), "student": 4 / (4 + r**2)}[kind]
    return np.where(np.isnan(r), 0, w)
