# exercise: downsample
# says: the median of each square
# points: 4
def downsample(image, masks, factor):
    s = image.unfold(1, factor, factor).unfold(2, factor, factor)
    return s.reshape(*s.shape[:3], -1).median(-1).values, F.max_pool2d(masks, factor)
