# exercise: local_correlation
# says: does not divide by the standard deviation
# points: 6
def local_correlation(movie):
    z = movie - movie.mean(axis=-1, keepdims=True)
    total, count = np.zeros(movie.shape[:2]), np.zeros(movie.shape[:2])
    down, across = np.mean(z[1:] * z[:-1], axis=-1), np.mean(z[:, 1:] * z[:, :-1], axis=-1)
    for pixels, a, b in ((total, down, across), (count, 1, 1)):
        pixels[1:] += a
        pixels[:-1] += a
        pixels[:, 1:] += b
        pixels[:, :-1] += b
    return total / count
