# exercise: local_correlation
# says: below and right only
# points: 2
def local_correlation(movie):
    z = (movie - movie.mean(axis=-1, keepdims=True)) / movie.std(axis=-1, keepdims=True)
    padded = np.pad(z, ((0, 1), (0, 1), (0, 0)), constant_values=np.nan)
    return np.nanmean([np.mean(z * padded[1:, :-1], axis=-1), np.mean(z * padded[:-1, 1:], axis=-1)], axis=0)
