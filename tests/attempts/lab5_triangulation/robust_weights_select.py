# exercise: robust_weights
# says: np.select and np.piecewise
# points: all
def robust_weights(errors_px, scale_px, kind):
    r = np.array(errors_px, dtype=np.float64) / scale_px
    missing = np.isnan(r)
    r = np.where(missing, 0.0, r)
    match kind:
        case "huber":
            w = np.piecewise(r, [r <= 1, r > 1], [1.0, lambda x: 1 / x])
        case "cauchy":
            w = np.reciprocal(1 + np.square(r))
        case _:
            nu, d = 4, 2
            w = (nu + d) / (nu + np.square(r))
    return np.select([missing], [0.0], default=w)
