# exercise: dilate
# says: a mask of booleans
# points: 5
def dilate(masks, size):
    return F.max_pool2d(masks, size, 1, size // 2) > 0
