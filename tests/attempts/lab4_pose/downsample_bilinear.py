# exercise: downsample
# says: bilinear interpolation looks at four pixels of each square only
# points: 3
def downsample(image, masks, factor):
    size = (image.shape[1] // factor, image.shape[2] // factor)
    small = F.interpolate(image[None], size=size, mode="bilinear")[0]
    return small, F.max_pool2d(masks, factor)
