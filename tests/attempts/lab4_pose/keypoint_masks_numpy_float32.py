# exercise: keypoint_masks
# says: in NumPy, converted at the end
# points: all
def keypoint_masks(
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"], height: int, width: int
) -> Float[Tensor, "num_keypoints height width"]:
    masks = torch.zeros(len(keypoints_xy), height, width)
    out = np.zeros((len(keypoints_xy), height, width), dtype=np.float32)
    xy = np.floor(np.nan_to_num(keypoints_xy, nan=-9.0) + 0.5).astype(int)
    ok = (xy >= 0).all(axis=1) & (xy[:, 0] < width) & (xy[:, 1] < height)
    out[np.flatnonzero(ok), xy[ok, 1], xy[ok, 0]] = 1
    return torch.from_numpy(out)
