# exercise: outlier_responsibilities
# says: logsumexp over a stack of two
# points: all
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    errors_px, s, S, pi = np.broadcast_arrays(errors_px, inlier_std_px, outlier_std_px, outlier_probability)
    logs = np.stack(
        [
            np.log1p(-pi) - 2 * np.log(s) - errors_px**2 / (2 * s**2),
            np.log(pi) - 2 * np.log(S) - errors_px**2 / (2 * S**2),
        ]
    )
    return np.exp(logs[1] - logsumexp(logs, axis=0))
