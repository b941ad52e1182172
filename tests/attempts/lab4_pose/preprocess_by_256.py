# exercise: preprocess
# says: divides by 256, as there are 256 values; the largest is 255
# points: 4
def preprocess(image):
    mean = torch.tensor([0.485, 0.456, 0.406])
    std = torch.tensor([0.229, 0.224, 0.225])
    scaled = torch.tensor(image).permute(2, 0, 1) / 256
    return (scaled - mean[:, None, None]) / std[:, None, None]
