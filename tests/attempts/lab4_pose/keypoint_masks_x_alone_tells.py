# exercise: keypoint_masks
# says: looks for NaN in x alone, and takes a y that is NaN for 0
# points: less
def keypoint_masks(keypoints_xy, height, width):
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy, strict=True):
        if np.isnan(x):
            continue
        column, row = int(np.floor(x + 0.5)), int(np.floor(np.nan_to_num(y) + 0.5))
        if 0 <= column < width and 0 <= row < height:
            mask[row, column] = 1
    return masks
