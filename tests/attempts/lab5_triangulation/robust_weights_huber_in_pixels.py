# exercise: robust_weights
# says: Huber beyond 1: one over the error in pixels, not over the ratio
# points: 3
def robust_weights(errors_px, scale_px, kind):
    if not scale_px > 0:
        raise InputError(f"scale_px={scale_px} must be positive: it is a distance in pixels")
    ratio = errors_px / scale_px
    if kind == "huber":
        weights = np.where(ratio <= 1, 1.0, 1 / np.maximum(errors_px, 1e-12))
    elif kind == "cauchy":
        weights = 1 / (1 + ratio**2)
    elif kind == "student":
        weights = 6 / (4 + ratio**2)
    else:
        raise InputError(f"kind={kind!r} is unknown: choose 'huber', 'cauchy' or 'student'")
    return np.where(np.isnan(errors_px), 0.0, weights)
