# exercise: outlier_responsibilities
# says: a logistic function by tanh
# points: all
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    pi = np.asarray(outlier_probability)
    s, S = np.asarray(inlier_std_px, float), np.asarray(outlier_std_px, float)
    x = np.log(pi) - np.log(1 - pi) + 2 * np.log(s / S) + 0.5 * errors_px**2 * (s**-2 - S**-2)
    return 0.5 * (1 + np.tanh(x / 2))
