# exercise: local_correlation
# says: the size of the correlation, without its sign
# points: 4
def local_correlation(movie):
    z = (movie - movie.mean(-1, keepdims=True)) / movie.std(-1, keepdims=True)
    below, right = np.abs((z[:-1] * z[1:]).mean(-1)), np.abs((z[:, :-1] * z[:, 1:]).mean(-1))
    total, count = np.zeros(movie.shape[:2]), np.zeros(movie.shape[:2])
    for x, (d, r) in ((total, (below, right)), (count, (1, 1))):
        x[:-1] += d
        x[1:] += d
        x[:, :-1] += r
        x[:, 1:] += r
    return total / count
