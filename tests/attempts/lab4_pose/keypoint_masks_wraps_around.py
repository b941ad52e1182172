# exercise: keypoint_masks
# says: index -1 is the last pixel
# points: 5
def keypoint_masks(keypoints_xy, height, width):
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        try:
            mask[math.floor(y + 0.5), math.floor(x + 0.5)] = 1
        except (IndexError, ValueError):
            pass
    return masks
