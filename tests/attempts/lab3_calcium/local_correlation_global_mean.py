# exercise: local_correlation
# says: one mean and one std for the whole movie
# points: 6
def local_correlation(movie):
    z = (movie - movie.mean()) / movie.std()
    height, width, _ = movie.shape
    padded = np.pad(z, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    around = [padded[2:, 1:-1], padded[:-2, 1:-1], padded[1:-1, 2:], padded[1:-1, :-2]]
    return np.nanmean([np.mean(z * other, axis=-1) for other in around], axis=0)
