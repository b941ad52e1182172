# exercise: outlier_responsibilities
# says: a density in space: 1 / σ³
# points: 1
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    out = np.log(outlier_probability) - 3 * np.log(outlier_std_px) - errors_px**2 / (2 * np.square(outlier_std_px))
    inl = np.log1p(-np.asarray(outlier_probability)) - 3 * np.log(inlier_std_px) - errors_px**2 / (2 * np.square(inlier_std_px))
    return expit(out - inl)
