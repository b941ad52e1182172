# exercise: triangulate_ransac
# says: only the pairs that see the point
# points: all
def triangulate_ransac(projections, points_2d, threshold_px, triangulate, reprojection_errors):
    C, N = points_2d.shape[:2]
    mask, out = np.zeros((C, N), bool), np.full((N, 3), np.nan)
    for n in range(N):
        x = points_2d[:, [n]]
        who = np.flatnonzero(np.isfinite(x[:, 0]).all(axis=1))
        candidates = []
        for a in range(len(who)):
            for b in range(a + 1, len(who)):
                pair = who[[a, b]]
                e = reprojection_errors(projections, x, triangulate(projections[pair], x[pair])).ravel()
                good = e <= threshold_px
                candidates.append((int(good.sum()), float(e[good].sum()), good))
        if candidates:
            most = max(c[0] for c in candidates)
            least = min(c[1] for c in candidates if c[0] == most)
            mask[:, n] = next(c[2] for c in candidates if c[:2] == (most, least))
        if mask[:, n].sum() >= 2:
            out[n] = triangulate(projections[mask[:, n]], x[mask[:, n]])[0]
    return out, mask
