# exercise: locate_keypoints
# says: all key points at once, with padding at the border
# points: all
def locate_keypoints(logits, scale=1, min_probability=0):
    num_keypoints, height, width = logits.shape
    flat = logits.flatten(1)
    best = flat.argmax(dim=1)
    row, column = best // width, best % width
    k = torch.arange(num_keypoints, device=logits.device)

    def shift(before, after, inside):
        peak = flat[k, best]
        curvature = before - 2 * peak + after
        delta = (before - after) / (2 * curvature)
        return torch.where(inside & (curvature < 0), delta, torch.zeros_like(delta))

    padded = F.pad(logits, (1, 1, 1, 1))
    dx = shift(padded[k, row + 1, column], padded[k, row + 1, column + 2], (column > 0) & (column < width - 1))
    dy = shift(padded[k, row, column + 1], padded[k, row + 2, column + 1], (row > 0) & (row < height - 1))
    xy = torch.stack([column + dx, row + dy], dim=1) * scale + (scale - 1) / 2
    hidden = flat.amax(dim=1).sigmoid() < min_probability
    return xy.masked_fill(hidden[:, None], torch.nan)
