# exercise: keypoint_masks
# says: math.floor, with the points to skip sorted out first
# points: all
def keypoint_masks(keypoints_xy, height, width):
    masks = torch.zeros((len(keypoints_xy), height, width))
    for k in range(len(keypoints_xy)):
        x, y = keypoints_xy[k]
        if np.isnan(x) or np.isnan(y):
            continue
        column, row = math.floor(x + 0.5), math.floor(y + 0.5)
        if row < 0 or column < 0 or row >= height or column >= width:
            continue
        masks[k, row, column] = 1.0
    return masks
