# exercise: project
# says: plain Python, returned as nested lists
# points: 4
def project(projections, points_3d):
    result = []
    for P in projections:
        view = []
        for x, y, z in points_3d:
            u, v, w = (P[i][0] * x + P[i][1] * y + P[i][2] * z + P[i][3] for i in range(3))
            view.append([u / w, v / w] if w > 0 else [float("nan"), float("nan")])
        result.append(view)
    return result
