# exercise: locate_keypoints
# says: in NumPy, with polyfit; an array comes back
# points: 9
def locate_keypoints(logits, scale=1, min_probability=0):
    maps = logits.detach().cpu().numpy().astype(float)

    def top(line, i):
        if i in (0, len(line) - 1) or np.ptp(line[i - 1 : i + 2]) == 0:
            return float(i)
        a, b, _ = np.polyfit([i - 1, i, i + 1], line[i - 1 : i + 2], 2)
        return -b / (2 * a)

    found = []
    for a in maps:
        i, j = np.unravel_index(a.argmax(), a.shape)
        xy = np.array([top(a[i], j), top(a[:, j], i)])
        seen = 1 / (1 + np.exp(-a.max())) >= min_probability
        found.append((xy + 0.5) * scale - 0.5 if seen else [np.nan, np.nan])
    return np.array(found)
