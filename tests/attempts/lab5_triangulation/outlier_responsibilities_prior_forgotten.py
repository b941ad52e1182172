# exercise: outlier_responsibilities
# says: both equally probable beforehand
# points: 0
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    out = -2 * np.log(outlier_std_px) - errors_px**2 / (2 * np.square(outlier_std_px))
    inl = -2 * np.log(inlier_std_px) - errors_px**2 / (2 * np.square(inlier_std_px))
    return expit(out - inl)
