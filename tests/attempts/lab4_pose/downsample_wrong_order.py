# exercise: downsample
# says: returns the masks first
# points: 7
def downsample(image, masks, factor):
    return F.max_pool2d(masks, factor), F.avg_pool2d(image, factor)
