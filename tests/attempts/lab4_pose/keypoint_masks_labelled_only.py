# exercise: keypoint_masks
# says: drops the masks of key points that are not labelled
# points: 5
def keypoint_masks(keypoints_xy, height, width):
    keypoints_xy = keypoints_xy[~np.isnan(keypoints_xy).any(axis=1)]
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        column, row = np.floor(x + 0.5), np.floor(y + 0.5)
        if 0 <= column < width and 0 <= row < height:
            mask[int(row), int(column)] = 1
    return masks
