# exercise: outlier_responsibilities
# says: 0 or 1
# points: 0
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    out = np.log(outlier_probability) - 2 * np.log(outlier_std_px) - errors_px**2 / (2 * np.square(outlier_std_px))
    inl = np.log1p(-np.asarray(outlier_probability)) - 2 * np.log(inlier_std_px) - errors_px**2 / (2 * np.square(inlier_std_px))
    return np.where(out > inl, 1.0, 0.0)
