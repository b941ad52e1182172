# exercise: median_filter
# says: sorts each window, NaN last
# points: all
def median_filter(points_3d, window):
    T, half = len(points_3d), window // 2
    stack = np.full((window, *points_3d.shape), np.nan)
    for i, shift in enumerate(range(-half, half + 1)):
        lo, hi = max(0, -shift), min(T, T - shift)
        if lo < hi:
            stack[i, lo:hi] = points_3d[lo + shift : hi + shift]
    stack.sort(axis=0)
    count = np.isfinite(stack).sum(axis=0)
    low = np.take_along_axis(stack, np.maximum(count - 1, 0)[None] // 2, axis=0)[0]
    high = np.take_along_axis(stack, count[None] // 2 % window, axis=0)[0]
    return np.where(count > 0, (low + high) / 2, np.nan)
