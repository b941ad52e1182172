# exercise: local_correlation
# says: z-scores times the sum of the neighbours' z-scores, and a count by the same convolution
# points: all
def local_correlation(movie):
    from scipy.ndimage import convolve

    cross = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    z = (movie - movie.mean(-1, keepdims=True)) / movie.std(-1, keepdims=True)
    sums = convolve(z, cross[:, :, None], mode="constant")
    counts = convolve(np.ones(movie.shape[:2]), cross, mode="constant")
    return (z * sums).mean(-1) / counts
