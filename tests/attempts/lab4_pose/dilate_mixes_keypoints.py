# exercise: dilate
# says: one filter over all key points: each mask gets the ones of all
# points: 3
def dilate(masks, size):
    square = torch.ones(len(masks), len(masks), size, size, device=masks.device)
    return (F.conv2d(masks[None], square, padding=size // 2)[0] > 0.5).float()
