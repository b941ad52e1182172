# exercise: dilate
# says: scipy's binary dilation, mask by mask
# points: all
from scipy.ndimage import binary_dilation


def dilate(masks, size):
    square = np.ones((size, size))
    dilated = [binary_dilation(mask.cpu().numpy(), structure=square) for mask in masks]
    return torch.tensor(np.stack(dilated), dtype=masks.dtype, device=masks.device)
