# exercise: local_correlation
# says: NaN beyond the border, and the mean of what is there
# points: all
def local_correlation(movie):
    z = movie - movie.mean(axis=2, keepdims=True)
    z = z / np.sqrt(np.mean(z * z, axis=2, keepdims=True))
    height, width, _ = movie.shape
    padded = np.pad(z, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    around = [padded[2:, 1:-1], padded[:-2, 1:-1], padded[1:-1, 2:], padded[1:-1, :-2]]
    return np.nanmean([np.mean(z * other, axis=2) for other in around], axis=0)
