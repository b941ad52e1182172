# exercise: dilate
# says: an array
# points: 5
def dilate(masks, size):
    return F.max_pool2d(masks, size, 1, size // 2).numpy()
