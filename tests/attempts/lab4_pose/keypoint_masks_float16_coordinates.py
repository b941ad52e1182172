# exercise: keypoint_masks
# says: coordinates in half precision, which is exact to 2048 only
# points: 5
def keypoint_masks(
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"], height: int, width: int
) -> Float[Tensor, "num_keypoints height width"]:
    masks = torch.zeros(len(keypoints_xy), height, width)
    for mask, (x, y) in zip(masks, keypoints_xy.astype(np.float16)):
        c, r = np.floor(np.float16(x + np.float16(0.5))), np.floor(np.float16(y + np.float16(0.5)))
        if 0 <= c < width and 0 <= r < height:
            mask[int(r), int(c)] = 1
    return masks
