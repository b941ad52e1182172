# exercise: outlier_responsibilities
# says: subtracts the log of the sum
# points: all
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    def log_density(std):
        return -np.log(2 * np.pi * np.square(std)) - np.square(errors_px) / (2 * np.square(std))

    out = np.log(outlier_probability) + log_density(outlier_std_px)
    inl = np.log(1 - np.asarray(outlier_probability)) + log_density(inlier_std_px)
    return np.exp(out - np.logaddexp(out, inl))
