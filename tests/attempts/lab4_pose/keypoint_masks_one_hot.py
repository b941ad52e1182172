# exercise: keypoint_masks
# says: one-hot vectors, multiplied
# points: all
def keypoint_masks(
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"], height: int, width: int
) -> Float[Tensor, "num_keypoints height width"]:
    masks = torch.zeros(len(keypoints_xy), height, width)
    xs = torch.arange(width)[None]
    ys = torch.arange(height)[None]
    xy = torch.floor(torch.tensor(keypoints_xy) + 0.5)
    return (ys == xy[:, 1:])[:, :, None].float() * (xs == xy[:, :1])[:, None].float()
