# exercise: dilate
# says: a convolution with ones counts: 2 where two squares overlap
# points: 4
def dilate(masks, size):
    square = torch.ones(1, 1, size, size, device=masks.device)
    return F.conv2d(masks[:, None], square, padding=size // 2)[:, 0]
