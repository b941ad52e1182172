# exercise: preprocess
# says: turns all axes around: width before height
# points: 3
def preprocess(image):
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    scaled = torch.tensor(image.T) / 255
    return (scaled - mean[:, None, None]) / std[:, None, None]
