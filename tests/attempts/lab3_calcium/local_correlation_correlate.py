# exercise: local_correlation
# says: a convolution over rows and columns
# points: all
def local_correlation(movie):
    from scipy.ndimage import correlate
    z = (movie - movie.mean(2)[..., None]) / movie.std(2)[..., None]
    k = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], float)
    s = correlate(z, k[:, :, None], mode='constant')
    n = correlate(np.ones(movie.shape[:2]), k, mode='constant')
    return (s * z).mean(2) / n
