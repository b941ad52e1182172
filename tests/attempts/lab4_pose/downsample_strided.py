# exercise: downsample
# says: takes every factor-th pixel of the image in place of the mean
# points: 3
def downsample(image, masks, factor):
    return image[:, ::factor, ::factor], F.max_pool2d(masks, factor)
