# exercise: outlier_responsibilities
# says: one normal density for each axis of the image
# points: all
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    from scipy.stats import norm

    def log_density(std):
        return norm.logpdf(errors_px, 0, std) + norm.logpdf(0.0, 0, std)

    a = np.log(outlier_probability) + log_density(outlier_std_px)
    b = np.log(np.subtract(1, outlier_probability)) + log_density(inlier_std_px)
    return np.exp(a - np.logaddexp(a, b))
