# exercise: locate_keypoints
# says: the mean of all places, weighted by probability: pulled to the middle of the map
# points: 1
def locate_keypoints(logits, scale=1, min_probability=0):
    _, height, width = logits.shape
    p = torch.sigmoid(logits)
    weights = p / p.sum(dim=(1, 2), keepdim=True)
    x = (weights.sum(1) * torch.arange(width)).sum(-1)
    y = (weights.sum(2) * torch.arange(height)).sum(-1)
    xy = (torch.stack([x, y], dim=-1) + 0.5) * scale - 0.5
    xy[p.amax((1, 2)) < min_probability] = float("nan")
    return xy
