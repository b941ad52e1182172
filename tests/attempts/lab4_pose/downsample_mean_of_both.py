# exercise: downsample
# says: average pooling for the masks too: no longer binary
# points: 5
def downsample(image, masks, factor):
    return F.avg_pool2d(image, factor), F.avg_pool2d(masks, factor)
