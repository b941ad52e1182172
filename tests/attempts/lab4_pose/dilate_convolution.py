# exercise: dilate
# says: counts the ones under the square, then asks whether there are any
# points: all
def dilate(masks, size):
    square = torch.ones(1, 1, size, size, device=masks.device)
    counts = F.conv2d(masks[:, None], square, padding=size // 2)[:, 0]
    return (counts > 0.5).float()
