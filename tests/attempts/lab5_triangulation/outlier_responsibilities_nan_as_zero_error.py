# exercise: outlier_responsibilities
# says: a missing detection counts as a perfect one
# points: 3
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    e = np.nan_to_num(errors_px)
    out = np.log(outlier_probability) - 2 * np.log(outlier_std_px) - e**2 / (2 * np.square(outlier_std_px))
    inl = np.log1p(-np.asarray(outlier_probability)) - 2 * np.log(inlier_std_px) - e**2 / (2 * np.square(inlier_std_px))
    return expit(out - inl)
