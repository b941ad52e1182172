# exercise: triangulate_dlt
# says: three rows a view, from the cross product of pixel and projection
# points: all
def triangulate_dlt(projections, points_2d):
    out = np.full((points_2d.shape[1], 3), np.nan)
    for n in range(len(out)):
        M = []
        for P, (p, q) in zip(projections, points_2d[:, n]):
            if np.isnan(p) or np.isnan(q):
                continue
            x = np.array([[0, -1, q], [1, 0, -p], [-q, p, 0]])
            M.append(x @ P)
        if len(M) > 1:
            _, _, Vt = np.linalg.svd(np.vstack(M))
            out[n] = Vt[-1, :3] / Vt[-1, 3]
    return out
