# exercise: keypoint_masks
# says: asks of every pixel whether it covers the point: no rounding, no indexing
# points: all
def keypoint_masks(keypoints_xy, height, width):
    x, y = np.asarray(keypoints_xy).T
    columns, rows = np.arange(width), np.arange(height)
    in_column = (columns - 0.5 <= x[:, None]) & (x[:, None] < columns + 0.5)
    in_row = (rows - 0.5 <= y[:, None]) & (y[:, None] < rows + 0.5)
    return torch.tensor(in_row[:, :, None] & in_column[:, None, :]).float()
