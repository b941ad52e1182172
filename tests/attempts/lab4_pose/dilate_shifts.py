# exercise: dilate
# says: the maximum of shifted, padded copies
# points: all
def dilate(masks, size):
    r = size // 2
    big = F.pad(masks, (r, r, r, r))
    h, w = masks.shape[1:]
    out = torch.zeros_like(masks)
    for i in range(size):
        for j in range(size):
            out = torch.maximum(out, big[:, i:i + h, j:j + w])
    return out
