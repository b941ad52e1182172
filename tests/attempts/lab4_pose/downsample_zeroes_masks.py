# exercise: downsample
# says: empties the masks that it was given
# points: 7
def downsample(image, masks, factor):
    small = F.max_pool2d(masks, factor)
    masks.zero_()
    return F.avg_pool2d(image, factor), small
