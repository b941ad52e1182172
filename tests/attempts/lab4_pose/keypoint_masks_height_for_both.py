# exercise: keypoint_masks
# says: compares both with the height
# points: 4
def keypoint_masks(
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"], height: int, width: int
) -> Float[Tensor, "num_keypoints height width"]:
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        c, r = np.floor(x + 0.5), np.floor(y + 0.5)
        if 0 <= c < height and 0 <= r < height:
            mask[int(r), int(c)] = 1
    return masks
