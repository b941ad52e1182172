# exercise: dilate
# says: widens along the rows only
# points: 2
def dilate(masks, size):
    return F.max_pool2d(masks, (1, size), 1, (0, size // 2))
