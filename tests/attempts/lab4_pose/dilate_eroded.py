# exercise: dilate
# says: the minimum erodes: single ones vanish
# points: 1
def dilate(masks, size):
    return -F.max_pool2d(-masks, size, stride=1, padding=size // 2)
