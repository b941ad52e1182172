# exercise: dilate
# says: takes size for the reach to each side
# points: 2
def dilate(masks, size):
    return F.max_pool2d(masks, 2 * size + 1, stride=1, padding=size)
