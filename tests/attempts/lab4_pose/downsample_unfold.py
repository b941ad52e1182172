# exercise: downsample
# says: unfold, mean and amax
# points: all
def downsample(image, masks, factor):
    def squares(x):
        return x.unfold(1, factor, factor).unfold(2, factor, factor)
    return squares(image).mean(dim=(-1, -2)), squares(masks).amax(dim=(-1, -2))
