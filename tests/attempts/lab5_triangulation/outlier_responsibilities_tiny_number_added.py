# exercise: outlier_responsibilities
# says: densities, with a small number against 0/0
# points: 3
def outlier_responsibilities(errors_px, inlier_std_px, outlier_std_px, outlier_probability):
    def density(std):
        return np.exp(-(errors_px**2) / (2 * np.square(std))) / (2 * np.pi * np.square(std))

    out = outlier_probability * density(outlier_std_px)
    inl = (1 - np.asarray(outlier_probability)) * density(inlier_std_px)
    return out / (out + inl + 1e-300)
