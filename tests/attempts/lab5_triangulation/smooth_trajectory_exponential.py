# exercise: smooth_trajectory
# says: an exponential moving average
# points: 1
def smooth_trajectory(points_3d, precisions, step_std_mm):
    alpha = step_std_mm**2 / (1 + step_std_mm**2)
    means = np.nan_to_num(points_3d).copy()
    for t in range(1, len(means)):
        means[t] = alpha * means[t] + (1 - alpha) * means[t - 1]
    return means, np.full(precisions.shape, 1.0)
