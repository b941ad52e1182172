# exercise: robust_weights
# says: 1 + e²/s
# points: 2
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    w = {
        "huber": 1 / np.maximum(r, 1),
        "cauchy": 1 / (1 + errors_px**2 / scale_px),
        "student": 6 / (4 + errors_px**2 / scale_px),
    }[kind]
    return np.where(np.isnan(r), 0, w)
