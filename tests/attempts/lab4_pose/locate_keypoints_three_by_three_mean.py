# exercise: locate_keypoints
# says: the mean of nine places, weighted by probability
# points: 4
def locate_keypoints(logits, scale=1, min_probability=0):
    num_keypoints, height, width = logits.shape
    keypoints_xy = torch.full((num_keypoints, 2), float("nan"), device=logits.device)

    def peak_shift(left, centre, right):
        curvature = left - 2 * centre + right
        return torch.where(curvature < 0, (left - right) / (2 * curvature), 0)

    for k, a in enumerate(logits):
        row, column = divmod(int(a.argmax()), width)
        if not torch.sigmoid(a[row, column]) >= min_probability:
            continue
        x, y = float(column), float(row)
        p = torch.sigmoid(a[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2])
        x = float((p.sum(0) * torch.arange(max(column - 1, 0), max(column - 1, 0) + p.shape[1])).sum() / p.sum())
        y = float((p.sum(1) * torch.arange(max(row - 1, 0), max(row - 1, 0) + p.shape[0])).sum() / p.sum())
        keypoints_xy[k, 0] = (x + 0.5) * scale - 0.5
        keypoints_xy[k, 1] = (y + 0.5) * scale - 0.5
    return keypoints_xy
