# exercise: downsample
# says: averages absolute values
# points: 4
def downsample(image, masks, factor):
    return F.avg_pool2d(image.abs(), factor), F.max_pool2d(masks, factor)
