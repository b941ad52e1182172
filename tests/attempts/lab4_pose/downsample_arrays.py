# exercise: downsample
# says: right, as NumPy arrays
# points: 7
def downsample(image, masks, factor):
    return F.avg_pool2d(image, factor).numpy(), F.max_pool2d(masks, factor).numpy()
