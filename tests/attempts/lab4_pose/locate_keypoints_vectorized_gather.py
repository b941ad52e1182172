# exercise: locate_keypoints
# says: gather and unravel, no loop
# points: all
def locate_keypoints(logits, scale=1, min_probability=0):
    K, H, W = logits.shape
    best = logits.reshape(K, -1).argmax(1)
    rows, cols = torch.div(best, W, rounding_mode="floor"), best % W
    ks = torch.arange(K, device=logits.device)

    def shift(l, c, r, inside):
        d = (l - r) / (2 * (l - 2 * c + r))
        return torch.where(inside & torch.isfinite(d), d, 0.0)

    c = logits[ks, rows, cols]
    x = cols + shift(logits[ks, rows, (cols - 1).clamp(min=0)], c, logits[ks, rows, (cols + 1).clamp(max=W - 1)], (cols > 0) & (cols < W - 1))
    y = rows + shift(logits[ks, (rows - 1).clamp(min=0), cols], c, logits[ks, (rows + 1).clamp(max=H - 1), cols], (rows > 0) & (rows < H - 1))
    xy = (torch.stack([x, y], -1) + 0.5) * scale - 0.5
    return torch.where((c.sigmoid() >= min_probability)[:, None], xy, torch.nan)
