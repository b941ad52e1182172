# exercise: robust_weights
# says: a function for each kind
# points: all
def robust_weights(errors_px, scale_px, kind):
    weigh = {
        "huber": lambda r: np.where(r > 1, 1 / np.maximum(r, 1e-12), 1),
        "cauchy": lambda r: (1 + r * r) ** -1,
        "student": lambda r: 1.5 / (1 + r * r / 4),
    }[kind]
    return np.nan_to_num(weigh(np.nan_to_num(errors_px, nan=np.inf) / scale_px), nan=0)
