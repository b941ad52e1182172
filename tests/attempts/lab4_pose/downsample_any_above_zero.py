# exercise: downsample
# says: a mask's mean above zero is a one; nn.AvgPool2d with a batch
# points: all
def downsample(image, masks, factor):
    pool = nn.AvgPool2d(factor, stride=factor)
    return pool(image[None])[0], (pool(masks[None])[0] > 0).to(masks.dtype)
