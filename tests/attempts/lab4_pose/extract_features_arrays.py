# exercise: extract_features
# says: arrays
# points: 3
def extract_features(backbone, images, num_stages=1):
    net = nn.Sequential(backbone.stem, *backbone.stages[:num_stages])
    with torch.no_grad():
        return [net(image[None])[0].numpy() for image in images]
