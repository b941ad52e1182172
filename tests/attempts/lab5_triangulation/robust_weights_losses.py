# exercise: robust_weights
# says: ρ itself
# points: 0
def robust_weights(errors_px, scale_px, kind):
    r = errors_px / scale_px
    loss = {
        "huber": np.where(r <= 1, r**2 / 2, r - 0.5),
        "cauchy": np.log1p(r**2) / 2,
        "student": 3 * np.log1p(r**2 / 4),
    }[kind]
    return np.where(np.isnan(r), 0, loss)
