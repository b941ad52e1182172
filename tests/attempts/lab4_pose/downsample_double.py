# exercise: downsample
# says: in double precision, which the trackers do not take
# points: 7
def downsample(image, masks, factor):
    return F.avg_pool2d(image.double(), factor), F.max_pool2d(masks.double(), factor)
