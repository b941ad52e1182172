# exercise: preprocess
# says: subtracts the mean while still in uint8, where 0 - 124 is 132
# points: 4
def preprocess(image):
    mean = torch.tensor([124, 116, 104], dtype=torch.uint8)
    std = torch.tensor([0.229, 0.224, 0.225])
    centred = torch.tensor(image).permute(2, 0, 1) - mean[:, None, None]
    return centred / 255 / std[:, None, None]
