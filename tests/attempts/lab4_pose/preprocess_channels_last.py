# exercise: preprocess
# says: leaves the colours last
# points: 4
def preprocess(image):
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    return (torch.tensor(image) / 255 - mean) / std
