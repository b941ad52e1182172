# exercise: downsample
# says: adds up shifted slices
# points: all
def downsample(image, masks, factor):
    h, w = image.shape[1] // factor * factor, image.shape[2] // factor * factor
    parts = [(i, j) for i in range(factor) for j in range(factor)]
    small = sum(image[:, i:h:factor, j:w:factor] for i, j in parts) / factor**2
    most = torch.stack([masks[:, i:h:factor, j:w:factor] for i, j in parts]).amax(0)
    return small, most
