# exercise: outlier_responsibilities
# says: takes the larger logarithm off both
# points: all
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    a = np.log(outlier_probability) - 2 * np.log(outlier_std_px) - errors_px**2 / (2 * np.square(outlier_std_px))
    b = np.log(1 - np.asarray(outlier_probability)) - 2 * np.log(inlier_std_px) - errors_px**2 / (2 * np.square(inlier_std_px))
    m = np.maximum(a, b)
    return np.exp(a - m) / (np.exp(a - m) + np.exp(b - m))
