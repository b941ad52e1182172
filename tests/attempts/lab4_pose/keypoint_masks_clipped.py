# exercise: keypoint_masks
# says: moves what is outside to the border
# points: 5
def keypoint_masks(keypoints_xy, height, width):
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        if not np.isnan(x + y):
            column = np.clip(np.floor(x + 0.5), 0, width - 1)
            row = np.clip(np.floor(y + 0.5), 0, height - 1)
            mask[int(row), int(column)] = 1
    return masks
