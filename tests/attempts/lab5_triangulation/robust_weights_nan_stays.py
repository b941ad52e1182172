# exercise: robust_weights
# says: a missing detection weighs NaN
# points: 3
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    return {"huber": 1 / np.maximum(r, 1), "cauchy": 1 / (1 + r**2), "student": 6 / (4 + r**2)}[kind]
