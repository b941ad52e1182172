# exercise: keypoint_masks
# says: int(x + 0.5) rounds towards zero: x = -0.6 is outside, but lands in column 0
# points: 5
def keypoint_masks(keypoints_xy, height, width):
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        if not np.isnan(x) and not np.isnan(y):
            column, row = int(x + 0.5), int(y + 0.5)
            if 0 <= column < width and 0 <= row < height:
                mask[row, column] = 1
    return masks
