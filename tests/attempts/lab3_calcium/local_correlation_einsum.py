# exercise: local_correlation
# says: scipy's z-scores, einsum, padding, a count by hand
# points: all
def local_correlation(movie):
    from scipy.stats import zscore
    z = zscore(movie, axis=-1)
    d = np.einsum('ijt,ijt->ij', z[1:], z[:-1]) / movie.shape[-1]
    e = np.einsum('ijt,ijt->ij', z[:, 1:], z[:, :-1]) / movie.shape[-1]
    total = np.pad(d, ((1, 0), (0, 0))) + np.pad(d, ((0, 1), (0, 0))) + np.pad(e, ((0, 0), (1, 0))) + np.pad(e, ((0, 0), (0, 1)))
    count = np.full(movie.shape[:2], 4.0)
    count[0] -= 1; count[-1] -= 1; count[:, 0] -= 1; count[:, -1] -= 1
    return total / count
