# exercise: keypoint_masks
# says: rounds halves down
# points: 6
def keypoint_masks(
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"], height: int, width: int
) -> Float[Tensor, "num_keypoints height width"]:
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        c, r = np.ceil(x - 0.5), np.ceil(y - 0.5)
        if 0 <= c < width and 0 <= r < height:
            mask[int(r), int(c)] = 1
    return masks
