# exercise: locate_keypoints
# says: sets what is improbable to -inf in place
# points: 4
def locate_keypoints(logits, scale=1, min_probability=0):
    num_keypoints, height, width = logits.shape
    keypoints_xy = torch.full((num_keypoints, 2), float("nan"), device=logits.device)

    def peak_shift(left, center, right):
        bend = left - 2 * center + right
        return (left - right) / (2 * bend) if bend < 0 else torch.zeros(())

    logits[torch.sigmoid(logits) < 0.3] = -50.0
    for k, m in enumerate(logits):
        row, column = divmod(int(m.argmax()), width)
        if not torch.sigmoid(m[row, column]) >= min_probability:
            continue
        x, y = float(column), float(row)
        if 0 < column < width - 1:
            x += float(peak_shift(m[row, column - 1], m[row, column], m[row, column + 1]))
        if 0 < row < height - 1:
            y += float(peak_shift(m[row - 1, column], m[row, column], m[row + 1, column]))
        keypoints_xy[k] = torch.tensor([(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5])
    return keypoints_xy
