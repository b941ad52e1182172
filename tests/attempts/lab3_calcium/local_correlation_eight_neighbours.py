# exercise: local_correlation
# says: the pixels across the corners too
# points: 2
def local_correlation(movie):
    z = (movie - movie.mean(axis=-1, keepdims=True)) / movie.std(axis=-1, keepdims=True)
    height, width, _ = movie.shape
    padded = np.pad(z, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    found = []
    for i in (0, 1, 2):
        for j in (0, 1, 2):
            if (i, j) != (1, 1):
                found.append(np.mean(z * padded[i : i + height, j : j + width], axis=-1))
    return np.nanmean(found, axis=0)
