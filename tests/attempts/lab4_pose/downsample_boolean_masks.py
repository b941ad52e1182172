# exercise: downsample
# says: masks of booleans
# points: 7
def downsample(image, masks, factor):
    return F.avg_pool2d(image, factor), F.max_pool2d(masks, factor) > 0
