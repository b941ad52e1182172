# exercise: dilate
# says: writes the squares into the masks that it was given
# points: 5
def dilate(masks, size):
    r = size // 2
    for k, i, j in masks.nonzero().tolist():
        masks[k, max(0, i - r):i + r + 1, max(0, j - r):j + r + 1] = 1
    return masks
