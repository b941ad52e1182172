# exercise: local_correlation
# says: np.roll: the left border's neighbour is the right border
# points: 6
def local_correlation(movie):
    z = (movie - movie.mean(axis=-1, keepdims=True)) / movie.std(axis=-1, keepdims=True)
    shifts = [(0, 1), (0, -1), (1, 1), (1, -1)]
    return np.mean([np.mean(z * np.roll(z, by, axis=axis), axis=-1) for axis, by in shifts], axis=0)
