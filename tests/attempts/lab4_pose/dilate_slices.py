# exercise: dilate
# says: draws the square around each one, after making room at the border
# points: all
def dilate(masks, size):
    reach = size // 2
    padded = F.pad(torch.zeros_like(masks), (reach, reach, reach, reach))
    for k, row, column in masks.nonzero().tolist():
        padded[k, row : row + size, column : column + size] = 1
    return padded[:, reach : reach + masks.shape[1], reach : reach + masks.shape[2]]
