# exercise: dilate
# says: torch.roll carries ones over the border to the other side
# points: 4
def dilate(masks, size):
    dilated = masks.clone()
    for dy in range(-(size // 2), size // 2 + 1):
        for dx in range(-(size // 2), size // 2 + 1):
            dilated = torch.maximum(dilated, torch.roll(masks, (dy, dx), (1, 2)))
    return dilated
