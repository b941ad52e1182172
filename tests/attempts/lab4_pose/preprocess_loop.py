# exercise: preprocess
# says: one colour at a time
# points: all
def preprocess(image):
    channels = []
    for c, (m, s) in enumerate(zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))):
        channels.append((torch.tensor(image[:, :, c].astype("float32") / 255) - m) / s)
    return torch.stack(channels)
