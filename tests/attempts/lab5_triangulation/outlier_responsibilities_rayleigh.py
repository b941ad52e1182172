# exercise: outlier_responsibilities
# says: densities of the distance: the factor e drops out
# points: all
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    out = np.log(outlier_probability) - 2 * np.log(outlier_std_px) - errors_px**2 / (2 * np.square(outlier_std_px))
    inl = np.log1p(-np.asarray(outlier_probability)) - 2 * np.log(inlier_std_px) - errors_px**2 / (2 * np.square(inlier_std_px))
    return expit(np.subtract(out, inl))
