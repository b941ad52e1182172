# exercise: downsample
# says: cuts the images into squares by reshaping
# points: all
def downsample(image, masks, factor):
    height, width = image.shape[1] // factor, image.shape[2] // factor
    image = image[:, : height * factor, : width * factor]
    masks = masks[:, : height * factor, : width * factor]
    image = image.reshape(len(image), height, factor, width, factor).mean(dim=(2, 4))
    masks = masks.reshape(len(masks), height, factor, width, factor).amax(dim=(2, 4))
    return image, masks
