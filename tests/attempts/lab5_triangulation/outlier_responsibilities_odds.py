# exercise: outlier_responsibilities
# says: one over one plus the odds
# points: all
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    pi = np.asarray(outlier_probability, dtype=float)
    log_odds = np.log((1 - pi) / pi) + 2 * np.log(np.asarray(outlier_std_px) / inlier_std_px)
    log_odds = log_odds + errors_px**2 / 2 * (1 / np.square(outlier_std_px) - 1 / np.square(inlier_std_px))
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(log_odds))
