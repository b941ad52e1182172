# exercise: dilate
# says: scipy.ndimage.maximum_filter
# points: all
def dilate(masks, size):
    from scipy.ndimage import maximum_filter
    return torch.as_tensor(maximum_filter(masks.numpy(), size=(1, size, size), mode="constant"))
