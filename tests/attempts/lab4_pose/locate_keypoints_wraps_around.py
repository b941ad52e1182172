# exercise: locate_keypoints
# says: at the border takes the pixel on the other side for a neighbour
# points: 5
def locate_keypoints(logits, scale=1, min_probability=0):
    found = torch.full((len(logits), 2), float("nan"), device=logits.device)
    for k, a in enumerate(logits):
        height, width = a.shape
        row, column = divmod(int(a.argmax()), width)
        if torch.sigmoid(a[row, column]) < min_probability:
            continue
        x, y = float(column), float(row)
        if True:
            l, c, r = a[row, column - 1], a[row, column], a[row, (column + 1) % width]
            if l + r < 2 * c:
                x += float((l - r) / (2 * (l - 2 * c + r)))
        if True:
            l, c, r = a[row - 1, column], a[row, column], a[(row + 1) % height, column]
            if l + r < 2 * c:
                y += float((l - r) / (2 * (l - 2 * c + r)))
        found[k] = torch.tensor([(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5])
    return found
