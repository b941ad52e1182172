# exercise: outlier_responsibilities
# says: without the areas, 1 / σ²
# points: 1
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    out = np.log(outlier_probability) - errors_px**2 / (2 * np.square(outlier_std_px))
    inl = np.log1p(-np.asarray(outlier_probability)) - errors_px**2 / (2 * np.square(inlier_std_px))
    return expit(out - inl)
