# exercise: local_correlation
# says: a loop over pixels and their neighbours, with np.corrcoef
# points: all
def local_correlation(movie):
    height, width = movie.shape[:2]
    result = np.empty((height, width))
    for i in range(height):
        for j in range(width):
            found = []
            for k, l in [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]:
                if k >= 0 and l >= 0 and k < height and l < width:
                    found.append(np.corrcoef(movie[i, j], movie[k, l])[0, 1])
            result[i, j] = sum(found) / len(found)
    return result
