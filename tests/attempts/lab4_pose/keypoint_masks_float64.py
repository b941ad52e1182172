# exercise: keypoint_masks
# says: NumPy's zeros are float64
# points: 7
def keypoint_masks(keypoints_xy, height, width):
    masks = np.zeros((len(keypoints_xy), height, width))
    for mask, (x, y) in zip(masks, keypoints_xy):
        column, row = np.floor(x + 0.5), np.floor(y + 0.5)
        if 0 <= column < width and 0 <= row < height:
            mask[int(row), int(column)] = 1
    return torch.tensor(masks)
