# exercise: downsample
# says: a strided convolution with equal weights; adaptive maximum after cropping
# points: all
def downsample(image, masks, factor):
    box = torch.ones(1, 1, factor, factor, device=image.device) / factor**2
    small = F.conv2d(image[:, None], box, stride=factor)[:, 0]
    rows, columns = small.shape[1:]
    cropped = masks[:, : rows * factor, : columns * factor]
    return small, F.adaptive_max_pool2d(cropped, (rows, columns))
