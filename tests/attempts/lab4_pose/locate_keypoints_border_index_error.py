# exercise: locate_keypoints
# says: no guard at the border
# points: 5
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
        if True:
            x += float(peak_shift(*a[row, column - 1 : column + 2]))
        if True:
            y += float(peak_shift(*a[row - 1 : row + 2, column]))
        keypoints_xy[k, 0] = (x + 0.5) * scale - 0.5
        keypoints_xy[k, 1] = (y + 0.5) * scale - 0.5
    return keypoints_xy
