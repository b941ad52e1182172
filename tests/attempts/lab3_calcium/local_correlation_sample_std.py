# exercise: local_correlation
# says: divides by T - 1 in the std and by T in the mean
# points: 6
def local_correlation(movie):
    z = (movie - movie.mean(axis=-1, keepdims=True)) / movie.std(axis=-1, keepdims=True, ddof=1)
    padded = np.pad(z, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    around = [padded[2:, 1:-1], padded[:-2, 1:-1], padded[1:-1, 2:], padded[1:-1, :-2]]
    return np.nanmean([np.mean(z * other, axis=-1) for other in around], axis=0)
