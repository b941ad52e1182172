# exercise: preprocess
# says: one mean and one standard deviation for all colors
# points: 4
def preprocess(image: UInt8[np.ndarray, "height width 3"]) -> Float[Tensor, "3 height width"]:
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    scaled = torch.tensor(image).permute(2, 0, 1) / 255
    return (scaled - mean.mean()) / std.mean()
