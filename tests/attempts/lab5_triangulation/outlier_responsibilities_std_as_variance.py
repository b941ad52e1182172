# exercise: outlier_responsibilities
# says: error² / (2 σ)
# points: 1
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    out = np.log(outlier_probability) - np.log(outlier_std_px) - errors_px**2 / (2 * np.asarray(outlier_std_px))
    inl = np.log1p(-np.asarray(outlier_probability)) - np.log(inlier_std_px) - errors_px**2 / (2 * np.asarray(inlier_std_px))
    return expit(out - inl)
