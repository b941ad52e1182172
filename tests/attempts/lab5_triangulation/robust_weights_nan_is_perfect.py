# exercise: robust_weights
# says: a missing detection counts as an error of 0
# points: 3
def robust_weights(errors_px, scale_px, kind):
    r = np.nan_to_num(errors_px) / scale_px
    return {"huber": 1 / np.maximum(r, 1), "cauchy": 1 / (1 + r**2), "student": 6 / (4 + r**2)}[kind]
