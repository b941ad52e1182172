# exercise: outlier_responsibilities
# says: math.log takes no arrays
# points: 3
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    import math

    out = math.log(outlier_probability) - 2 * math.log(outlier_std_px) - errors_px**2 / (2 * outlier_std_px**2)
    inl = math.log(1 - outlier_probability) - 2 * math.log(inlier_std_px) - errors_px**2 / (2 * inlier_std_px**2)
    return expit(out - inl)
