# exercise: downsample
# says: averages absolute values
# points: less
def downsample(image, masks, factor):
    return F.avg_pool2d(image.abs(), factor), F.max_pool2d(masks, factor)
