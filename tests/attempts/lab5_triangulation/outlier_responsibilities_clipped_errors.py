# exercise: outlier_responsibilities
# says: errors cut off at 100 pixels against underflow
# points: 0
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    e = np.minimum(errors_px, 10.0)

    def density(std):
        return np.exp(-(e**2) / (2 * np.square(std))) / (2 * np.pi * np.square(std))

    out = outlier_probability * density(outlier_std_px)
    return out / (out + (1 - np.asarray(outlier_probability)) * density(inlier_std_px))
