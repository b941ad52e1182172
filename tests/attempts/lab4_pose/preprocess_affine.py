# exercise: preprocess
# says: one scale and one shift for each channel
# points: all
def preprocess(image: UInt8[np.ndarray, "height width 3"]) -> Float[Tensor, "3 height width"]:
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    x = torch.tensor(np.moveaxis(image, 2, 0).copy()).float()
    return x * (1 / (255 * std))[:, None, None] - (mean / std)[:, None, None]
