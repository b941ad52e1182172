# exercise: dilate
# says: only the first one of each mask
# points: less
def dilate(masks, size):
    half = size // 2
    dilated = torch.zeros_like(masks)
    done = set()
    for k, r, c in masks.nonzero().tolist():
        if k in done:
            continue
        done.add(k)
        dilated[k, max(0, r - half):r + half + 1, max(0, c - half):c + half + 1] = 1
    return dilated
