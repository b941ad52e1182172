# exercise: triangulate_dlt
# says: np.linalg.eig and the smallest eigenvalue
# points: all
def triangulate_dlt(projections, points_2d):
    out = []
    for n in range(points_2d.shape[1]):
        x = points_2d[:, n]
        ok = ~np.isnan(x[:, 0])
        if np.count_nonzero(ok) < 2:
            out.append([np.nan] * 3)
            continue
        A = np.vstack([np.vstack((p * P[2] - P[0], q * P[2] - P[1])) for P, (p, q) in zip(projections[ok], x[ok])])
        A = A / np.linalg.norm(A, axis=1)[:, None]
        values, vectors = np.linalg.eig(A.T @ A)
        h = np.real(vectors[:, np.argmin(np.abs(values))])
        out.append(h[:3] / h[3])
    return np.array(out)
