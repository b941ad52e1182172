# exercise: robust_weights
# says: large errors weigh nothing: that is no Huber loss
# points: 3
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    w = {"huber": np.where(r <= 1, 1.0, 0.0), "cauchy": 1 / (1 + r**2), "student": 6 / (4 + r**2)}[kind]
    return np.where(np.isnan(r), 0, w)
