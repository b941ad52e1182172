# exercise: local_correlation
# says: turns the caller's movie into z-scores
# points: 9
def local_correlation(movie):
    movie -= movie.mean(axis=-1, keepdims=True)
    movie /= movie.std(axis=-1, keepdims=True)
    total, count = np.zeros(movie.shape[:2]), np.zeros(movie.shape[:2])
    down, across = np.mean(movie[1:] * movie[:-1], axis=-1), np.mean(movie[:, 1:] * movie[:, :-1], axis=-1)
    for pixels, a, b in ((total, down, across), (count, 1, 1)):
        pixels[1:] += a
        pixels[:-1] += a
        pixels[:, 1:] += b
        pixels[:, :-1] += b
    return total / count
