# exercise: preprocess
# says: turns red and blue around, as one would for OpenCV
# points: 4
def preprocess(image):
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    scaled = torch.tensor(image).permute(2, 0, 1).flip(0) / 255
    return (scaled - mean[:, None, None]) / std[:, None, None]
