# exercise: median_filter
# says: the window slides over key points
# points: 0
def median_filter(points_3d, window):
    half = window // 2
    K = points_3d.shape[1]
    return np.stack([np.nanmedian(points_3d[:, max(k - half, 0) : k + half + 1], axis=1) for k in range(K)], axis=1)
