# exercise: preprocess
# says: looks up the 256 values of each channel
# points: all
def preprocess(image: UInt8[np.ndarray, "height width 3"]) -> Float[Tensor, "3 height width"]:
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    table = (torch.arange(256.0)[None] / 255 - mean[:, None]) / std[:, None]
    planes = torch.tensor(image).permute(2, 0, 1).long()
    return torch.stack([table[c][planes[c]] for c in range(3)])
