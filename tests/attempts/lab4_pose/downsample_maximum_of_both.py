# exercise: downsample
# says: max pooling for the image too
# points: 4
def downsample(image, masks, factor):
    return F.max_pool2d(image, factor), F.max_pool2d(masks, factor)
