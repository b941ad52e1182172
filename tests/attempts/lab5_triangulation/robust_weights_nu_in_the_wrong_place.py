# exercise: robust_weights
# says: 6 / (1 + r²/4) keeps a factor of ν
# points: 3
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    w = {"huber": 1 / np.maximum(r, 1), "cauchy": 1 / (1 + r**2), "student": 6 / (1 + r**2 / 4)}[kind]
    return np.where(np.isnan(r), 0, w)
