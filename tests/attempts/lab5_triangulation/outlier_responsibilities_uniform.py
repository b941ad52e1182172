# exercise: outlier_responsibilities
# says: a uniform density for outliers
# points: 0
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    area = np.pi * np.square(2.0 * np.asarray(outlier_std_px))
    out = np.log(outlier_probability) - np.log(area) + 0 * errors_px
    inl = np.log1p(-np.asarray(outlier_probability)) - np.log(2 * np.pi * np.square(inlier_std_px)) - errors_px**2 / (2 * np.square(inlier_std_px))
    return expit(out - inl)
