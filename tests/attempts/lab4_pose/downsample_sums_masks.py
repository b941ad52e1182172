# exercise: downsample
# says: counts the ones of a square
# points: 2
def downsample(image, masks, factor):
    return F.avg_pool2d(image, factor), factor**2 * F.avg_pool2d(masks, factor)
