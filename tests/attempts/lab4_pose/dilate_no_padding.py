# exercise: dilate
# says: without padding the masks shrink
# points: 1
def dilate(masks, size):
    return F.max_pool2d(masks, size, stride=1)
