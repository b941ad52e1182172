# exercise: keypoint_masks
# says: int() cuts the fraction off
# points: 4
def keypoint_masks(keypoints_xy, height, width):
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        if np.isfinite(x) and np.isfinite(y):
            column, row = int(x), int(y)
            if 0 <= column < width and 0 <= row < height:
                mask[row, column] = 1
    return masks
