# exercise: robust_weights
# says: Student's t in one dimension: (ν + 1) / (ν + r²)
# points: 3
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    w = {"huber": 1 / np.maximum(r, 1), "cauchy": 1 / (1 + r**2), "student": 5 / (4 + r**2)}[kind]
    return np.where(np.isnan(r), 0, w)
