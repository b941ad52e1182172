# exercise: preprocess
# says: forgets to divide by 255
# points: 4
def preprocess(image):
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    return (torch.tensor(image).permute(2, 0, 1) - mean[:, None, None]) / std[:, None, None]
