# exercise: keypoint_masks
# says: rounds to uint8, which ends at 255
# points: 3
def keypoint_masks(
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"], height: int, width: int
) -> Float[Tensor, "num_keypoints height width"]:
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy):
        if np.isnan(x) or x < -0.5 or y < -0.5 or x >= width - 0.5 or y >= height - 0.5:
            continue
        c, r = np.floor(x + 0.5).astype(np.uint8), np.floor(y + 0.5).astype(np.uint8)
        mask[int(r), int(c)] = 1
    return masks
