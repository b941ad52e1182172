# exercise: locate_keypoints
# says: asks for forgiveness at the border
# points: all
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
        if len(line := a[row, max(column - 1, 0) : column + 2]) == 3:
            x += float(peak_shift(*line))
        if len(line := a[max(row - 1, 0) : row + 2, column]) == 3:
            y += float(peak_shift(*line))
        keypoints_xy[k, 0] = (x + 0.5) * scale - 0.5
        keypoints_xy[k, 1] = (y + 0.5) * scale - 0.5
    return keypoints_xy
