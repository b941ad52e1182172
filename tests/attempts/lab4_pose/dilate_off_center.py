# exercise: dilate
# says: begins at the one in place of being centered on it
# points: 2
def dilate(masks, size):
    return F.max_pool2d(F.pad(masks, (size - 1, 0, size - 1, 0)), size, 1)
