# exercise: preprocess
# says: standardizes each frame with its own mean and standard deviation, not with those the network was trained on
# points: 1
def preprocess(image):
    scaled = torch.tensor(image).permute(2, 0, 1) / 255
    mean, std = scaled.mean(dim=(1, 2), keepdim=True), scaled.std(dim=(1, 2), keepdim=True)
    return (scaled - mean) / std
