# exercise: keypoint_masks
# says: adds the half pixel to the caller's key points
# points: 7
def keypoint_masks(
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"], height: int, width: int
) -> Float[Tensor, "num_keypoints height width"]:
    masks = torch.zeros(len(keypoints_xy), height, width)
    keypoints_xy += 0.5
    for mask, (x, y) in zip(masks, keypoints_xy):
        if 0 <= x < width and 0 <= y < height:
            mask[int(y), int(x)] = 1
    return masks
