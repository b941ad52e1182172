# exercise: keypoint_masks
# says: np.round sends 0.5 to 0 and 2.5 to 2
# points: 7
def keypoint_masks(keypoints_xy, height, width):
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        column, row = np.round(x), np.round(y)
        if 0 <= column < width and 0 <= row < height:
            mask[int(row), int(column)] = 1
    return masks
