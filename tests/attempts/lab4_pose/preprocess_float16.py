# exercise: preprocess
# says: computes in half precision and returns that
# points: 7
def preprocess(image: UInt8[np.ndarray, "height width 3"]) -> Float[Tensor, "3 height width"]:
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    scaled = torch.tensor(image).permute(2, 0, 1).half() / 255
    return (scaled - mean.half()[:, None, None]) / std.half()[:, None, None]
