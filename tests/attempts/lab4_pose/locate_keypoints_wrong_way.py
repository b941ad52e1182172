# exercise: locate_keypoints
# says: the parabola's top on the wrong side
# points: 4
def locate_keypoints(logits, scale=1, min_probability=0):
    found = torch.full((len(logits), 2), float("nan"), device=logits.device)
    for k, a in enumerate(logits):
        height, width = a.shape
        row, column = divmod(int(a.argmax()), width)
        if torch.sigmoid(a[row, column]) < min_probability:
            continue
        x, y = float(column), float(row)
        if 0 < column < width - 1:
            l, c, r = a[row, column - 1], a[row, column], a[row, column + 1]
            if l + r < 2 * c:
                x += float((r - l) / (2 * (l - 2 * c + r)))
        if 0 < row < height - 1:
            l, c, r = a[row - 1, column], a[row, column], a[row + 1, column]
            if l + r < 2 * c:
                y += float((r - l) / (2 * (l - 2 * c + r)))
        found[k] = torch.tensor([(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5])
    return found
