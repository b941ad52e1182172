# exercise: keypoint_masks
# says: nan_to_num puts what is not labelled into the corner
# points: 5
def keypoint_masks(keypoints_xy, height, width):
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, np.nan_to_num(keypoints_xy)):
        column, row = np.floor(x + 0.5), np.floor(y + 0.5)
        if 0 <= column < width and 0 <= row < height:
            mask[int(row), int(column)] = 1
    return masks
