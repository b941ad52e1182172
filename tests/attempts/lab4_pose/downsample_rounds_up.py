# exercise: downsample
# says: ceil_mode keeps the incomplete squares
# points: 6
def downsample(image, masks, factor):
    small = F.avg_pool2d(image, factor, ceil_mode=True)
    return small, F.max_pool2d(masks, factor, ceil_mode=True)
