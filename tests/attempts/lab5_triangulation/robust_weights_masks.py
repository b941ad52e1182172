# exercise: robust_weights
# says: written piece by piece
# points: all
def robust_weights(errors_px, scale_px, kind):
    r = np.asarray(errors_px, dtype=float) / scale_px
    w = np.zeros(r.shape)
    ok = ~np.isnan(r)
    if kind == "huber":
        w[ok] = 1.0
        far = ok & (np.nan_to_num(r) > 1)
        w[far] = 1 / r[far]
    elif kind == "cauchy":
        w[ok] = 1 / (1 + r[ok] ** 2)
    else:
        w[ok] = (4 + 2) / (4 + r[ok] ** 2)
    return w
