# exercise: preprocess
# says: // keeps uint8: black and white are right, everything between becomes black
# points: 4
def preprocess(image):
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    scaled = torch.tensor(image).permute(2, 0, 1) // 255
    return (scaled - mean[:, None, None]) / std[:, None, None]
