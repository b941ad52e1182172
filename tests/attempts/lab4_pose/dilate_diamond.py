# exercise: dilate
# says: scipy's default structure is a cross: repeated, it grows to a diamond
# points: 2
from scipy.ndimage import binary_dilation


def dilate(masks, size):
    grow = lambda mask: binary_dilation(mask.cpu().numpy(), iterations=size // 2)
    return torch.tensor(np.stack([grow(mask) for mask in masks])).float()
