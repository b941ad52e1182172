# exercise: downsample
# says: nearest interpolation loses most key points
# points: 5
def downsample(image, masks, factor):
    size = (image.shape[1] // factor, image.shape[2] // factor)
    return F.avg_pool2d(image, factor), F.interpolate(masks[None], size=size, mode="nearest")[0]
