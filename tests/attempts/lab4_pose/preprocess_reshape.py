# exercise: preprocess
# says: reshape in place of permute: the right shape, a scrambled image
# points: 4
def preprocess(image):
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    scaled = torch.tensor(image).reshape(3, *image.shape[:2]) / 255
    return (scaled - mean[:, None, None]) / std[:, None, None]
