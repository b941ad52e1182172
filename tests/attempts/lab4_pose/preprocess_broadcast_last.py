# exercise: preprocess
# says: normalizes with channels last, where the mean broadcasts by itself, then permutes: a view that is not contiguous
# points: all
def preprocess(image):
    pixels = torch.from_numpy(np.array(image)).to(torch.float32)
    mean = 255 * torch.tensor([0.485, 0.456, 0.406])
    std = 255 * torch.tensor([0.229, 0.224, 0.225])
    return ((pixels - mean) / std).permute(2, 0, 1)
