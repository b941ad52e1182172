# exercise: local_correlation
# says: divides by 4 at the border too
# points: 6
def local_correlation(movie):
    z = (movie - movie.mean(axis=-1, keepdims=True)) / movie.std(axis=-1, keepdims=True)
    total = np.zeros(movie.shape[:2])
    down, across = np.mean(z[1:] * z[:-1], axis=-1), np.mean(z[:, 1:] * z[:, :-1], axis=-1)
    total[1:] += down
    total[:-1] += down
    total[:, 1:] += across
    total[:, :-1] += across
    return total / 4
