# exercise: preprocess
# says: mean and standard deviation in each other's place
# points: 4
def preprocess(image):
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    scaled = torch.tensor(image).permute(2, 0, 1) / 255
    return (scaled - std[:, None, None]) / mean[:, None, None]
